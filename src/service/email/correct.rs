//! The address of an account that has never verified one: a slip at registration, corrected at once.

use super::EmailAddresses;
use crate::domain::{Credentials, Deed, EmailAddress, SecurityEventKind};
use crate::service::audit::log;
use crate::service::error::AuthError;
use crate::service::limits::Attempt;
use crate::store::{AddressReplacementError, NewAddress};

impl EmailAddresses {
    /// Replaces an address that was never verified, and mails a link to the new one. Nothing is mailed to the old one:
    /// it may be a stranger's. Returns `false`, and nothing changed, if the old one is verified by now.
    ///
    /// # Errors
    /// `EmailExists`, `EmailReserved`; `WrongPassword` when the password has changed since it was checked.
    pub(super) async fn replace_unverified(
        &self,
        credentials: &Credentials,
        deed: &Deed,
        email: &EmailAddress,
    ) -> Result<bool, AuthError> {
        let user_id = credentials.user.id;
        let Some(registration) = self.store.find_registration_of_user(user_id).await? else {
            return Ok(false);
        };
        let (verification, mail) = self.verification(&deed.client, Some(&registration))?;
        let address = NewAddress {
            user_id,
            password_version: credentials.password_version,
            email: email.clone(),
            verification,
            unverified_before: self.options.unverified_before(deed.at),
        };
        let replaced = match self.store.replace_unverified_address(&address, deed).await {
            Ok(replaced) => replaced,
            Err(AddressReplacementError::Verified) => return Ok(false),
            Err(AddressReplacementError::Outdated) => return Err(AuthError::WrongPassword),
            Err(AddressReplacementError::Taken(claim)) => return Err(claim.into()),
            Err(AddressReplacementError::Store(error)) => return Err(error.into()),
        };
        let operation = Attempt::RequestEmailChange.field();
        log::deletions(replaced, Some(user_id), &deed.client, operation);
        let kind = SecurityEventKind::EmailChanged;
        log::event(&deed.event(user_id, kind));
        self.mail.announce(&mail, Some(email.as_str()));
        Ok(true)
    }
}
