//! Corrections of an address that was never verified, such as a typing error at registration.

use super::EmailAddresses;
use crate::domain::{AuditContext, Credentials, EmailAddress};
use crate::service::audit::log;
use crate::service::error::AuthError;
use crate::service::rate_limits::RateLimitedAction;
use crate::store::{AddressReplacementError, NewAddress};

impl EmailAddresses {
    /// Replaces an unverified address, and mails a link to the new one. Mails nothing to the old one, which may be a
    /// stranger's. Returns `false`, and changes nothing, if the old one is verified now.
    ///
    /// # Errors
    /// `EmailExists`, `EmailReserved`; `WrongPassword` when the password has changed since it was checked.
    pub(super) async fn replace_unverified(
        &self,
        credentials: &Credentials,
        audit: &AuditContext,
        email: &EmailAddress,
    ) -> Result<bool, AuthError> {
        let user_id = credentials.user.id;
        let Some(registration) = self.core.store.find_registration_of_user(user_id).await? else {
            return Ok(false);
        };
        let client = &audit.client;
        let verification = self
            .core
            .compose_verification(client, Some(&registration))?;
        let address = NewAddress {
            user_id,
            password_version: credentials.password_version,
            email: email.clone(),
            verification,
            unverified_before: self.core.policy.unverified_before(audit.at),
        };
        let replaced = match self
            .core
            .store
            .replace_unverified_address(&address, audit)
            .await
        {
            Ok(replaced) => replaced,
            Err(AddressReplacementError::Verified) => return Ok(false),
            Err(AddressReplacementError::Confirmation(error)) => return Err(error.into()),
            Err(AddressReplacementError::Taken(claim)) => return Err(claim.into()),
            Err(AddressReplacementError::Store(error)) => return Err(error.into()),
        };
        let replaced = self.core.audit.publish(replaced);
        let operation = RateLimitedAction::RequestEmailChange.operation();
        log::deletions(replaced, Some(user_id), client, operation);
        Ok(true)
    }
}
