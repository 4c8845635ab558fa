//! Corrections of an address that was never verified, such as a typing error at registration.

use super::{EmailAddresses, verification};
use crate::domain::{AuditContext, EmailAddress};
use crate::service::error::AuthError;
use crate::service::password::verify::ConfirmedUser;
use crate::store::{AddressReplacementError, NewAddress};

impl EmailAddresses {
    /// Replaces an unverified address, and mails a link to the new one. Mails nothing to the old one, which may be a
    /// stranger's. Returns `false`, and changes nothing, if the old one is verified now.
    ///
    /// # Errors
    /// `EmailExists`, `EmailReserved`; `WrongPassword` when the password has changed since it was checked.
    pub(super) async fn replace_unverified(
        &self,
        confirmed: &ConfirmedUser,
        audit: &AuditContext,
        email: &EmailAddress,
    ) -> Result<bool, AuthError> {
        let user_id = confirmed.user.id;
        let Some(registration) = self.core.store.find_registration_of_user(user_id).await? else {
            return Ok(false);
        };
        let verification = verification::compose(&self.core, &audit.client, Some(&registration))?;
        let address = NewAddress {
            user_id,
            confirmation: confirmed.confirmation.clone(),
            email: email.clone(),
            verification,
            unverified_before: self.core.policy.unverified_before(audit.at),
        };
        let store = &self.core.store;
        match store.replace_unverified_address(&address, audit).await {
            Ok(replaced) => {
                self.core.audit.publish(replaced);
                Ok(true)
            }
            Err(AddressReplacementError::Verified) => Ok(false),
            Err(AddressReplacementError::Confirmation(error)) => Err(error.into()),
            Err(AddressReplacementError::Taken(claim)) => Err(claim.into()),
            Err(AddressReplacementError::Store(error)) => Err(error.into()),
        }
    }
}
