//! Secrets of authenticator apps that an old key has sealed.

use crate::domain::UserId;
use crate::store::database::{Statement, Store, StoreError};

const LIST_SEALED_BY: Statement = Statement::new(
    "SELECT user_id, secret FROM totps WHERE sealed_by = $1 AND user_id > $2 \
     ORDER BY user_id LIMIT $3",
);

/// Changes nothing if the app was replaced in the meantime.
const RESEAL: Statement = Statement::new(
    "UPDATE totps SET secret = $3, sealed_by = $4 WHERE user_id = $1 AND secret = $2",
);

const COUNT_BY_SEAL: Statement =
    Statement::new("SELECT sealed_by, COUNT(*) AS count FROM totps GROUP BY sealed_by");

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("LIST_SEALED_BY", LIST_SEALED_BY),
    ("RESEAL", RESEAL),
    ("COUNT_BY_SEAL", COUNT_BY_SEAL),
];

/// The sealed secret of a user's authenticator app.
#[derive(Clone, Debug)]
pub struct SealedTotp {
    pub user_id: UserId,
    pub sealed: Vec<u8>,
}

impl Store {
    /// Lists secrets that the key with this fingerprint has sealed, from the user after this one on.
    pub async fn list_totps_sealed_by(
        &self,
        fingerprint: &str,
        after: UserId,
        limit: u32,
    ) -> Result<Vec<SealedTotp>, StoreError> {
        let rows: Vec<(UserId, Vec<u8>)> = self
            .read
            .query(&LIST_SEALED_BY)
            .bind(fingerprint)
            .bind(after)
            .bind(i64::from(limit))
            .all()
            .await?;
        let sealed = |(user_id, sealed)| SealedTotp { user_id, sealed };
        Ok(rows.into_iter().map(sealed).collect())
    }

    /// Replaces the seal of a secret. Returns `false` if the app was replaced in the meantime.
    pub async fn reseal_totp(
        &self,
        old: &SealedTotp,
        sealed: &[u8],
        fingerprint: &str,
    ) -> Result<bool, StoreError> {
        let resealed = self
            .write
            .query(&RESEAL)
            .bind(old.user_id)
            .bind(old.sealed.as_slice())
            .bind(sealed)
            .bind(fingerprint)
            .execute()
            .await?;
        Ok(resealed > 0)
    }

    /// Counts the secrets by the fingerprint of the key that has sealed them.
    pub async fn count_totps_by_seal(&self) -> Result<Vec<(String, i64)>, StoreError> {
        self.read.query(&COUNT_BY_SEAL).all().await
    }
}
