//! Second factors: an authenticator app, and the recovery codes that replace it.
//!
//! `setup` turns the second factor on, and `remove` turns it off; `renew` makes new `recovery_codes`. `check` checks the
//! answers of logins, which use them up with the session that they make. `qr_code` draws the secret of an app for its
//! camera, and `reseal` seals secrets anew when the key of the service changes.

pub mod check;
pub mod qr_code;
pub mod recovery_codes;
pub mod remove;
pub mod renew;
pub mod reseal;
pub mod setup;

use std::sync::Arc;

pub use self::setup::TotpSetup;
use crate::domain::{ProductName, TotpSecret, UserId};
use crate::service::core::Core;
use crate::service::error::AuthError;
use crate::service::hasher::Hasher;
use crate::service::token::{KeySet, Seal, SecretKey, SecretKeys};

/// The rules about second factors. Cheap to clone.
#[derive(Clone)]
pub struct SecondFactors {
    core: Arc<Core>,
    hasher: Hasher,
    secrets: TotpSecrets,
    /// The name under which an app lists the account.
    issuer: Arc<str>,
}

/// The sealed secrets of authenticator apps.
#[derive(Clone)]
struct TotpSecrets {
    seal: Seal,
    /// The fingerprints of the secret keys. The newest one seals.
    fingerprints: Arc<KeySet<String>>,
}

impl SecondFactors {
    /// # Errors
    /// When a key cannot be derived.
    pub fn new(
        core: Arc<Core>,
        hasher: Hasher,
        keys: &SecretKeys,
        issuer: &ProductName,
    ) -> Result<Self, AuthError> {
        let random = core.random.clone();
        let fingerprints = keys.key_set().try_map(SecretKey::fingerprint)?;
        Ok(Self {
            core,
            hasher,
            secrets: TotpSecrets {
                seal: Seal::new(keys, "latchkey totp v1", random)?,
                fingerprints: Arc::new(fingerprints),
            },
            issuer: issuer.as_str().into(),
        })
    }
}

impl TotpSecrets {
    /// Seals the secret of a user.
    fn close(&self, user_id: UserId, secret: &TotpSecret) -> Result<Vec<u8>, AuthError> {
        let bytes = secret.bytes().to_vec();
        self.seal.close(user_id.uuid().as_bytes(), bytes)
    }

    /// Opens the sealed secret of a user; `None` if none of the keys has sealed it for this user.
    fn open(&self, user_id: UserId, sealed: &[u8]) -> Option<TotpSecret> {
        let bytes = self.seal.open(user_id.uuid().as_bytes(), sealed)?;
        TotpSecret::from_stored(&bytes)
    }
}
