//! Secrets that work once: those in mailed links and those of challenges. The database stores a hash of each.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretBox};

const BYTES: usize = 32;

/// The use of a [`PlainToken`], which shows in its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// In a mailed link.
    Mailed,
    /// In the response that starts a ceremony of several requests, such as a login with a second factor.
    Challenge,
}

/// A token as its holder has it: a prefix and 32 random bytes in base64url.
#[derive(Debug)]
pub struct PlainToken {
    kind: TokenKind,
    bytes: SecretBox<[u8; BYTES]>,
}

/// The SHA-256 hash of a [`PlainToken`], which the database stores. A fast hash is enough, because 256
/// random bits cannot be guessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashedToken([u8; 32]);

impl TokenKind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Mailed => "lkm_",
            Self::Challenge => "lkc_",
        }
    }
}

impl PlainToken {
    #[must_use]
    pub fn new(kind: TokenKind, random: [u8; BYTES]) -> Self {
        Self {
            kind,
            bytes: SecretBox::new(Box::new(random)),
        }
    }

    /// Parses a token as its holder sends it; `None` for a text that cannot be one of this kind.
    #[must_use]
    pub fn parse(kind: TokenKind, text: &str) -> Option<Self> {
        let encoded = text.trim().strip_prefix(kind.prefix())?;
        let bytes = Zeroizing::new(BASE64_URL_SAFE_NO_PAD.decode(encoded).ok()?);
        let bytes = bytes.as_slice().try_into().ok()?;
        Some(Self::new(kind, bytes))
    }

    /// Returns the text form, for the mail or the response that carries it.
    #[must_use]
    pub fn reveal(&self) -> String {
        let encoded = BASE64_URL_SAFE_NO_PAD.encode(self.bytes());
        format!("{}{encoded}", self.kind.prefix())
    }

    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.expose_secret()
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

/// Removes the tokens of mailed links from a text of another program: a mail server may quote the mail that it refuses.
#[must_use]
pub fn without_tokens(text: &str) -> String {
    let prefix = TokenKind::Mailed.prefix();
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let mut parts = text.split(prefix);
    let mut redacted = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        redacted += prefix;
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
