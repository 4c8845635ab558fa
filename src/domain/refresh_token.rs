//! The layout of a refresh token. Its MAC is made and checked in `service::token`.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use uuid::Uuid;

const PREFIX: &str = "lkr_";
const VERSION: u8 = 1;
const CLAIMS: usize = 1 + 16 + 8;
const MAC: usize = 32;

/// Far more refreshes than a session lives for, and far from what a database's number can hold.
pub(super) const MAX_GENERATION: i64 = 1 << 40;

/// Tells whether a session can have been at this generation.
#[must_use]
pub fn is_generation(number: i64) -> bool {
    (1..=MAX_GENERATION).contains(&number)
}

/// What a refresh token says: which session, and which of its generations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshClaims {
    pub session_id: Uuid,
    /// How often the session had been refreshed, plus one, when the token was made.
    pub generation: i64,
}

impl RefreshClaims {
    /// The bytes that the MAC covers: version (1), session id (16), generation (8, big-endian).
    #[must_use]
    pub fn to_bytes(self) -> [u8; CLAIMS] {
        let mut bytes = [0; CLAIMS];
        bytes[0] = VERSION;
        bytes[1..17].copy_from_slice(self.session_id.as_bytes());
        bytes[17..].copy_from_slice(&self.generation.to_be_bytes());
        bytes
    }

    /// The token's text: `lkr_` and claims and MAC in base64url.
    #[must_use]
    pub fn seal(self, mac: &[u8]) -> String {
        let bytes = [self.to_bytes().as_slice(), mac].concat();
        format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Splits a token into its claims and its MAC, not yet checked. `None` for anything that cannot
    /// be one of ours.
    #[must_use]
    pub fn open(token: &str) -> Option<(Self, [u8; MAC])> {
        let encoded = token.trim().strip_prefix(PREFIX)?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(encoded).ok()?;
        let (claims, mac) = bytes.split_at_checked(CLAIMS)?;
        if claims[0] != VERSION {
            return None;
        }
        let claims = Self {
            session_id: Uuid::from_slice(&claims[1..17]).ok()?,
            generation: i64::from_be_bytes(claims[17..].try_into().ok()?),
        };
        is_generation(claims.generation).then_some((claims, mac.try_into().ok()?))
    }
}
