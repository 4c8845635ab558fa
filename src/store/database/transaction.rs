//! Transactions: several queries that take effect together or not at all.

use std::sync::Arc;

use tokio::time::Instant;

use super::committed::{Committed, QueuedEmail, Record};
use super::error::StoreError;
use super::health::Health;
use super::lease::AnyLease;
use super::query::{DriverQuery, Query};
use super::retry::in_time;
use super::statement::{Engine, Statement};
use crate::domain::{AccountDeletion, Id, SecurityEvent};

/// A transaction. It rolls back if it is dropped before it is committed: by `?`, by `return`, or because its future is
/// dropped.
#[must_use]
pub struct Transaction {
    lease: AnyLease,
    /// The deadline of the whole transaction.
    deadline: Instant,
    health: Arc<Health>,
    /// The events and the mail written so far, and the accounts deleted so far.
    record: Record,
}

impl Transaction {
    pub fn new(lease: AnyLease, deadline: Instant, health: Arc<Health>) -> Self {
        Self {
            lease,
            deadline,
            health,
            record: Record::default(),
        }
    }

    /// Begins a query with the text of a statement.
    pub fn query(&mut self, statement: &Statement) -> Query<'_> {
        let sql = statement.sql(self.engine());
        self.empty_query().with_text(sql)
    }

    /// Begins a query whose text is still to be built.
    pub fn empty_query(&mut self) -> Query<'_> {
        let (deadline, health) = (self.deadline, &*self.health);
        match &mut self.lease {
            AnyLease::Sqlite(lease) => Query::Sqlite(DriverQuery::within(lease, deadline, health)),
            AnyLease::Postgres(lease) => {
                Query::Postgres(DriverQuery::within(lease, deadline, health))
            }
        }
    }

    /// Runs a statement that locks the rows of an id, and waits for the transactions that hold them. Does nothing on
    /// SQLite, which has one writer at a time.
    pub async fn lock<Kind>(
        &mut self,
        row_lock: &Statement,
        id: Id<Kind>,
    ) -> Result<(), StoreError> {
        match self.engine() {
            Engine::Sqlite => {}
            Engine::Postgres => {
                self.query(row_lock).bind(id).execute().await?;
            }
        }
        Ok(())
    }

    /// Remembers events that the transaction has written.
    pub fn remember_events(&mut self, events: impl IntoIterator<Item = SecurityEvent>) {
        self.record.events.extend(events);
    }

    /// Remembers a message that the transaction has written to the outbox.
    pub fn remember_email(&mut self, email: QueuedEmail) {
        self.record.mail.push(email);
    }

    /// Remembers an account that the transaction has deleted.
    pub fn remember_deletion(&mut self, deletion: AccountDeletion) {
        self.record.deletions.push(deletion);
    }

    /// Commits the transaction, and returns its value with its record.
    pub async fn commit<T>(self, value: T) -> Result<Committed<T>, StoreError> {
        let record = self.finish().await?;
        Ok(Committed { value, record })
    }

    /// Commits a transaction with an empty record, and returns its value.
    pub async fn commit_unrecorded<T>(self, value: T) -> Result<T, StoreError> {
        debug_assert!(self.record.is_empty());
        self.finish().await?;
        Ok(value)
    }

    /// Commits in a task of its own: a request that is dropped meanwhile must not leave a connection of which nobody knows
    /// whether its transaction has ended.
    async fn finish(self) -> Result<Record, StoreError> {
        let (lease, deadline, health) = (self.lease, self.deadline, self.health);
        let commit = tokio::spawn(async move {
            let committed = in_time(deadline, async {
                match lease {
                    AnyLease::Sqlite(lease) => lease.finish().await?,
                    AnyLease::Postgres(lease) => lease.finish().await?,
                }
                Ok(())
            })
            .await;
            health.record(&committed);
            committed
        });
        commit.await.unwrap_or(Err(StoreError::abandoned()))?;
        Ok(self.record)
    }

    pub fn engine(&self) -> Engine {
        match self.lease {
            AnyLease::Sqlite(_) => Engine::Sqlite,
            AnyLease::Postgres(_) => Engine::Postgres,
        }
    }
}
