//! Statements and transactions. With [`super::query`] and [`super::driver`], this is all the code that knows of two
//! engines.
//!
//! A method of [`Store`] is either one [`Query`] on a pool, or begins a [`Transaction`], works in it and commits it:
//!
//! ```ignore
//! let mut tx = self.begin().await?;
//! tx.lock_user(user_id).await?;
//! let session = tx.end_session(id, user_id, reason, deed).await?;
//! tx.commit(session).await
//! ```

use std::sync::Arc;

use sqlx::{Postgres, Sqlite};
use tokio::time::Instant;
use uuid::Uuid;

use super::StoreError;
use super::driver::Lease;
use super::health::Health;
use super::open::Store;
use super::query::{DriverQuery, Query};

/// The database software that is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    Sqlite,
    Postgres,
}

/// A statement in the SQL of both engines. Each is listed in the `STATEMENTS` of its file, so that a test prepares it on
/// both.
#[derive(Clone, Copy, Debug)]
pub(super) struct Statement {
    sqlite: &'static str,
    postgres: &'static str,
}

impl Statement {
    /// A statement that both engines understand.
    pub const fn new(sql: &'static str) -> Self {
        Self::of_each(sql, sql)
    }

    /// A statement that each engine needs in its own words; mostly for PostgreSQL to lock rows in. SQLite has one
    /// writer at a time and no such locks.
    pub const fn of_each(sqlite: &'static str, postgres: &'static str) -> Self {
        Self { sqlite, postgres }
    }

    /// A statement that only locks rows, for [`Transaction::lock`].
    pub const fn row_lock(postgres: &'static str) -> Self {
        Self::of_each("", postgres)
    }

    /// The text for an engine; empty if that engine has nothing to do.
    pub const fn sql(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }
}

/// A transaction. It rolls back when it is dropped before it is committed: by `?`, by `return`, or because nobody waits
/// for it any more.
#[must_use]
pub(super) struct Transaction {
    lease: AnyLease,
    /// When all of it has to be done.
    deadline: Instant,
    health: Arc<Health>,
}

/// A connection of either engine.
pub(super) enum AnyLease {
    Sqlite(Lease<Sqlite>),
    Postgres(Lease<Postgres>),
}

impl Transaction {
    pub fn new(lease: AnyLease, deadline: Instant, health: Arc<Health>) -> Self {
        Self {
            lease,
            deadline,
            health,
        }
    }

    /// Begins a query with the text of a statement.
    pub fn query(&mut self, statement: &Statement) -> Query<'_> {
        let sql = statement.sql(self.engine());
        self.empty_query().with_text(sql)
    }

    /// Begins a query whose text is still to be put together.
    pub fn empty_query(&mut self) -> Query<'_> {
        let (deadline, health) = (self.deadline, &*self.health);
        match &mut self.lease {
            AnyLease::Sqlite(lease) => Query::Sqlite(DriverQuery::within(lease, deadline, health)),
            AnyLease::Postgres(lease) => {
                Query::Postgres(DriverQuery::within(lease, deadline, health))
            }
        }
    }

    /// Locks the rows that belong to an id, and waits for the transactions that hold them. Does nothing on SQLite, which
    /// lets one transaction write at a time.
    pub async fn lock(&mut self, row_lock: &Statement, id: Uuid) -> Result<(), StoreError> {
        match self.engine() {
            Engine::Sqlite => {}
            Engine::Postgres => {
                self.query(row_lock).bind(id).execute().await?;
            }
        }
        Ok(())
    }

    /// Commits, and returns the value that the transaction was for.
    pub async fn commit<T>(self, value: T) -> Result<T, StoreError> {
        let lease = self.lease;
        let committed = in_time(self.deadline, async {
            match lease {
                AnyLease::Sqlite(lease) => lease.finish().await?,
                AnyLease::Postgres(lease) => lease.finish().await?,
            }
            Ok(())
        });
        let committed = committed.await;
        self.health.record(&committed);
        committed.map(|()| value)
    }

    pub fn engine(&self) -> Engine {
        match self.lease {
            AnyLease::Sqlite(_) => Engine::Sqlite,
            AnyLease::Postgres(_) => Engine::Postgres,
        }
    }
}

impl Store {
    /// Begins a transaction that writes.
    pub(super) async fn begin(&self) -> Result<Transaction, StoreError> {
        self.write.begin().await
    }

    pub(super) fn engine(&self) -> Engine {
        self.write.engine()
    }
}

/// The outcome of work that has until a deadline.
pub(super) async fn in_time<T>(
    deadline: Instant,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let ended = tokio::time::timeout_at(deadline, work).await;
    ended.unwrap_or(Err(StoreError::TimedOut))
}
