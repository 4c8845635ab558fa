//! The layout of a refresh token. `service::token` makes and checks its MAC.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use uuid::Uuid;

use super::{Id, SessionId};

const PREFIX: &str = "lkr_";
const VERSION: u8 = 1;
const CLAIMS: usize = 1 + 16 + 8;
const MAC: usize = 32;

/// The largest generation: far more refreshes than a session can have, and far below the largest number of a database.
pub(super) const MAX_GENERATION: i64 = 1 << 40;

/// Returns whether a session can have been at this generation.
#[must_use]
pub fn is_generation(number: i64) -> bool {
    (1..=MAX_GENERATION).contains(&number)
}

/// The content of a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshClaims {
    pub session_id: SessionId,
    /// The generation of the session when the token was issued.
    pub generation: i64,
}

impl RefreshClaims {
    /// Returns the bytes that the MAC covers: version (1), session id (16), generation (8, big-endian).
    #[must_use]
    pub fn to_bytes(self) -> [u8; CLAIMS] {
        let mut bytes = [0; CLAIMS];
        bytes[0] = VERSION;
        bytes[1..17].copy_from_slice(self.session_id.uuid().as_bytes());
        bytes[17..].copy_from_slice(&self.generation.to_be_bytes());
        bytes
    }

    /// Returns the token: `lkr_`, and the claims and the MAC in base64url.
    #[must_use]
    pub fn seal(self, mac: &[u8]) -> String {
        let bytes = [self.to_bytes().as_slice(), mac].concat();
        format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Splits a token into its claims and its MAC, which is not checked yet; `None` if the text cannot be a token.
    #[must_use]
    pub fn open(token: &str) -> Option<(Self, [u8; MAC])> {
        let encoded = token.trim().strip_prefix(PREFIX)?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(encoded).ok()?;
        let (claims, mac) = bytes.split_at_checked(CLAIMS)?;
        if claims[0] != VERSION {
            return None;
        }
        let claims = Self {
            session_id: Id::new(Uuid::from_slice(&claims[1..17]).ok()?),
            generation: i64::from_be_bytes(claims[17..].try_into().ok()?),
        };
        is_generation(claims.generation).then_some((claims, mac.try_into().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy, any, prop_oneof};
    use uuid::Uuid;

    use super::{Id, MAX_GENERATION, RefreshClaims};
    use crate::domain::test_cases::{for_all, generations, others, spoilt};

    fn claims() -> impl Strategy<Value = (RefreshClaims, [u8; 32])> {
        let parts = (any::<[u8; 16]>(), generations(), any::<[u8; 32]>());
        parts.prop_map(|(id, generation, mac)| {
            let session_id = Id::new(Uuid::from_bytes(id));
            let claims = RefreshClaims {
                session_id,
                generation,
            };
            (claims, mac)
        })
    }

    /// Code that compares texts would take two texts of one token for two tokens.
    #[test]
    fn a_refresh_token_holds_its_claims_and_has_one_text() {
        for_all((claims(), spoilt()), |((claims, mac), spoilt)| {
            let token = claims.seal(&mac);
            assert_eq!(RefreshClaims::open(&token), Some((claims, mac)));
            for other in others(&token, spoilt) {
                if let Some((claims, mac)) = RefreshClaims::open(&other) {
                    assert_eq!(claims.seal(&mac), other.trim());
                }
            }
        });
    }

    #[test]
    fn a_refresh_token_of_an_impossible_generation_is_refused() {
        let impossible = prop_oneof![i64::MIN..=0, MAX_GENERATION + 1..=i64::MAX];
        for_all((claims(), impossible), |((claims, mac), generation)| {
            let claims = RefreshClaims {
                generation,
                ..claims
            };
            assert_eq!(RefreshClaims::open(&claims.seal(&mac)), None);
        });
    }
}
