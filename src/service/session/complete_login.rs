//! The second step of a login: the second factor.

use super::Sessions;
use super::sign_in::{Login, PendingSignIn, SignIn};
use crate::domain::{
    AuthenticationMethods, ChallengeKind, Client, FactorCode, HashedToken, Identifier,
    SecondFactorAnswer, SecurityEventKind, User,
};
use crate::service::account::notice;
use crate::service::challenges::read_token;
use crate::service::error::AuthError;
use crate::service::mail::Template;
use crate::service::passkey::PasskeyPurpose;
use crate::service::rate_limits::{Charges, Prover, RateLimitedAction};
use crate::store::PendingLogin;

impl Sessions {
    /// Finishes a login with a second factor: uses up the challenge and the factor, and makes the session.
    ///
    /// # Errors
    /// `ChallengeInvalid` when the challenge is unknown, used up or expired, or was answered wrongly too often;
    /// `SecondFactorInvalid` when the code is wrong or was used, `PasskeyRefused`; otherwise as [`Sessions::login`].
    pub async fn complete_login(
        &self,
        challenge: &str,
        answer: SecondFactorAnswer<'_>,
        client: Client,
    ) -> Result<Login, AuthError> {
        let action = action_of(answer);
        let limits = &self.core.rate_limits;
        limits.refuse_full_network(action, &client).await?;
        let token = read_token(challenge);
        let pending = match &token {
            Some(token) => self.find_pending(token, &client).await?,
            None => None,
        };
        let (Some(token), Some(pending)) = (token, pending) else {
            limits.charge_network(action, &client).await?;
            return Err(AuthError::ChallengeInvalid);
        };
        let charged = self.charge_answer(action, &pending, &client).await?;
        let tries = self
            .core
            .store
            .take_try(&token, ChallengeKind::Login, self.core.clock.now());
        let tries = tries.await?.ok_or(AuthError::ChallengeInvalid)?;
        let login = self.answer_challenge(token, &pending, answer, &client, &charged);
        match login.await {
            Ok(login) => Ok(login),
            Err(error) => {
                self.passkeys
                    .record_suspicion(&error, pending.user.id, &client, action);
                if let AuthError::SecondFactorInvalid | AuthError::PasskeyRefused(_) = error {
                    self.record_refused_answer(&pending, tries, &client).await;
                }
                Err(self.give_back_on_failure(error, &charged).await)
            }
        }
    }

    async fn find_pending(
        &self,
        token: &HashedToken,
        client: &Client,
    ) -> Result<Option<PendingLogin>, AuthError> {
        let now = self.core.clock.now();
        let store = &self.core.store;
        Ok(store.find_pending_login(token, &client.device, now).await?)
    }

    /// Charges an answer to the network, and to the device if the account knows it; otherwise to the account, on all unknown
    /// devices together. So an attacker who knows the password cannot lock the owner out of their own devices.
    async fn charge_answer(
        &self,
        action: RateLimitedAction,
        pending: &PendingLogin,
        client: &Client,
    ) -> Result<Charges, AuthError> {
        // A `User-Agent` is not enough to know a device by, because it can be guessed.
        let prover = if pending.device_known && client.device.id.is_some() {
            Prover::KnownDevice
        } else {
            Prover::UnknownDevices
        };
        self.core
            .rate_limits
            .charge_prover(action, client, pending.user.id, &prover)
            .await
    }

    /// Checks an answer that was charged, and makes the session.
    async fn answer_challenge(
        &self,
        token: HashedToken,
        pending: &PendingLogin,
        answer: SecondFactorAnswer<'_>,
        client: &Client,
        charged: &Charges,
    ) -> Result<Login, AuthError> {
        let challenges = &self.core.challenges;
        let state: PendingSignIn = challenges.read(pending.challenge_id, &pending.state)?;
        let mut proof = match answer {
            SecondFactorAnswer::Code(code) => {
                let (user, stored) = (&pending.user, &pending.factors);
                self.second_factors
                    .check(user, stored, code, client)
                    .await?
            }
            SecondFactorAnswer::Passkey(answer) => {
                let purpose = PasskeyPurpose::SecondFactor(pending.challenge_id);
                self.passkeys.check(purpose, answer, client).await?.proof
            }
        };
        proof.challenges.push((token, ChallengeKind::Login));
        let methods = AuthenticationMethods::parse(&state.methods).and(proof.factor.methods());
        let signed_in = self.sign_in(SignIn {
            user: pending.user.clone(),
            password_version: state.password_version,
            device_known: pending.device_known,
            methods,
            second_factor: Some(proof),
            organization_id: state.organization_id,
            client,
            action: action_of(answer),
            charged,
        });
        match signed_in.await {
            // The password was changed since the first step, which voids the challenge.
            Err(AuthError::InvalidCredentials) => Err(AuthError::ChallengeInvalid),
            outcome => outcome,
        }
    }

    /// Records a wrong answer. The owner gets a notice of the first wrong answer to a challenge on a device that the account
    /// does not know, since somebody there knows the password.
    async fn record_refused_answer(&self, pending: &PendingLogin, tries: i64, client: &Client) {
        let (user, action) = (&pending.user, RateLimitedAction::CompleteLogin);
        let (kind, account) = (
            SecurityEventKind::SecondFactorRefused,
            Identifier::Id(user.id),
        );
        let audit = &self.core.audit;
        audit.record_later(kind, Some(account), client, action.operation());
        if tries > 1 || pending.device_known {
            return;
        }
        if let Err(error) = self.write_refusal_notice(user, client).await {
            tracing::warn!(%error, user = %user.id, "the notice of a wrong second factor was not written");
        }
    }

    async fn write_refusal_notice(&self, user: &User, client: &Client) -> Result<(), AuthError> {
        let template = Template::SecondFactorRefused;
        let notice = notice::compose(&self.core, template, &user.username, client)?;
        let written = self.core.store.insert_notice(user.id, &notice).await?;
        self.core.audit.publish(written);
        Ok(())
    }
}

fn action_of(answer: SecondFactorAnswer<'_>) -> RateLimitedAction {
    match answer {
        SecondFactorAnswer::Code(FactorCode::Totp(_)) => RateLimitedAction::CompleteLogin,
        SecondFactorAnswer::Code(FactorCode::Recovery(_)) => {
            RateLimitedAction::CompleteLoginWithRecoveryCode
        }
        SecondFactorAnswer::Passkey(_) => RateLimitedAction::CompleteLoginWithPasskey,
    }
}
