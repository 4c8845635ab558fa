//! New seals for the secrets of authenticator apps, which live longer than any key of the service.

use super::SecondFactors;
use crate::domain::UserId;
use crate::service::error::AuthError;
use crate::store::SealedTotp;

/// The number of secrets that are read at once.
const BATCH: u32 = 200;

impl SecondFactors {
    /// Seals the secrets that a former `SECRET_KEY` has sealed anew, so that the former one can be forgotten. Any number of
    /// nodes may do so at the same time.
    pub async fn reseal(&self) -> Result<(), AuthError> {
        for former in self.secrets.fingerprints.older() {
            let mut after = UserId::NIL;
            let mut count = 0_u64;
            loop {
                let store = &self.core.store;
                let batch = store.list_totps_sealed_by(former, after, BATCH).await?;
                let Some(last) = batch.last() else { break };
                after = last.user_id;
                for old in &batch {
                    count += u64::from(self.reseal_one(old).await?);
                }
            }
            if count > 0 {
                tracing::info!(
                    count,
                    "sealed authenticator apps with the present SECRET_KEY"
                );
            }
        }
        Ok(())
    }

    /// Seals a secret anew. Returns `false` if no key opens it, or if it was replaced in the meantime.
    async fn reseal_one(&self, old: &SealedTotp) -> Result<bool, AuthError> {
        let Some(secret) = self.secrets.open(old.user_id, &old.sealed) else {
            tracing::error!(user = %old.user_id, "the secret of an authenticator app cannot be opened");
            return Ok(false);
        };
        let sealed = self.secrets.close(old.user_id, &secret)?;
        let fingerprint = self.secrets.fingerprints.newest();
        let store = &self.core.store;
        Ok(store.reseal_totp(old, &sealed, fingerprint).await?)
    }
}
