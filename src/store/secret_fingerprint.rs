//! Which secret the database is used with.

use chrono::{DateTime, Utc};

use super::StoreError;
use super::pool::{Store, on, statements, transaction};

statements! {
    FIND = "SELECT fingerprint FROM secret_fingerprint";
    INSERT =
        "INSERT INTO secret_fingerprint (id, fingerprint, recorded_at) VALUES (1, $1, $2) \
         ON CONFLICT (id) DO NOTHING";
    REPLACE =
        "UPDATE secret_fingerprint SET fingerprint = $2, recorded_at = $3 WHERE fingerprint = $1";
    /// A row if there is any account.
    FIND_ACCOUNT = "SELECT username FROM users LIMIT 1";
}

impl Store {
    /// Finds the fingerprint of the secret that the database is used with.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_secret_fingerprint(&self) -> Result<Option<String>, StoreError> {
        on!(&self.read, |db| {
            sqlx::query_scalar(FIND).fetch_optional(db).await
        })
    }

    /// Records a fingerprint if there is none, or in place of one of these, and returns the one that is on record
    /// then. Of two nodes that start at once, one records its own and both get that.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_secret_fingerprint(
        &self,
        fingerprint: &str,
        replaced: &[String],
        at: DateTime<Utc>,
    ) -> Result<String, StoreError> {
        transaction!(&self.write, |tx| {
            sqlx::query(INSERT)
                .bind(fingerprint)
                .bind(at)
                .execute(&mut *tx)
                .await?;
            for previous in replaced {
                sqlx::query(REPLACE)
                    .bind(previous)
                    .bind(fingerprint)
                    .bind(at)
                    .execute(&mut *tx)
                    .await?;
            }
            sqlx::query_scalar(FIND).fetch_one(&mut *tx).await?
        })
    }

    /// Whether there is any account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_accounts(&self) -> Result<bool, StoreError> {
        let account: Option<String> = on!(&self.read, |db| {
            sqlx::query_scalar(FIND_ACCOUNT).fetch_optional(db).await
        })?;
        Ok(account.is_some())
    }
}
