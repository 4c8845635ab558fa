//! The settings of the database, and of the folder beside it.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args};

use super::values::{Unread, duration, positive, yes_or_no};
use crate::store::{DatabaseUrl, StatementMode, StoreOptions};

/// The settings of the database. Prints nothing, since one is secret.
#[derive(Args, Clone)]
#[group(skip)]
#[command(next_help_heading = "Storage")]
pub struct StorageSettings {
    /// Folder for the SQLite file and the generated secret
    #[arg(long, default_value = "./data")]
    pub data_dir: PathBuf,

    /// postgres://user:password@host/database, or sqlite:path [default: sqlite:DATA_DIR/latchkey.db]
    #[arg(long)]
    pub database_url: Option<Unread>,

    /// Connections of this node to PostgreSQL, or readers of the SQLite file
    #[arg(long, default_value = "10", value_parser = positive)]
    pub database_max_connections: NonZeroU32,

    /// How long a request waits for a connection before it answers UNAVAILABLE
    #[arg(long, default_value = "3s", value_parser = duration)]
    pub database_acquire_timeout: Duration,

    /// How long one operation of the database may take, with that wait, before the request answers UNAVAILABLE
    #[arg(long, default_value = "4s", value_parser = duration)]
    pub database_timeout: Duration,

    /// Whether statements are prepared once a connection: false for PgBouncer in transaction mode, where each statement costs two more round trips
    #[arg(long, default_value = "true", action = ArgAction::Set, value_parser = yes_or_no)]
    pub database_prepared_statements: bool,
}

impl StorageSettings {
    /// The database, by default the file in the data folder.
    ///
    /// # Errors
    /// When `DATABASE_URL` is none; the message does not repeat it.
    pub fn database(&self) -> Result<DatabaseUrl, String> {
        match &self.database_url {
            Some(Unread(url)) => url.parse().map_err(|error| format!("DATABASE_URL {error}")),
            None => Ok(DatabaseUrl::SqliteFile(self.data_dir.join("latchkey.db"))),
        }
    }

    #[must_use]
    pub fn options(&self) -> StoreOptions {
        StoreOptions {
            max_connections: self.database_max_connections.get(),
            acquire_timeout: self.database_acquire_timeout,
            timeout: self.database_timeout,
            statements: if self.database_prepared_statements {
                StatementMode::Prepared
            } else {
                StatementMode::Unnamed
            },
        }
    }
}
