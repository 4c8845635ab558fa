//! Removals of the password of an account that is signed in to with a passkey.

use super::Passwords;
use crate::domain::{Client, Viewer};
use crate::service::account::notice;
use crate::service::error::AuthError;
use crate::service::mail::Template;
use crate::service::session::freshness::require_fresh;
use crate::store::PasswordRemovalError;

impl Passwords {
    /// Removes the password of the viewer's account, and writes a notice. Returns whether there was one.
    ///
    /// # Errors
    /// `LastSignInMethod` when no passkey signs in to the account alone; `ReauthenticationRequired`.
    pub async fn remove(&self, viewer: &Viewer, client: &Client) -> Result<bool, AuthError> {
        let session = require_fresh(&self.core, viewer).await?;
        let (template, username) = (Template::PasswordRemoved, &viewer.user.username);
        let notice = notice::compose(&self.core, template, username, client)?;
        let audit = self.core.audit.begin(client);
        let (store, party) = (&self.core.store, &self.core.relying_party);
        let removed = store
            .remove_password(&session, &party.id, &audit, &notice)
            .await?;
        Ok(self.core.audit.publish(removed))
    }
}

impl From<PasswordRemovalError> for AuthError {
    fn from(error: PasswordRemovalError) -> Self {
        match error {
            PasswordRemovalError::LastMethod => Self::LastSignInMethod,
            PasswordRemovalError::Freshness(error) => error.into(),
            PasswordRemovalError::Store(error) => error.into(),
        }
    }
}
