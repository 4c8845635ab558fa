//! Ceremonies: the options that a page hands to `navigator.credentials`, in the JSON of WebAuthn Level 3 (section 5.1).

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{PasskeyPurpose, Passkeys};
use crate::domain::{
    ChallengeKind, Client, HashedToken, MAX_PASSKEYS, OFFERED_ALGORITHMS, PlainToken, User, UserId,
    Viewer,
};
use crate::service::challenges::read_token;
use crate::service::error::AuthError;
use crate::service::rate_limits::RateLimitedAction;
use crate::service::session::freshness::require_fresh;
use crate::service::token::hash_token;
use crate::store::KnownCredential;

/// A ceremony that has begun.
pub struct PasskeyCeremony {
    pub token: PlainToken,
    /// The argument of `navigator.credentials`, as JSON.
    pub options: Value,
    pub expires_at: DateTime<Utc>,
}

impl Passkeys {
    /// Starts the registration of a passkey in the viewer's session, which must be fresh.
    ///
    /// # Errors
    /// `TooManyPasskeys`, `ReauthenticationRequired`, `RateLimited`.
    pub async fn start_registration(
        &self,
        viewer: &Viewer,
        client: &Client,
    ) -> Result<PasskeyCeremony, AuthError> {
        require_fresh(&self.core, viewer).await?;
        let action = RateLimitedAction::StartPasskeyRegistration;
        self.core.rate_limits.charge_network(action, client).await?;
        let credentials = self.credentials_of(viewer.user.id).await?;
        if credentials.len() >= MAX_PASSKEYS {
            return Err(AuthError::TooManyPasskeys);
        }
        let purpose = PasskeyPurpose::Registration(viewer.session.id);
        let options =
            |challenge: &HashedToken| self.creation_options(challenge, &viewer.user, &credentials);
        self.start(purpose, Some(viewer.user.id), options).await
    }

    /// Starts a sign-in with a passkey alone. The options tell nothing of any account.
    ///
    /// # Errors
    /// `RateLimited`.
    pub async fn start_login(&self, client: &Client) -> Result<PasskeyCeremony, AuthError> {
        let action = RateLimitedAction::StartPasskeyLogin;
        self.core.rate_limits.charge_network(action, client).await?;
        let purpose = PasskeyPurpose::Login;
        let options = |challenge: &HashedToken| self.request_options(challenge, purpose, &[]);
        self.start(purpose, None, options).await
    }

    /// Starts the second step of a login with a passkey.
    ///
    /// # Errors
    /// `ChallengeInvalid`; `PasskeyNotFound` when the account has none; `RateLimited`.
    pub async fn start_second_factor(
        &self,
        challenge: &str,
        client: &Client,
    ) -> Result<PasskeyCeremony, AuthError> {
        let action = RateLimitedAction::StartPasskeyLogin;
        self.core.rate_limits.charge_network(action, client).await?;
        let token = read_token(challenge).ok_or(AuthError::ChallengeInvalid)?;
        let (kind, now) = (ChallengeKind::Login, self.core.clock.now());
        let login = self.core.store.find_challenge(&token, kind, now).await?;
        let login = login.ok_or(AuthError::ChallengeInvalid)?;
        let user_id = login.user_id.ok_or(AuthError::ChallengeInvalid)?;
        let purpose = PasskeyPurpose::SecondFactor(login.id);
        let started = self.start_for_user(purpose, user_id).await?;
        started.ok_or(AuthError::PasskeyNotFound)
    }

    /// Starts a step-up of the viewer's session with a passkey; `None` if they have none that signs in alone.
    pub(in crate::service) async fn start_reauthentication(
        &self,
        viewer: &Viewer,
    ) -> Result<Option<PasskeyCeremony>, AuthError> {
        let purpose = PasskeyPurpose::Reauthentication(viewer.session.id);
        self.start_for_user(purpose, viewer.user.id).await
    }

    /// Starts a ceremony that one of the user's passkeys can answer; `None` if none can.
    async fn start_for_user(
        &self,
        purpose: PasskeyPurpose,
        user_id: UserId,
    ) -> Result<Option<PasskeyCeremony>, AuthError> {
        let mut credentials = self.credentials_of(user_id).await?;
        credentials
            .retain(|credential| credential.user_verified || !purpose.user_must_be_verified());
        if credentials.is_empty() {
            return Ok(None);
        }
        let options =
            |challenge: &HashedToken| self.request_options(challenge, purpose, &credentials);
        let ceremony = self.start(purpose, Some(user_id), options).await?;
        Ok(Some(ceremony))
    }

    async fn credentials_of(&self, user_id: UserId) -> Result<Vec<KnownCredential>, AuthError> {
        let id = &self.core.relying_party.id;
        Ok(self.core.store.list_credentials(user_id, id).await?)
    }

    /// Issues the challenge. The authenticator signs the hash of its token, so that the database need not keep anything that
    /// could answer for it.
    async fn start(
        &self,
        purpose: PasskeyPurpose,
        user_id: Option<UserId>,
        options: impl Fn(&HashedToken) -> Value,
    ) -> Result<PasskeyCeremony, AuthError> {
        let challenges = &self.core.challenges;
        let issued = challenges.issue(purpose.kind(), user_id, &purpose).await?;
        Ok(PasskeyCeremony {
            options: options(&hash_token(&issued.token)),
            token: issued.token,
            expires_at: issued.expires_at,
        })
    }

    /// Returns the options of a registration. The passkey must be discoverable, so that it signs in without a username.
    fn creation_options(
        &self,
        challenge: &HashedToken,
        user: &User,
        credentials: &[KnownCredential],
    ) -> Value {
        let party = &self.core.relying_party;
        let algorithm = |number: &i64| json!({ "type": "public-key", "alg": number });
        let algorithms: Vec<Value> = OFFERED_ALGORITHMS.iter().map(algorithm).collect();
        json!({
            "rp": { "id": party.id.as_str(), "name": party.name },
            "user": {
                "id": base64url(user.id.uuid().as_bytes()),
                "name": user.username,
                "displayName": user.display_name.as_deref().unwrap_or(&user.username),
            },
            "challenge": base64url(challenge.as_bytes()),
            "pubKeyCredParams": algorithms,
            "timeout": timeout(ChallengeKind::PasskeyRegistration),
            "excludeCredentials": descriptors(credentials),
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": true,
                "userVerification": "preferred",
            },
            "attestation": "none",
        })
    }

    /// Returns the options of a use of a passkey: of one of these, or of any that the authenticator has.
    fn request_options(
        &self,
        challenge: &HashedToken,
        purpose: PasskeyPurpose,
        credentials: &[KnownCredential],
    ) -> Value {
        let verification = if purpose.user_must_be_verified() {
            "required"
        } else {
            "preferred"
        };
        json!({
            "challenge": base64url(challenge.as_bytes()),
            "timeout": timeout(purpose.kind()),
            "rpId": self.core.relying_party.id.as_str(),
            "allowCredentials": descriptors(credentials),
            "userVerification": verification,
        })
    }
}

/// Returns the time for which browsers wait for the user, in milliseconds.
fn timeout(kind: ChallengeKind) -> i64 {
    kind.ttl().num_milliseconds()
}

fn descriptors(credentials: &[KnownCredential]) -> Vec<Value> {
    let descriptor = |credential: &KnownCredential| {
        json!({
            "type": "public-key",
            "id": base64url(&credential.id),
            "transports": credential.transports,
        })
    };
    credentials.iter().map(descriptor).collect()
}

fn base64url(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
