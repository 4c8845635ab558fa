//! A pool of connections, on which queries and transactions begin.

use std::sync::Arc;

use sqlx::{Postgres, Sqlite};

use super::connections::Connections;
use super::durability::Durability;
use super::error::StoreError;
use super::lease::{AnyLease, Lease};
use super::query::{DriverQuery, Query};
use super::retry::RetryPolicy;
use super::statement::{Engine, Statement};
use super::statement_mode::StatementMode;
use super::transaction::Transaction;

/// Connections, and how statements run on them.
#[derive(Clone, Debug)]
pub struct Pool {
    pub connections: AnyConnections,
    pub mode: StatementMode,
    pub retry: RetryPolicy,
}

/// The connections of either engine.
#[derive(Clone, Debug)]
pub enum AnyConnections {
    Sqlite(Connections<Sqlite>),
    Postgres(Connections<Postgres>),
}

impl AnyConnections {
    /// Returns the connections to a server, which may fail over; `None` for SQLite.
    pub fn server(&self) -> Option<Connections<Postgres>> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(connections) => Some(connections.clone()),
        }
    }
}

impl Pool {
    pub fn engine(&self) -> Engine {
        match self.connections {
            AnyConnections::Sqlite(_) => Engine::Sqlite,
            AnyConnections::Postgres(_) => Engine::Postgres,
        }
    }

    /// Begins a query with the text of a statement, outside a transaction.
    pub fn query(&self, statement: &Statement) -> Query<'_> {
        self.empty_query().with_text(statement.sql(self.engine()))
    }

    /// Begins a query whose text is still to be built.
    pub fn empty_query(&self) -> Query<'_> {
        self.query_of(Durability::Full)
    }

    /// Begins a query whose commit does not wait for the disk, if its text has the
    /// [relaxed condition](Query::push_relaxed_condition).
    pub fn relaxed_query(&self) -> Query<'_> {
        self.query_of(Durability::Relaxed)
    }

    fn query_of(&self, durability: Durability) -> Query<'_> {
        let (mode, retry) = (self.mode, &self.retry);
        match &self.connections {
            AnyConnections::Sqlite(connections) => {
                Query::Sqlite(DriverQuery::on(connections, mode, retry, durability))
            }
            AnyConnections::Postgres(connections) => {
                Query::Postgres(DriverQuery::on(connections, mode, retry, durability))
            }
        }
    }

    /// Begins a transaction that writes. Tries again on a new connection if the first one is from before a failover.
    pub async fn begin(&self) -> Result<Transaction, StoreError> {
        let deadline = self.retry.deadline();
        let begin = || self.take_transaction();
        let lease = self.retry.attempt(deadline, true, begin).await?;
        Ok(Transaction::new(
            lease,
            deadline,
            Arc::clone(&self.retry.health),
        ))
    }

    async fn take_transaction(&self) -> Result<AnyLease, StoreError> {
        match &self.connections {
            AnyConnections::Sqlite(connections) => {
                let lease = Lease::begin_to_write(connections, self.mode).await?;
                Ok(AnyLease::Sqlite(lease))
            }
            AnyConnections::Postgres(connections) => {
                let lease = Lease::begin_to_write(connections, self.mode).await?;
                Ok(AnyLease::Postgres(lease))
            }
        }
    }
}
