//! The time limit of a query, and its repetition after a failover.

use std::sync::Arc;
use std::time::Duration;

use sqlx::Postgres;
use tokio::time::Instant;

use super::connections::Connections;
use super::error::StoreError;
use super::failover::Failover;
use super::health::Health;

/// The time limit of queries, and the handling of connections from before a failover.
#[derive(Clone, Debug)]
pub struct RetryPolicy {
    /// The limit for one query or transaction, including the wait for a connection.
    timeout: Duration,
    pub health: Arc<Health>,
    failover: Arc<Failover>,
    /// Whether queries only read, so that they can be repeated.
    pub only_reads: bool,
    /// The server that may fail over; SQLite has none.
    server: Option<Connections<Postgres>>,
}

impl RetryPolicy {
    /// Returns the policy for queries that may write.
    pub fn new(
        timeout: Duration,
        failover: Arc<Failover>,
        server: Option<Connections<Postgres>>,
    ) -> Self {
        Self {
            timeout,
            health: Arc::default(),
            failover,
            only_reads: false,
            server,
        }
    }

    /// Returns the policy for queries of the same database that only read.
    pub fn for_reads(&self) -> Self {
        Self {
            only_reads: true,
            ..self.clone()
        }
    }

    /// Returns the deadline of a query that begins now.
    pub fn deadline(&self) -> Instant {
        Instant::now() + self.timeout
    }

    /// Runs a query within its deadline. Repeats it once, on a new connection, if the first connection was from before
    /// a failover and nothing can have been written. A query whose connection breaks may have written something, unless
    /// it `only_reads`.
    pub async fn attempt<T, F>(
        &self,
        deadline: Instant,
        only_reads: bool,
        run: impl Fn() -> F,
    ) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let mut outcome = in_time(deadline, Box::pin(run())).await;
        if let Err(error) = &outcome
            && self.discard_outdated(error, only_reads, deadline).await
        {
            outcome = in_time(deadline, Box::pin(run())).await;
        }
        if !self.only_reads {
            self.health.record(&outcome);
        }
        outcome
    }

    /// Discards the connections from before a failover, if this error is from one of them and the query may be
    /// repeated. Returns whether it did.
    async fn discard_outdated(
        &self,
        error: &StoreError,
        only_reads: bool,
        deadline: Instant,
    ) -> bool {
        if only_reads && error.is_disconnection() {
            self.failover.discard_connections();
            return true;
        }
        error.is_read_only() && self.renew_connections(deadline).await
    }

    /// Discards the current connections if new ones can write. Returns whether they can.
    pub async fn renew_connections(&self, deadline: Instant) -> bool {
        let Some(server) = &self.server else {
            return false;
        };
        let check = Box::pin(async { Ok(self.failover.takes_writes(server.options()).await) });
        let takes_writes = in_time(deadline, check).await.unwrap_or(false);
        if takes_writes {
            self.failover.discard_connections();
        }
        takes_writes
    }
}

/// Runs work with a deadline.
pub async fn in_time<T>(
    deadline: Instant,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let ended = tokio::time::timeout_at(deadline, work).await;
    ended.unwrap_or(Err(StoreError::TimedOut))
}
