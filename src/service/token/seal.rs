//! Encryption of secrets that the database stores.

use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use secrecy::ExposeSecret;
use secrecy::zeroize::Zeroizing;

use super::key_set::KeySet;
use super::secrets::{DerivedKey, SecretKeys};
use crate::platform::random::Random;
use crate::service::error::AuthError;

/// Encrypts and decrypts the secrets of one use, with a key of its own. Cheap to clone.
#[derive(Clone)]
pub(in crate::service) struct Seal {
    keys: Arc<KeySet<LessSafeKey>>,
    random: Random,
}

impl Seal {
    /// Makes the seal of one use: see [`SecretKeys::derive`].
    pub(in crate::service) fn new(
        secrets: &SecretKeys,
        label: &'static str,
        random: Random,
    ) -> Result<Self, AuthError> {
        let key = |key: &DerivedKey| {
            let key = UnboundKey::new(&AES_256_GCM, key.expose_secret());
            key.map(LessSafeKey::new)
                .map_err(|_| AuthError::Unexpected(format!("the key {label:?} is unusable")))
        };
        Ok(Self {
            keys: Arc::new(secrets.derive(label)?.try_map(key)?),
            random,
        })
    }

    /// Encrypts a secret and returns nonce, ciphertext and tag. Nonces are random: the key encrypts far fewer than the 2^32
    /// messages that NIST SP 800-38D section 8.3 allows. The context, such as the id of the row, is authenticated, so that
    /// the secret of one row cannot be moved to another.
    pub(in crate::service) fn close(
        &self,
        context: &[u8],
        secret: Vec<u8>,
    ) -> Result<Vec<u8>, AuthError> {
        let nonce: [u8; NONCE_LEN] = self.random.bytes();
        let mut sealed = secret;
        self.keys
            .newest()
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(context),
                &mut sealed,
            )
            .map_err(|_| AuthError::Unexpected("a secret could not be sealed".to_owned()))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts a secret; `None` if it was not sealed with one of these keys for this context.
    pub(in crate::service) fn open(
        &self,
        context: &[u8],
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        self.keys.iter().find_map(|key| open(key, context, sealed))
    }
}

fn open(key: &LessSafeKey, context: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE_LEN>()?;
    let mut secret = Zeroizing::new(ciphertext.to_vec());
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let plain = key.open_in_place(nonce, Aad::from(context), &mut secret);
    let length = plain.ok()?.len();
    secret.truncate(length);
    Some(secret)
}

#[cfg(test)]
mod tests {
    use super::Seal;
    use crate::platform::random::Random;
    use crate::service::token::{SecretKey, SecretKeys};

    fn seal(secret: &str, label: &'static str) -> Seal {
        let secrets = SecretKeys::new(SecretKey::new(secret).unwrap(), None);
        Seal::new(&secrets, label, Random::seeded(1)).unwrap()
    }

    #[test]
    fn only_the_same_key_use_and_context_open_a_seal() {
        let ours = seal("a-test-secret-of-at-least-32-bytes!!", "one use");
        let sealed = ours.close(b"row 1", b"content".to_vec()).unwrap();
        let opened = ours.open(b"row 1", &sealed).unwrap();
        assert_eq!(opened.as_slice(), b"content");
        assert!(ours.open(b"row 2", &sealed).is_none());
        for (secret, label) in [
            ("another-secret-of-at-least-32-bytes!", "one use"),
            ("a-test-secret-of-at-least-32-bytes!!", "another use"),
        ] {
            assert!(seal(secret, label).open(b"row 1", &sealed).is_none());
        }
        assert!(ours.open(b"row 1", &sealed[..20]).is_none());
        assert!(ours.open(b"row 1", b"").is_none());
    }
}
