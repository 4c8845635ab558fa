//! Several queries that are carried out together or not at all.

use std::sync::Arc;

use tokio::time::Instant;
use uuid::Uuid;

use super::error::StoreError;
use super::health::Health;
use super::lease::AnyLease;
use super::query::{DriverQuery, Query};
use super::retry::in_time;
use super::statement::{Engine, Statement};

/// A transaction. It rolls back when it is dropped before it is committed: by `?`, by `return`, or because nobody waits
/// for it any more.
#[must_use]
pub struct Transaction {
    lease: AnyLease,
    /// When all of it has to be done.
    deadline: Instant,
    health: Arc<Health>,
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
