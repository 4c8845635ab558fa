//! The database, as the features use it.

use std::path::PathBuf;
use std::time::Duration;

use super::error::StoreError;
use super::pool::{AnyConnections, Pool};
use super::shared_lookups::SharedLookups;
use super::statement::Engine;
use super::statement_mode::StatementMode;
use super::transaction::Transaction;
use crate::domain::{Session, SessionId, User};

/// The database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    /// For statements that only read.
    pub(in crate::store) read: Pool,
    /// For all other statements. On SQLite this is one connection, because more writers would only wait for its lock.
    pub(in crate::store) write: Pool,
    /// The look-ups of the sessions and users that requests act for.
    pub(in crate::store) viewers: SharedLookups<SessionId, (User, Session)>,
    /// Whether a pooler in transaction mode is between this node and the server.
    pub(super) is_pooled: bool,
    /// The folder of the SQLite file; `None` for every other database.
    pub(super) folder: Option<PathBuf>,
}

/// The settings of a database's connections.
#[derive(Clone, Copy, Debug)]
pub struct StoreOptions {
    /// The maximum number of connections of one node to PostgreSQL, or of readers of the SQLite file.
    pub max_connections: u32,
    /// The time that a request waits for a connection before the database counts as unavailable.
    pub acquire_timeout: Duration,
    /// The time that one operation may take, including that wait, before the database counts as unavailable.
    pub timeout: Duration,
    /// The preparation of statements on PostgreSQL.
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
                AnyConnections::Sqlite(connections) => connections.close().await,
                AnyConnections::Postgres(connections) => connections.close().await,
            }
        }
    }
}
