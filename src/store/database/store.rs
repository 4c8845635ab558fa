//! The database as features use it.

use std::path::PathBuf;
use std::time::Duration;

use super::error::StoreError;
use super::pool::{Connections, Pool};
use super::statement::Engine;
use super::statement_mode::StatementMode;
use super::transaction::Transaction;

/// The database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    /// For statements that only read.
    pub(in crate::store) read: Pool,
    /// For everything else. SQLite has one writer, so it has one connection: others would only wait
    /// on its lock.
    pub(in crate::store) write: Pool,
    /// Whether a pooler gives each transaction whichever server connection is free.
    pub(super) is_pooled: bool,
    /// Where the SQLite file is; `None` for every other database.
    pub(super) folder: Option<PathBuf>,
}

/// The settings of a database's connections.
#[derive(Clone, Copy, Debug)]
pub struct StoreOptions {
    /// Connections of one node to PostgreSQL, or readers of the SQLite file.
    pub max_connections: u32,
    /// How long a request waits for a connection before the database counts as away.
    pub acquire_timeout: Duration,
    /// How long one operation may take, with that wait, before the database counts as away.
    pub timeout: Duration,
    /// How statements are sent to PostgreSQL.
    pub statements: StatementMode,
}

impl Store {
    /// Begins a transaction that writes.
    pub(in crate::store) async fn begin(&self) -> Result<Transaction, StoreError> {
        self.write.begin().await
    }

    pub(in crate::store) fn engine(&self) -> Engine {
        self.write.engine()
    }

    /// Waits for the statements under way and closes every connection.
    pub async fn close(&self) {
        for pool in [&self.read, &self.write] {
            match &pool.connections {
                Connections::Sqlite(db) => db.close().await,
                Connections::Postgres(db) => db.close().await,
            }
        }
    }
}
