//! The secret in a mailed link, and the form of it that is stored.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

const PREFIX: &str = "lkm_";
const BYTES: usize = 32;

/// A mailed token as its holder has it: `lkm_` and 32 random bytes in base64url. Prints nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct PlainToken([u8; BYTES]);

/// SHA-256 of a [`PlainToken`]; what the database knows of it. A fast hash is enough, since 256
/// random bits cannot be guessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashedToken(pub [u8; 32]);

impl PlainToken {
    #[must_use]
    pub fn new(random: [u8; BYTES]) -> Self {
        Self(random)
    }

    /// Reads a token as a link carries it; `None` for anything that cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let encoded = text.trim().strip_prefix(PREFIX)?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(encoded).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// The text form, for the mail alone.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(self.0))
    }

    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A text of others without the tokens in it: a mail server may quote the mail that it refuses.
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

impl std::fmt::Debug for PlainToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PlainToken")
    }
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
