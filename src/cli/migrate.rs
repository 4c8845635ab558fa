//! `latchkey migrate`: migrates the database to the schema of this version.

use super::command_error::CommandError;
use crate::app;
use crate::config::Config;

/// Applies the pending migrations.
pub(super) async fn run(config: &Config) -> Result<(), CommandError> {
    let store = app::open_store(config).await?;
    store.migrate().await?;
    store.close().await;
    println!("all migrations are applied");
    Ok(())
}
