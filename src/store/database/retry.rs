//! How long a query may take, and when it is tried again.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgPool;
use tokio::time::Instant;

use super::error::StoreError;
use super::failover::Failover;
use super::health::Health;

/// The time for a query, and what is done about connections from before a failover.
#[derive(Clone, Debug)]
pub struct RetryPolicy {
    /// For one query or one transaction, with the wait for a connection.
    timeout: Duration,
    pub health: Arc<Health>,
    failover: Arc<Failover>,
    /// Whether queries only read, and so may be run again.
    pub only_reads: bool,
    /// The server that may fail over; SQLite has none.
    server: Option<PgPool>,
}

impl RetryPolicy {
    /// The policy for everything that may write.
    pub fn new(timeout: Duration, failover: Arc<Failover>, server: Option<PgPool>) -> Self {
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

    /// Returns the moment by which something that begins now has to be done.
    pub fn deadline(&self) -> Instant {
        Instant::now() + self.timeout
    }

    /// Runs something by its deadline; once again, on a new connection, if the first one was of before a failover and
    /// nothing can have been changed on it. A connection that breaks may have changed something, unless it `only_asks`.
    pub async fn attempt<T, F>(
        &self,
        deadline: Instant,
        only_asks: bool,
        run: impl Fn() -> F,
    ) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let mut outcome = in_time(deadline, Box::pin(run())).await;
        if let Err(error) = &outcome
            && self.discards_outdated(error, only_asks, deadline).await
        {
            outcome = in_time(deadline, Box::pin(run())).await;
        }
        if !self.only_reads {
            self.health.record(&outcome);
        }
        outcome
    }

    /// Discards the connections of before a failover, if this error came from one of them and the query may be repeated.
    /// Returns whether it did.
    async fn discards_outdated(
        &self,
        error: &StoreError,
        only_asks: bool,
        deadline: Instant,
    ) -> bool {
        if only_asks && error.is_disconnection() {
            self.failover.discard_connections();
            return true;
        }
        error.is_read_only() && self.renews_connections(deadline).await
    }

    /// Discards the connections that there are, if new ones can write. Returns whether they can.
    pub async fn renews_connections(&self, deadline: Instant) -> bool {
        let Some(server) = &self.server else {
            return false;
        };
        let look = Box::pin(async { Ok(self.failover.takes_writes(server).await) });
        let takes_writes = in_time(deadline, look).await.unwrap_or(false);
        if takes_writes {
            self.failover.discard_connections();
        }
        takes_writes
    }
}

/// Returns the outcome of work that has until a deadline.
pub async fn in_time<T>(
    deadline: Instant,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let ended = tokio::time::timeout_at(deadline, work).await;
    ended.unwrap_or(Err(StoreError::TimedOut))
}
