//! The secret of the service, and the keys that are derived from it.

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use secrecy::{ExposeSecret, ExposeSecretMut, SecretBox, SecretString};

use super::key_set::KeySet;
use crate::service::error::AuthError;

/// RFC 7518 section 3.2: an HS256 key must be at least as long as the hash, 256 bits.
const MIN_BYTES: usize = 32;

/// `SECRET_KEY`. It signs access tokens itself, and every other use has a key that is derived from it, so
/// that a key that leaks from one use is worthless in another.
#[derive(Clone, Debug)]
pub struct SecretKey(SecretString);

/// A 256-bit key for one use.
pub(in crate::service) type DerivedKey = SecretBox<[u8; 32]>;

/// The error for a secret that is too short to sign with. It does not repeat the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be at least {MIN_BYTES} bytes long (RFC 7518 section 3.2), and this one has {bytes}: openssl rand -base64 32 makes one"
)]
pub struct SecretKeyError {
    bytes: usize,
}

impl SecretKey {
    pub fn new(secret: impl Into<SecretString>) -> Result<Self, SecretKeyError> {
        let secret = secret.into();
        let bytes = secret.expose_secret().len();
        if bytes < MIN_BYTES {
            return Err(SecretKeyError { bytes });
        }
        Ok(Self(secret))
    }

    /// Returns the secret itself, which is the HS256 key.
    pub(in crate::service) fn as_bytes(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }

    /// Derives a key for one use, by HKDF-SHA256 (RFC 5869). No two uses may share a label.
    pub(in crate::service) fn derive(&self, label: &'static str) -> Result<DerivedKey, AuthError> {
        let secret: Prk = Salt::new(HKDF_SHA256, &[]).extract(self.as_bytes());
        let mut key = DerivedKey::default();
        secret
            .expand(&[label.as_bytes()], Bytes32)
            .and_then(|expanded| expanded.fill(key.expose_secret_mut()))
            .map_err(|_| AuthError::Unexpected("HKDF failed".to_owned()))?;
        Ok(key)
    }

    /// Returns a text that identifies this secret and may be shown: 64 bits of a key that has no other use, in
    /// hexadecimal.
    pub fn fingerprint(&self) -> Result<String, AuthError> {
        let key = self.derive("latchkey secret fingerprint v1")?;
        let bytes = &key.expose_secret()[..8];
        Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

struct Bytes32;

impl KeyType for Bytes32 {
    fn len(&self) -> usize {
        32
    }
}

/// `SECRET_KEY`, and `SECRET_KEY_PREVIOUS`, whose tokens and mails are still accepted.
#[derive(Clone, Debug)]
pub struct SecretKeys(KeySet<SecretKey>);

impl SecretKeys {
    #[must_use]
    pub fn new(current: SecretKey, previous: Option<SecretKey>) -> Self {
        Self(KeySet::new(current, previous.into_iter().collect()))
    }

    /// Returns both secrets.
    pub(in crate::service) fn key_set(&self) -> &KeySet<SecretKey> {
        &self.0
    }

    /// Derives the keys for one use from both secrets: see [`SecretKey::derive`].
    pub(in crate::service) fn derive(
        &self,
        label: &'static str,
    ) -> Result<KeySet<DerivedKey>, AuthError> {
        self.0.try_map(|secret| secret.derive(label))
    }
}

#[cfg(test)]
mod tests {
    use super::SecretKey;
    use secrecy::ExposeSecret;

    #[test]
    fn a_secret_is_not_printed_and_neither_is_the_error_for_a_short_one() {
        let secret = SecretKey::new("hidden-secret-of-at-least-32-bytes").unwrap();
        let error = SecretKey::new("hidden").unwrap_err();
        let printed = format!("{secret:?} {error:?} {error}");
        assert!(!printed.contains("hidden"), "{printed}");
    }

    #[test]
    fn a_fingerprint_is_not_part_of_a_key_of_another_use() {
        let secret = SecretKey::new("a-secret-of-at-least-32-bytes-it-is").unwrap();
        let fingerprint = secret.fingerprint().unwrap();
        assert_eq!(fingerprint.len(), 16);
        for label in ["latchkey outbox v1", "latchkey refresh token v1"] {
            let key = secret.derive(label).unwrap();
            let key = key.expose_secret().iter();
            let key: String = key.map(|byte| format!("{byte:02x}")).collect();
            assert!(!key.starts_with(&fingerprint), "{label}");
        }
        let other = SecretKey::new("a-secret-of-at-least-32-bytes-it-was").unwrap();
        assert_ne!(fingerprint, other.fingerprint().unwrap());
    }
}
