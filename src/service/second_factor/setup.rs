//! Set-ups of an authenticator app.

use chrono::{DateTime, TimeDelta, Utc};

use super::{SecondFactors, qr_code};
use crate::domain::{
    AuthenticationMethod, AuthenticationMethods, Client, TotpCode, TotpSecret, Viewer,
};
use crate::service::account::notice;
use crate::service::error::AuthError;
use crate::service::mail::Template;
use crate::service::rate_limits::RateLimitedAction;
use crate::service::session::freshness::charge_fresh_session;
use crate::store::{NewTotp, NewTotpSetup, TotpSetupError};

/// The time for which a set-up can be confirmed: enough to install an app.
const SETUP_TTL: TimeDelta = TimeDelta::minutes(15);

/// A set-up that has begun. It changes nothing until a code of the app is confirmed.
pub struct TotpSetup {
    /// The secret in Base32.
    pub secret: String,
    /// The URI that the QR code carries.
    pub uri: String,
    pub qr_code_svg: String,
    pub expires_at: DateTime<Utc>,
}

impl SecondFactors {
    /// Starts the set-up of an authenticator app, in place of an earlier set-up. An app that the account has stays in use
    /// until the new one is confirmed.
    pub async fn start_totp_setup(&self, viewer: &Viewer) -> Result<TotpSetup, AuthError> {
        let (user, now) = (&viewer.user, self.core.clock.now());
        let secret = TotpSecret::new(self.core.random.bytes());
        let uri = secret.uri(&self.issuer, &user.email);
        let setup = NewTotpSetup {
            user_id: user.id,
            sealed: self.secrets.close(user.id, &secret)?,
            created_at: now,
            expires_at: now + SETUP_TTL,
        };
        if !self.core.store.start_totp_setup(&setup).await? {
            return Err(AuthError::SessionEnded(None)); // the account was deleted just now
        }
        Ok(TotpSetup {
            qr_code_svg: qr_code::draw(&uri)?,
            secret: secret.reveal(),
            uri,
            expires_at: setup.expires_at,
        })
    }

    /// Finishes a set-up with a code of the app, which turns the second factor on. Returns the recovery codes.
    ///
    /// # Errors
    /// `ChallengeInvalid` when no set-up waits for a code; `SecondFactorInvalid` when the code is wrong; `RateLimited`,
    /// `Overloaded`.
    pub async fn confirm_totp_setup(
        &self,
        viewer: &Viewer,
        client: &Client,
        code: &str,
    ) -> Result<Vec<String>, AuthError> {
        let action = RateLimitedAction::ConfirmTotpSetup;
        let session = charge_fresh_session(&self.core, action, viewer, client).await?;
        let store = &self.core.store;
        let now = self.core.clock.now();
        let setup = store.find_totp_setup(viewer.user.id, now).await?;
        let setup = setup.ok_or(AuthError::ChallengeInvalid)?;
        let secret = self.secrets.open(viewer.user.id, &setup.sealed);
        // Without a secret, another SECRET_KEY sealed it.
        let secret = secret.ok_or(AuthError::ChallengeInvalid)?;
        let code = TotpCode::parse(code);
        let step = code.and_then(|code| secret.step_of(&code, now));
        let step = step.ok_or(AuthError::SecondFactorInvalid)?;
        let (codes, recovery_codes) = self.new_recovery_codes(viewer.user.id).await?;
        let (template, username) = (Template::TotpAdded, &viewer.user.username);
        let new = NewTotp {
            session,
            methods: viewer
                .session
                .methods_with(AuthenticationMethods::from_iter([
                    AuthenticationMethod::Otp,
                ])),
            setup,
            sealed: self.secrets.close(viewer.user.id, &secret)?,
            sealed_by: self.secrets.fingerprints.newest().clone(),
            step,
            recovery_codes,
            audit: self.core.audit.begin(client),
            notice: notice::compose(&self.core, template, username, client)?,
        };
        let confirmed = store.confirm_totp_setup(&new).await?;
        self.core.audit.publish(confirmed);
        Ok(codes)
    }
}

impl From<TotpSetupError> for AuthError {
    fn from(error: TotpSetupError) -> Self {
        match error {
            TotpSetupError::Outdated => Self::ChallengeInvalid,
            TotpSetupError::Freshness(error) => error.into(),
            TotpSetupError::Store(error) => error.into(),
        }
    }
}
