//! The fingerprint of the secret that the database is used with.

use chrono::{DateTime, Utc};

use super::database::{Statement, Store, StoreError};

const FIND: Statement = Statement::new("SELECT fingerprint FROM secret_fingerprint");

const INSERT: Statement = Statement::new(
    "INSERT INTO secret_fingerprint (id, fingerprint, recorded_at) VALUES (1, $1, $2) \
     ON CONFLICT (id) DO NOTHING",
);

const REPLACE: Statement = Statement::new(
    "UPDATE secret_fingerprint SET fingerprint = $2, recorded_at = $3 WHERE fingerprint = $1",
);

#[cfg(test)]
pub(super) const STATEMENTS: &[(&str, Statement)] =
    &[("FIND", FIND), ("INSERT", INSERT), ("REPLACE", REPLACE)];

impl Store {
    /// Finds the fingerprint of the secret that the database is used with.
    pub async fn find_secret_fingerprint(&self) -> Result<Option<String>, StoreError> {
        self.read.query(&FIND).optional_scalar().await
    }

    /// Records a fingerprint if there is none, or replaces one of `replaced`, and returns the one on record. If two
    /// nodes start at once, one records its fingerprint, and both get it.
    pub async fn record_secret_fingerprint(
        &self,
        fingerprint: &str,
        replaced: &[String],
        at: DateTime<Utc>,
    ) -> Result<String, StoreError> {
        let mut tx = self.begin().await?;
        tx.query(&INSERT)
            .bind(fingerprint)
            .bind(at)
            .execute()
            .await?;
        for previous in replaced {
            tx.query(&REPLACE)
                .bind(previous)
                .bind(fingerprint)
                .bind(at)
                .execute()
                .await?;
        }
        let recorded: String = tx.query(&FIND).scalar().await?;
        tx.commit_unrecorded(recorded).await
    }
}
