//! Checks of a database: whether it takes writes, and what time it has.

use chrono::{DateTime, Utc};

use super::error::StoreError;
use super::failover::IS_READ_ONLY;
use super::statement::{Engine, Statement};
use super::store::Store;

/// The smallest write there is: a bucket that is always empty.
const PROBE: Statement = Statement::new(
    "INSERT INTO rate_limits (bucket, full_at, step, room) VALUES ($1, 0, 0, 0) \
     ON CONFLICT (bucket) DO UPDATE SET full_at = 0",
);

/// The moment of the statement, not of its transaction. SQLite has the clock of this machine.
const TIME: Statement = Statement::of_each("", "SELECT clock_timestamp()");

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("PROBE", PROBE), ("TIME", TIME)];

/// The bucket of the probe: no other has this name, since all others are hashes.
const PROBE_BUCKET: [u8; 32] = [0; 32];

impl Store {
    /// Checks that the database takes writes. Costs PostgreSQL a look at a setting, and SQLite nothing; while
    /// writes fail, it tries one.
    pub async fn check_writable(&self) -> Result<(), StoreError> {
        // A replica that has become the primary may still have connections from before.
        if self.is_read_only().await? && !self.can_renew_connections().await {
            return Err(StoreError::ReadOnly);
        }
        if self.write.retry.health.is_failing() {
            self.write
                .query(&PROBE)
                .bind(PROBE_BUCKET.as_slice())
                .execute()
                .await?;
            self.write.retry.health.recover();
        }
        Ok(())
    }

    async fn can_renew_connections(&self) -> bool {
        let retry = &self.write.retry;
        retry.renews_connections(retry.deadline()).await
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
