//! Checks of the answers of passkeys.

use super::{PasskeyPurpose, Passkeys};
use crate::domain::{
    Ceremony, ChallengeId, Client, HashedToken, Identifier, MatchedFactor, PasskeyAnswer,
    PasskeyProblem, SecurityEventKind, User, UserId,
};
use crate::service::challenges::read_token;
use crate::service::error::AuthError;
use crate::service::rate_limits::RateLimitedAction;
use crate::store::{AnsweredCeremony, FactorProof};

/// A passkey whose answer was right. The store must use up the proof before anything is granted.
pub(in crate::service) struct CheckedPasskey {
    pub user: User,
    pub password_version: i64,
    /// Whether the account knows the device that answers.
    pub device_known: bool,
    pub proof: FactorProof,
}

impl Passkeys {
    /// Checks the answer of a passkey to a ceremony that was started for this purpose.
    ///
    /// # Errors
    /// `ChallengeInvalid` when the ceremony is unknown, used up, expired or for another purpose; `PasskeyNotFound` when the
    /// passkey is unknown, or another user's; `PasskeyRefused`.
    pub(in crate::service) async fn check(
        &self,
        purpose: PasskeyPurpose,
        answer: &PasskeyAnswer,
        client: &Client,
    ) -> Result<CheckedPasskey, AuthError> {
        let token = read_token(&answer.ceremony).ok_or(AuthError::ChallengeInvalid)?;
        let answered = self.find(purpose, &token, answer, client).await?;
        self.require_purpose(purpose, answered.challenge_id, &answered.state)?;
        let ceremony = Ceremony {
            relying_party: &self.core.relying_party,
            challenge: token.as_bytes(),
            user_must_be_verified: purpose.user_must_be_verified(),
        };
        let used = answer.response.verify(&ceremony, &answered.passkey);
        let used = used.map_err(AuthError::PasskeyRefused)?;
        Ok(CheckedPasskey {
            user: answered.user,
            password_version: answered.password_version,
            device_known: answered.device_known,
            proof: FactorProof {
                factor: MatchedFactor::Passkey(used),
                challenges: vec![(token, purpose.kind())],
                notice: None,
            },
        })
    }

    /// Finds the ceremony and the passkey.
    async fn find(
        &self,
        purpose: PasskeyPurpose,
        token: &HashedToken,
        answer: &PasskeyAnswer,
        client: &Client,
    ) -> Result<AnsweredCeremony, AuthError> {
        let (store, kind, now) = (&self.core.store, purpose.kind(), self.core.clock.now());
        let credential_id = answer.response.credential_id();
        let credential_id = credential_id.map_err(AuthError::PasskeyRefused)?;
        let answered = store
            .find_answered_ceremony(token, kind, credential_id, &client.device, now)
            .await?;
        if let Some(answered) = answered {
            return Ok(answered);
        }
        match store.find_challenge(token, kind, now).await? {
            Some(_) => Err(AuthError::PasskeyNotFound),
            None => Err(AuthError::ChallengeInvalid),
        }
    }

    /// Checks that a ceremony was started for this purpose.
    pub(super) fn require_purpose(
        &self,
        purpose: PasskeyPurpose,
        ceremony: ChallengeId,
        state: &[u8],
    ) -> Result<(), AuthError> {
        let bound: PasskeyPurpose = self.core.challenges.read(ceremony, state)?;
        if bound != purpose {
            return Err(AuthError::ChallengeInvalid);
        }
        Ok(())
    }

    /// Records that a passkey seems to have been copied, if that is why its use was refused.
    pub(in crate::service) fn record_suspicion(
        &self,
        error: &AuthError,
        user_id: UserId,
        client: &Client,
        action: RateLimitedAction,
    ) {
        if let AuthError::PasskeyRefused(PasskeyProblem::CounterWentBack) = error {
            let kind = SecurityEventKind::PasskeyCloneSuspected;
            let (account, audit) = (Identifier::Id(user_id), &self.core.audit);
            audit.record_later(kind, Some(account), client, action.operation());
        }
    }
}
