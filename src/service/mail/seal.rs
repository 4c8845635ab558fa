//! Encryption of the outbox: the content of a message holds a secret, its link.

use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use secrecy::ExposeSecret;

use crate::domain::MessageId;
use crate::platform::random::Random;
use crate::service::error::AuthError;
use crate::service::token::{DerivedKey, KeySet, SecretKeys};

/// Encrypts and decrypts messages with a key of its own. Cheap to clone.
#[derive(Clone)]
pub(super) struct Seal {
    keys: Arc<KeySet<LessSafeKey>>,
    random: Random,
}

impl Seal {
    pub(super) fn new(secrets: &SecretKeys, random: Random) -> Result<Self, AuthError> {
        let key = |key: &DerivedKey| {
            let key = UnboundKey::new(&AES_256_GCM, key.expose_secret());
            key.map(LessSafeKey::new)
                .map_err(|_| AuthError::Unexpected("the outbox key is unusable".to_owned()))
        };
        Ok(Self {
            keys: Arc::new(secrets.derive("latchkey outbox v1")?.try_map(key)?),
            random,
        })
    }

    /// Encrypts the content of a message and returns nonce, ciphertext and tag. Nonces are random: the key encrypts far
    /// fewer than the 2^32 messages that NIST SP 800-38D section 8.3 allows. The message's id is authenticated, so that
    /// the content of one row cannot be moved to another.
    pub(super) fn close(&self, id: MessageId, content: Vec<u8>) -> Result<Vec<u8>, AuthError> {
        let nonce: [u8; NONCE_LEN] = self.random.bytes();
        let mut sealed = content;
        self.keys
            .newest()
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(id.uuid().as_bytes()),
                &mut sealed,
            )
            .map_err(|_| AuthError::Unexpected("a mail could not be sealed".to_owned()))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts the content of a message; `None` if it was not sealed with one of these keys for this id.
    pub(super) fn open(&self, id: MessageId, sealed: &[u8]) -> Option<Vec<u8>> {
        self.keys.iter().find_map(|key| open(key, id, sealed))
    }
}

fn open(key: &LessSafeKey, id: MessageId, sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE_LEN>()?;
    let mut content = ciphertext.to_vec();
    let plain = key.open_in_place(
        Nonce::assume_unique_for_key(*nonce),
        Aad::from(id.uuid().as_bytes()),
        &mut content,
    );
    let length = plain.ok()?.len();
    content.truncate(length);
    Some(content)
}

#[cfg(test)]
mod tests {
    use super::Seal;
    use crate::domain::MessageId;
    use crate::platform::random::Random;
    use crate::service::token::{SecretKey, SecretKeys};

    fn seal(secret: &str) -> Seal {
        let secrets = SecretKeys::new(SecretKey::new(secret).unwrap(), None);
        Seal::new(&secrets, Random::seeded(1)).unwrap()
    }

    #[test]
    fn only_the_same_key_and_the_same_message_open_a_seal() {
        let ours = seal("a-test-secret-of-at-least-32-bytes!!");
        let sealed = ours.close(MessageId::MAX, b"content".to_vec()).unwrap();
        assert_eq!(ours.open(MessageId::MAX, &sealed).unwrap(), b"content");
        assert_eq!(ours.open(MessageId::NIL, &sealed), None);
        let other = seal("another-secret-of-at-least-32-bytes!");
        assert_eq!(other.open(MessageId::MAX, &sealed), None);
        assert_eq!(ours.open(MessageId::MAX, &sealed[..20]), None);
        assert_eq!(ours.open(MessageId::MAX, b""), None);
    }
}
