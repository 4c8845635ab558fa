//! What is mailed: composed here, sealed, and written by the store with what gave rise to it.

use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::digest;
use serde::Serialize;

use super::{AuthError, SecretKey};
use crate::clock::Clock;
use crate::domain::{EmailAddress, HashedToken, PlainToken};
use crate::random::Random;
use crate::store::NewMessage;

/// Where mail goes and what its links look like.
#[derive(Clone, Debug)]
pub struct MailOptions {
    /// A URL with `{token}` in it, in its fragment: a fragment reaches no access log and no Referer.
    pub verify_url: String,
    /// Without a mail server: print each link to the log, so that a newcomer can go on.
    pub capture: bool,
}

/// Composes messages. Cheap to clone.
#[derive(Clone)]
pub struct Mail {
    options: MailOptions,
    clock: Clock,
    random: Random,
    seal: Arc<LessSafeKey>,
}

/// A message ready to be written, and what to print once it is.
pub(super) struct Composed {
    pub message: NewMessage,
    recipient: String,
    link: String,
}

/// What the template `verify_email` is filled with.
#[derive(Serialize)]
struct VerifyEmail<'a> {
    username: &'a str,
    link: &'a str,
}

impl Mail {
    /// # Errors
    /// When the sealing key cannot be derived.
    pub fn new(
        secret: &SecretKey,
        options: MailOptions,
        clock: Clock,
        random: Random,
    ) -> Result<Self, AuthError> {
        let key = secret.derive("latchkey outbox v1")?;
        let key = UnboundKey::new(&AES_256_GCM, &key)
            .map_err(|_| AuthError::Unexpected("the outbox key is unusable".to_owned()))?;
        Ok(Self {
            options,
            clock,
            random,
            seal: Arc::new(LessSafeKey::new(key)),
        })
    }

    /// A fresh secret for a link, and the form of it that is stored.
    pub(super) fn new_token(&self) -> (PlainToken, HashedToken) {
        let token = PlainToken::new(self.random.bytes());
        let hashed = hash_token(&token);
        (token, hashed)
    }

    /// The message that asks a user to prove their address.
    pub(super) fn verify_email(
        &self,
        username: &str,
        to: &EmailAddress,
        token: &PlainToken,
    ) -> Result<Composed, AuthError> {
        let link = self.options.verify_url.replace("{token}", &token.reveal());
        let content = VerifyEmail {
            username,
            link: &link,
        };
        let now = self.clock.now();
        let id = self.random.id(now);
        let content = serde_json::to_vec(&content)
            .map_err(|error| AuthError::Unexpected(format!("a mail: {error}")))?;
        Ok(Composed {
            message: NewMessage {
                id,
                template: "verify_email",
                recipient: to.as_str().to_owned(),
                sealed: self.seal(id.as_bytes(), content)?,
                created_at: now,
            },
            recipient: to.as_str().to_owned(),
            link,
        })
    }

    /// To be called once the message is written: captured mail shows its link in the log. That is
    /// the only secret that the log ever holds, and only where nobody but the operator can call.
    pub(super) fn announce(&self, composed: &Composed) {
        if self.options.capture {
            tracing::info!(
                target: "latchkey::mail",
                to = composed.recipient,
                "captured mail; its link: {}",
                composed.link
            );
        }
    }

    /// Nonce, ciphertext, tag. Nonces are random: the key makes far fewer than the 2^32 messages
    /// that NIST SP 800-38D section 8.3 allows. The message's id is bound in, so that no row can
    /// take another's content.
    fn seal(&self, id: &[u8], content: Vec<u8>) -> Result<Vec<u8>, AuthError> {
        let nonce: [u8; NONCE_LEN] = self.random.bytes();
        let mut sealed = content;
        self.seal
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(id),
                &mut sealed,
            )
            .map_err(|_| AuthError::Unexpected("a mail could not be sealed".to_owned()))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }
}

/// The form of a mailed token that is stored and searched by.
pub(super) fn hash_token(token: &PlainToken) -> HashedToken {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, token.bytes()).as_ref());
    HashedToken(hash)
}
