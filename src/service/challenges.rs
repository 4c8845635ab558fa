//! Challenges: ceremonies of several requests. The client gets a token, and the state of the ceremony waits in the database,
//! sealed. The request that finishes the ceremony uses the challenge up.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::AuthError;
use super::token::{Seal, SecretKeys, hash_token};
use crate::domain::{ChallengeId, ChallengeKind, HashedToken, PlainToken, TokenKind, UserId};
use crate::platform::clock::Clock;
use crate::platform::random::Random;
use crate::store::{NewChallenge, Store};

/// Makes and reads challenges. Cheap to clone.
#[derive(Clone)]
pub struct Challenges {
    store: Store,
    clock: Clock,
    random: Random,
    seal: Seal,
}

/// A challenge as its client gets it.
pub(in crate::service) struct IssuedChallenge {
    pub token: PlainToken,
    pub expires_at: DateTime<Utc>,
}

impl Challenges {
    /// # Errors
    /// When the key that seals states cannot be derived.
    pub fn new(
        secrets: &SecretKeys,
        store: Store,
        clock: Clock,
        random: Random,
    ) -> Result<Self, AuthError> {
        Ok(Self {
            seal: Seal::new(secrets, "latchkey challenges v1", random.clone())?,
            store,
            clock,
            random,
        })
    }

    /// Makes a challenge with a state, for a user or, while that is unknown, for anybody.
    ///
    /// # Errors
    /// `ChallengeInvalid` when the account was deleted in the meantime.
    pub(in crate::service) async fn issue(
        &self,
        kind: ChallengeKind,
        user_id: Option<UserId>,
        state: &impl Serialize,
    ) -> Result<IssuedChallenge, AuthError> {
        let now = self.clock.now();
        let token = PlainToken::new(TokenKind::Challenge, self.random.bytes());
        let id = ChallengeId::new(self.random.id(now));
        let state = serde_json::to_vec(state);
        let state = state.map_err(|error| AuthError::Unexpected(error.to_string()))?;
        let challenge = NewChallenge {
            id,
            kind,
            user_id,
            token: hash_token(&token),
            state: self.seal.close(id.uuid().as_bytes(), state)?,
            created_at: now,
            expires_at: now + kind.ttl(),
        };
        if !self.store.insert_challenge(&challenge).await? {
            return Err(AuthError::ChallengeInvalid);
        }
        Ok(IssuedChallenge {
            token,
            expires_at: challenge.expires_at,
        })
    }

    /// Reads the state of a challenge.
    ///
    /// # Errors
    /// `ChallengeInvalid` when another secret has sealed it.
    pub(in crate::service) fn read<T: DeserializeOwned>(
        &self,
        id: ChallengeId,
        sealed: &[u8],
    ) -> Result<T, AuthError> {
        let state = self.seal.open(id.uuid().as_bytes(), sealed);
        let state = state.ok_or(AuthError::ChallengeInvalid)?;
        serde_json::from_slice(&state).map_err(|error| AuthError::Unexpected(error.to_string()))
    }
}

/// Reads the token of a challenge, into the form that it is searched by; `None` for a text that cannot be one.
pub(in crate::service) fn read_token(text: &str) -> Option<HashedToken> {
    PlainToken::parse(TokenKind::Challenge, text)
        .as_ref()
        .map(hash_token)
}
