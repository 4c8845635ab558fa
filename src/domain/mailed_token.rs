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

impl std::fmt::Debug for PlainToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PlainToken")
    }
}
