//! Whether the database takes writes, as operations have found it; and what time it has.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};

use super::StoreError;
use super::database::{Engine, Statement};
use super::failover::IS_READ_ONLY;
use super::open::Store;

/// The smallest write there is: a bucket that is always empty.
const PROBE: Statement = Statement::new(
    "INSERT INTO rate_limits (bucket, full_at, step, room) VALUES ($1, 0, 0, 0) \
     ON CONFLICT (bucket) DO UPDATE SET full_at = 0",
);

/// The moment of the statement, not of its transaction. SQLite has the clock of this machine.
const TIME: Statement = Statement::of_each("", "SELECT clock_timestamp()");

#[cfg(test)]
pub(super) const STATEMENTS: &[(&str, Statement)] = &[("PROBE", PROBE), ("TIME", TIME)];

/// The bucket of the probe: no other has this name, since all others are hashes.
const PROBE_BUCKET: [u8; 32] = [0; 32];

/// What queries have found, shared by all that use the same connections.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// A write failed for a reason that concerns every write, and the probe has not succeeded since. The success of
    /// another write says nothing: it may have found no row to change.
    is_failing: AtomicBool,
}

impl Health {
    /// Takes note of how a query of a write ended.
    pub fn record<T>(&self, outcome: &Result<T, StoreError>) {
        if let Err(error) = outcome
            && error.concerns_every_write()
        {
            self.is_failing.store(true, Ordering::Relaxed);
        }
    }

    fn is_failing(&self) -> bool {
        self.is_failing.load(Ordering::Relaxed)
    }

    fn recover(&self) {
        self.is_failing.store(false, Ordering::Relaxed);
    }
}

impl Store {
    /// Checks that the database takes writes. Costs PostgreSQL a look at a setting, and SQLite nothing; while
    /// writes fail, it tries one.
    pub async fn check_writable(&self) -> Result<(), StoreError> {
        // A replica that has become the primary may still have connections from before.
        if self.is_read_only().await? && !self.write.renews_connections().await {
            return Err(StoreError::ReadOnly);
        }
        if self.write.health.is_failing() {
            self.write
                .query(&PROBE)
                .bind(PROBE_BUCKET.as_slice())
                .execute()
                .await?;
            self.write.health.recover();
        }
        Ok(())
    }

    /// Asks the database what time it is; `None` on SQLite, which has the clock of this machine.
    pub async fn time(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        match self.engine() {
            Engine::Sqlite => Ok(None),
            Engine::Postgres => self.read.query(&TIME).optional_scalar().await,
        }
    }

    async fn is_read_only(&self) -> Result<bool, StoreError> {
        match self.engine() {
            Engine::Sqlite => Ok(false),
            Engine::Postgres => self.read.query(&IS_READ_ONLY).scalar().await,
        }
    }
}
