//! Registrations with an unverified address. The owner of the mailbox can view one, and cancel it if it is not theirs.

use super::Accounts;
use crate::domain::{Client, PendingRegistration, UserId};
use crate::service::error::AuthError;
use crate::service::rate_limits::RateLimitedAction;

impl Accounts {
    /// Finds the registration that a mailed link would verify. Does not use the link up.
    ///
    /// # Errors
    /// `LinkInvalid` when the link is unknown, used or expired, or the address is verified; `RateLimited`.
    pub async fn find_registration(
        &self,
        token: &str,
        client: &Client,
    ) -> Result<PendingRegistration, AuthError> {
        let token = self
            .core
            .open_link(RateLimitedAction::ReadRegistration, token, client)
            .await?;
        let (store, now) = (&self.core.store, self.core.clock.now());
        let registration = store.find_registration_by_token(&token, now).await?;
        registration.ok_or(AuthError::LinkInvalid)
    }

    /// Cancels a registration ("I did not register"): deletes the account and everything about it, so that the address
    /// is free. Returns the id of the user.
    ///
    /// # Errors
    /// `LinkInvalid` when the link is unknown, used or expired, or the address is verified; `RateLimited`.
    pub async fn cancel_registration(
        &self,
        token: &str,
        client: &Client,
    ) -> Result<UserId, AuthError> {
        let action = RateLimitedAction::CancelRegistration;
        let token = self.core.open_link(action, token, client).await?;
        let audit = self.core.audit.begin_operation(action.operation(), client);
        let deleted = self.core.store.delete_registration(&token, &audit).await?;
        Ok(self.core.audit.publish(deleted))
    }
}
