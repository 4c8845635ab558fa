//! The connections of a database: queries on any of them, and what happens when they break.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgPool;
use sqlx::sqlite::SqlitePool;
use tokio::time::Instant;

use super::StoreError;
use super::database::{AnyLease, Engine, Statement, Transaction, in_time};
use super::driver::{Driver, Lease};
use super::failover::Failover;
use super::health::Health;
use super::query::{DriverQuery, Query};
use super::statement_mode::StatementMode;

/// Connections of either engine.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    pub connections: Connections,
    pub mode: StatementMode,
    /// For one query or one transaction, with the wait for a connection.
    pub timeout: Duration,
    pub health: Arc<Health>,
    pub failover: Arc<Failover>,
    /// Whether queries only read, and so may be run again.
    pub only_reads: bool,
}

/// The driver's own pool.
#[derive(Clone, Debug)]
pub(super) enum Connections {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Pool {
    pub fn engine(&self) -> Engine {
        match self.connections {
            Connections::Sqlite(_) => Engine::Sqlite,
            Connections::Postgres(_) => Engine::Postgres,
        }
    }

    /// Begins a query with the text of a statement, which runs by itself.
    pub fn query(&self, statement: &Statement) -> Query<'_> {
        self.empty_query().with_text(statement.sql(self.engine()))
    }

    /// Begins a query whose text is still to be put together.
    pub fn empty_query(&self) -> Query<'_> {
        match &self.connections {
            Connections::Sqlite(pool) => Query::Sqlite(DriverQuery::on(self, pool)),
            Connections::Postgres(pool) => Query::Postgres(DriverQuery::on(self, pool)),
        }
    }

    /// Begins a transaction that writes; on a new connection, if the first one was of before a failover.
    pub async fn begin(&self) -> Result<Transaction, StoreError> {
        let deadline = Instant::now() + self.timeout;
        let mut begun = in_time(deadline, Box::pin(self.take_transaction())).await;
        if let Err(error) = &begun
            && self.was_outdated(error, true).await
        {
            begun = in_time(deadline, Box::pin(self.take_transaction())).await;
        }
        self.health.record(&begun);
        let lease = begun?;
        Ok(Transaction::new(lease, deadline, Arc::clone(&self.health)))
    }

    async fn take_transaction(&self) -> Result<AnyLease, StoreError> {
        match &self.connections {
            Connections::Sqlite(pool) => {
                let lease = begin_to_write(pool, self.mode).await?;
                Ok(AnyLease::Sqlite(lease))
            }
            Connections::Postgres(pool) => {
                let lease = begin_to_write(pool, self.mode).await?;
                Ok(AnyLease::Postgres(lease))
            }
        }
    }

    /// Runs one query in the time that it has; once again, on a new connection, if the first one was of before a
    /// failover and nothing can have been changed on it.
    pub async fn attempt<T, F>(&self, query: impl Fn() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let deadline = || Instant::now() + self.timeout;
        let mut outcome = in_time(deadline(), Box::pin(query())).await;
        if let Err(error) = &outcome
            && self.was_outdated(error, self.only_reads).await
        {
            outcome = in_time(deadline(), Box::pin(query())).await;
        }
        if !self.only_reads {
            self.health.record(&outcome);
        }
        outcome
    }

    /// Whether a query failed on a connection of before a failover, and can be tried again. If so, all of those are
    /// discarded. A connection that breaks may have changed something, unless it was `only_asked`.
    async fn was_outdated(&self, error: &StoreError, only_asked: bool) -> bool {
        if only_asked && error.is_disconnection() {
            self.failover.discard_connections();
            return true;
        }
        error.is_read_only() && self.renews_connections().await
    }

    /// Discards the connections that there are, if new ones can write. Returns whether they can.
    pub async fn renews_connections(&self) -> bool {
        let Connections::Postgres(pool) = &self.connections else {
            return false;
        };
        let look = Box::pin(async { Ok(self.failover.takes_writes(pool).await) });
        let takes_writes = in_time(Instant::now() + self.timeout, look).await;
        let takes_writes = takes_writes.unwrap_or(false);
        if takes_writes {
            self.failover.discard_connections();
        }
        takes_writes
    }
}

async fn begin_to_write<DB: Driver>(
    pool: &sqlx::Pool<DB>,
    mode: StatementMode,
) -> Result<Lease<DB>, StoreError> {
    let lease = Lease::begin(pool, mode).await?;
    if lease.can_write() {
        Ok(lease)
    } else {
        Err(StoreError::ReadOnly)
    }
}
