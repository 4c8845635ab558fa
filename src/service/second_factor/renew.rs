//! Replacements of recovery codes.

use super::SecondFactors;
use crate::domain::{Client, RECOVERY_CODES, Viewer};
use crate::service::account::notice;
use crate::service::error::AuthError;
use crate::service::mail::Template;
use crate::service::rate_limits::RateLimitedAction;
use crate::service::session::freshness::charge_fresh_session;
use crate::store::RenewalError;

impl SecondFactors {
    /// Makes new recovery codes, which void the earlier ones, and writes a notice. Returns the codes.
    ///
    /// # Errors
    /// `SecondFactorNotFound` when the account has no second factor; `RateLimited`, `Overloaded`.
    pub async fn renew_recovery_codes(
        &self,
        viewer: &Viewer,
        client: &Client,
    ) -> Result<Vec<String>, AuthError> {
        let action = RateLimitedAction::RenewRecoveryCodes;
        let session = charge_fresh_session(&self.core, action, viewer, client).await?;
        let user = &viewer.user;
        if user.second_factor_since.is_none() {
            return Err(AuthError::SecondFactorNotFound);
        }
        let (codes, hashed) = self.new_recovery_codes(user.id).await?;
        let notice = notice::compose_about_recovery_codes(
            &self.core,
            Template::RecoveryCodesRenewed,
            &user.username,
            client,
            RECOVERY_CODES as u64,
        )?;
        let audit = self.core.audit.begin(client);
        let store = &self.core.store;
        let renewed = store
            .renew_recovery_codes(&session, &hashed, &audit, &notice)
            .await?;
        self.core.audit.publish(renewed);
        Ok(codes)
    }
}

impl From<RenewalError> for AuthError {
    fn from(error: RenewalError) -> Self {
        match error {
            RenewalError::NoSecondFactor => Self::SecondFactorNotFound,
            RenewalError::Freshness(error) => error.into(),
            RenewalError::Store(error) => error.into(),
        }
    }
}
