//! The settings of the database and of the data folder.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args};
use secrecy::{ExposeSecret, SecretString};

use super::error::SettingError;
use super::values::{duration, positive, yes_or_no};
use crate::store::{DatabaseUrl, StatementMode, StoreOptions};

/// The settings of the database and of the data folder.
#[derive(Args, Clone)]
#[group(skip)]
#[command(next_help_heading = "Storage")]
pub struct StorageSettings {
    /// Folder for the SQLite file and the generated secret
    #[arg(long, default_value = "./data")]
    pub data_dir: PathBuf,

    /// postgres://user:password@host/database, or sqlite:path [default: sqlite:DATA_DIR/latchkey.db]
    #[arg(long)]
    pub database_url: Option<SecretString>,

    /// Maximum number of connections of this node to PostgreSQL, or of readers of the SQLite file
    #[arg(long, default_value = "10", value_parser = positive)]
    pub database_max_connections: NonZeroU32,

    /// Time that a request waits for a connection before it fails with UNAVAILABLE
    #[arg(long, default_value = "3s", value_parser = duration)]
    pub database_acquire_timeout: Duration,

    /// Time that one database operation may take, including that wait, before the request fails with UNAVAILABLE
    #[arg(long, default_value = "4s", value_parser = duration)]
    pub database_timeout: Duration,

    /// Prepares each statement once per connection; set it to false for PgBouncer in transaction mode, where each statement then costs two more round trips
    #[arg(long, default_value = "true", action = ArgAction::Set, value_parser = yes_or_no)]
    pub database_prepared_statements: bool,
}

impl StorageSettings {
    /// Returns the location of the database, by default a file in the data folder.
    pub fn database(&self) -> Result<DatabaseUrl, SettingError> {
        match &self.database_url {
            Some(url) => Ok(url.expose_secret().parse()?),
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
