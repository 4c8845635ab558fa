//! Verification of an address by a mailed link.

use super::{EmailAddresses, verification};
use crate::domain::{Client, EmailAddress, Identifier, User};
use crate::service::error::AuthError;
use crate::service::rate_limits::{LimitScope, RateLimitedAction};
use crate::service::response_time::with_uniform_timing;

impl EmailAddresses {
    /// Uses up a mailed link and marks its address as verified.
    ///
    /// # Errors
    /// `LinkInvalid` when the link is unknown, used or expired, or for an address that the account no longer has;
    /// `RateLimited`.
    pub async fn verify(&self, token: &str, client: &Client) -> Result<User, AuthError> {
        let token = self
            .core
            .open_link(RateLimitedAction::VerifyEmail, token, client)
            .await?;
        let audit = self.core.audit.begin(client);
        let verified = self.core.store.verify_email(&token, &audit).await?;
        let user = self.core.audit.publish(verified);
        self.core.rate_limits.grant_pass(&user, client).await;
        Ok(user)
    }

    /// Mails another link if the address is unverified, and does the same work if it is verified or unknown. The mail
    /// describes the registration, no matter which client requests it. Earlier links stay valid, because any of them
    /// may arrive first.
    ///
    /// # Errors
    /// `RateLimited`. No error reveals whether the address is known.
    pub async fn resend_verification(
        &self,
        email: &EmailAddress,
        client: &Client,
    ) -> Result<(), AuthError> {
        let action = RateLimitedAction::ResendVerificationEmail;
        with_uniform_timing(async {
            let party = (LimitScope::Address, email.canonical());
            let account = Some(Identifier::Email(email.clone()));
            let core = &self.core;
            core.rate_limits
                .charge(action, client, &[party], account)
                .await?;
            let registration = core.store.find_registration_by_email(email).await?;
            let verification = verification::compose(core, client, registration.as_ref())?;
            let user_id = registration.map(|registration| registration.user_id);
            let written = core
                .store
                .insert_verification(email, user_id, &verification)
                .await?;
            core.audit.publish(written);
            Ok(())
        })
        .await
    }
}
