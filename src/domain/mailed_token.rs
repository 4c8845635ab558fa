//! The secret in a mailed link, and the form of it that is stored.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretBox};

const PREFIX: &str = "lkm_";
const BYTES: usize = 32;

/// A mailed token as its holder has it: `lkm_` and 32 random bytes in base64url.
#[derive(Debug)]
pub struct PlainToken(SecretBox<[u8; BYTES]>);

/// The SHA-256 hash of a [`PlainToken`], which the database stores. A fast hash is enough, because 256
/// random bits cannot be guessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashedToken([u8; 32]);

impl PlainToken {
    #[must_use]
    pub fn new(random: [u8; BYTES]) -> Self {
        Self(SecretBox::new(Box::new(random)))
    }

    /// Parses a token as a link carries it; `None` for a text that cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let encoded = text.trim().strip_prefix(PREFIX)?;
        let bytes = Zeroizing::new(BASE64_URL_SAFE_NO_PAD.decode(encoded).ok()?);
        bytes.as_slice().try_into().ok().map(Self::new)
    }

    /// Returns the text form, for the mail alone.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(self.bytes()))
    }

    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.0.expose_secret()
    }
}

impl HashedToken {
    #[must_use]
    pub fn new(sha256: [u8; 32]) -> Self {
        Self(sha256)
    }

    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Removes the tokens from a text of another program: a mail server may quote the mail that it refuses.
#[must_use]
pub fn without_tokens(text: &str) -> String {
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let mut parts = text.split(PREFIX);
    let mut redacted = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        redacted += PREFIX;
        redacted.push('…');
        redacted += part.trim_start_matches(is_of_token);
    }
    redacted
}

#[cfg(test)]
mod tests {
    use super::without_tokens;

    #[test]
    fn a_token_is_left_out_and_nothing_else() {
        let text = "See https://example.com/#token=lkm_Abc-_9\nand lkm_x, ever.";
        let expected = "See https://example.com/#token=lkm_…\nand lkm_…, ever.";
        assert_eq!(without_tokens(text), expected);
        assert_eq!(without_tokens("nothing"), "nothing");
    }
}
