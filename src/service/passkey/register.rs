//! Registrations of passkeys.

use super::{PasskeyPurpose, Passkeys};
use crate::domain::{
    Ceremony, Client, HashedToken, Id, Passkey, PasskeyName, RegistrationResponse, Viewer,
};
use crate::service::account::notice;
use crate::service::challenges::read_token;
use crate::service::error::AuthError;
use crate::service::rate_limits::RateLimitedAction;
use crate::service::session::freshness::charge_fresh_session;
use crate::store::{NewPasskey, PasskeyRegistrationError};

impl Passkeys {
    /// Registers the passkey that an authenticator has made, under a name of its owner or a suggested one, and writes a notice.
    ///
    /// # Errors
    /// `ChallengeInvalid` when the ceremony is unknown, used up or expired, or belongs to another session; `PasskeyRefused`,
    /// `PasskeyExists`, `TooManyPasskeys`, `ReauthenticationRequired`, `RateLimited`.
    pub async fn register(
        &self,
        viewer: &Viewer,
        client: &Client,
        ceremony: &str,
        response: &RegistrationResponse,
        name: Option<PasskeyName>,
    ) -> Result<Passkey, AuthError> {
        let action = RateLimitedAction::CompletePasskeyRegistration;
        let session = charge_fresh_session(&self.core, action, viewer, client).await?;
        let purpose = PasskeyPurpose::Registration(session.session_id);
        let token = self.find_registration(purpose, ceremony).await?;
        let credential = response.verify(&Ceremony {
            relying_party: &self.core.relying_party,
            challenge: token.as_bytes(),
            user_must_be_verified: purpose.user_must_be_verified(),
        });
        let credential = credential.map_err(AuthError::PasskeyRefused)?;
        let suggested = || PasskeyName::suggested(credential.aaguid, &client.device);
        let name = name.unwrap_or_else(suggested);
        let username = &viewer.user.username;
        let notice = notice::compose_about_passkey(&self.core, username, client, name.as_str())?;
        let audit = self.core.audit.begin(client);
        let new = NewPasskey {
            id: Id::new(self.core.random.id(audit.at)),
            session,
            ceremony: token,
            relying_party: self.core.relying_party.id.clone(),
            credential,
            name,
            notice,
            audit,
        };
        let registered = self.core.store.register_passkey(&new).await?;
        Ok(self.core.audit.publish(registered))
    }

    /// Finds a ceremony that was started for this purpose.
    async fn find_registration(
        &self,
        purpose: PasskeyPurpose,
        ceremony: &str,
    ) -> Result<HashedToken, AuthError> {
        let token = read_token(ceremony).ok_or(AuthError::ChallengeInvalid)?;
        let (store, kind, now) = (&self.core.store, purpose.kind(), self.core.clock.now());
        let challenge = store.find_challenge(&token, kind, now).await?;
        let challenge = challenge.ok_or(AuthError::ChallengeInvalid)?;
        self.require_purpose(purpose, challenge.id, &challenge.state)?;
        Ok(token)
    }
}

impl From<PasskeyRegistrationError> for AuthError {
    fn from(error: PasskeyRegistrationError) -> Self {
        match error {
            PasskeyRegistrationError::CeremonyVoid => Self::ChallengeInvalid,
            PasskeyRegistrationError::Exists => Self::PasskeyExists,
            PasskeyRegistrationError::TooMany => Self::TooManyPasskeys,
            PasskeyRegistrationError::Freshness(error) => error.into(),
            PasskeyRegistrationError::Store(error) => error.into(),
        }
    }
}
