//! Checks of a database: whether it accepts writes, and its clock.

use chrono::{DateTime, Utc};

use super::error::StoreError;
use super::failover::IS_READ_ONLY;
use super::statement::{Engine, Statement};
use super::store::Store;
use crate::domain::BucketName;

/// The smallest write: a bucket that is always empty.
const PROBE: Statement = Statement::new(
    "INSERT INTO rate_limits (bucket, full_at, step, room) VALUES ($1, 0, 0, 0) \
     ON CONFLICT (bucket) DO UPDATE SET full_at = 0",
);

/// Reads the time of the statement, not of its transaction. SQLite uses the clock of this machine.
const TIME: Statement = Statement::of_each("", "SELECT clock_timestamp()");

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("PROBE", PROBE), ("TIME", TIME)];

/// The bucket of the probe. No other bucket has this name, because all others are hashes.
const PROBE_BUCKET: BucketName = BucketName::new([0; 32]);

impl Store {
    /// Checks that the database accepts writes. PostgreSQL only reads a setting, and SQLite does nothing; while writes
    /// fail, both try one.
    pub async fn check_writable(&self) -> Result<(), StoreError> {
        // A replica that has become the primary may still have older, read-only connections.
        if self.is_read_only().await? && !self.can_renew_connections().await {
            return Err(StoreError::ReadOnly);
        }
        if self.write.retry.health.is_failing() {
            self.write
                .query(&PROBE)
                .bind(PROBE_BUCKET)
                .execute()
                .await?;
            self.write.retry.health.recover();
        }
        Ok(())
    }

    async fn can_renew_connections(&self) -> bool {
        let retry = &self.write.retry;
        retry.renew_connections(retry.deadline()).await
    }

    /// Returns the time of the database; `None` on SQLite, which uses the clock of this machine.
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
