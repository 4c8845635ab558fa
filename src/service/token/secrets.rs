//! The secret of the service, and the keys that are derived from it.

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};

use super::key_set::KeySet;
use crate::service::error::AuthError;

/// `SECRET_KEY`: signs access tokens as it stands, and gives every other use a key of its own, so
/// that what leaks through one use is worth nothing in another. Prints nothing.
#[derive(Clone)]
pub struct SecretKey(String);

impl SecretKey {
    /// RFC 7518 section 3.2: an HS256 key must be at least as long as the hash, 256 bits.
    pub const MIN_BYTES: usize = 32;

    /// # Errors
    /// When it is too short to sign with.
    pub fn new(secret: impl Into<String>) -> Result<Self, String> {
        let secret = secret.into();
        if secret.len() < Self::MIN_BYTES {
            return Err(format!(
                "must be at least {} bytes long (RFC 7518 section 3.2), and this one has {}: openssl rand -base64 32 makes one",
                Self::MIN_BYTES,
                secret.len()
            ));
        }
        Ok(Self(secret))
    }

    /// Returns the secret as it stands, which is the HS256 key.
    pub(in crate::service) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Derives a 256-bit key for one use, by HKDF-SHA256 (RFC 5869). A label must never get another use.
    pub(in crate::service) fn derive(&self, label: &'static str) -> Result<[u8; 32], AuthError> {
        let secret: Prk = Salt::new(HKDF_SHA256, &[]).extract(self.as_bytes());
        let mut key = [0; 32];
        secret
            .expand(&[label.as_bytes()], Bytes32)
            .and_then(|expanded| expanded.fill(&mut key))
            .map_err(|_| AuthError::Unexpected("HKDF failed".to_owned()))?;
        Ok(key)
    }

    /// Tells this secret from others, and may be shown: 64 bits of a key that has no other use, in hexadecimal.
    ///
    /// # Errors
    /// When it cannot be derived.
    pub fn fingerprint(&self) -> Result<String, AuthError> {
        let key = self.derive("latchkey secret fingerprint v1")?;
        Ok(key[..8].iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey")
    }
}

struct Bytes32;

impl KeyType for Bytes32 {
    fn len(&self) -> usize {
        32
    }
}

/// `SECRET_KEY`, and `SECRET_KEY_PREVIOUS`: what that one made is still believed.
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

    /// Derives the key for one use, and those that it had: see [`SecretKey::derive`].
    pub(in crate::service) fn derive(
        &self,
        label: &'static str,
    ) -> Result<KeySet<[u8; 32]>, AuthError> {
        self.0.try_map(|secret| secret.derive(label))
    }
}

#[cfg(test)]
mod tests {
    use super::SecretKey;

    #[test]
    fn a_fingerprint_is_no_key_of_another_use() {
        let secret = SecretKey::new("a-secret-of-at-least-32-bytes-it-is").unwrap();
        let fingerprint = secret.fingerprint().unwrap();
        assert_eq!(fingerprint.len(), 16);
        for label in ["latchkey outbox v1", "latchkey refresh token v1"] {
            let key = secret.derive(label).unwrap();
            let key: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
            assert!(!key.starts_with(&fingerprint), "{label}");
        }
        let other = SecretKey::new("a-secret-of-at-least-32-bytes-it-was").unwrap();
        assert_ne!(fingerprint, other.fingerprint().unwrap());
    }
}
