//! `latchkey migrate`: brings the database to the schema of this version.

use crate::app::{self, StartError};
use crate::config::Config;

/// Applies the migrations that are missing.
pub(super) async fn run(config: &Config) -> Result<(), StartError> {
    let store = app::open_store(config).await?;
    store.migrate().await?;
    store.close().await;
    println!("all migrations are applied");
    Ok(())
}
