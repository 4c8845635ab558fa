//! Deletion of an account.

use super::Accounts;
use crate::domain::{AuditContext, Client, Viewer};
use crate::service::error::AuthError;
use crate::service::password::verify::ConfirmedUser;
use crate::service::rate_limits::RateLimitedAction;
use crate::store::AccountDeletionError;

impl Accounts {
    /// Deletes a user and everything about them, including organizations without other members.
    ///
    /// # Errors
    /// `WrongPassword`, `ReauthenticationRequired`; `LastOwner` when an organization would have members but no owner; `RateLimited`, `Overloaded`.
    pub async fn delete(
        &self,
        viewer: &Viewer,
        client: &Client,
        password: Option<&str>,
    ) -> Result<(), AuthError> {
        let action = RateLimitedAction::DeleteAccount;
        let confirmed = self
            .passwords
            .confirm_or_require_fresh(action, viewer, client, password)
            .await?;
        let audit = self.core.audit.begin_operation(action.operation(), client);
        let deleted = self.delete_confirmed(&confirmed, &audit).await;
        self.passwords
            .after_confirmation(deleted, &confirmed, client, action)
            .await
    }

    async fn delete_confirmed(
        &self,
        confirmed: &ConfirmedUser,
        audit: &AuditContext,
    ) -> Result<(), AuthError> {
        let (user_id, confirmation) = (confirmed.user.id, &confirmed.confirmation);
        let store = &self.core.store;
        let deleted = store.delete_account(user_id, confirmation, audit).await?;
        self.core.audit.publish(deleted);
        Ok(())
    }
}

impl From<AccountDeletionError> for AuthError {
    fn from(error: AccountDeletionError) -> Self {
        match error {
            AccountDeletionError::Confirmation(error) => error.into(),
            AccountDeletionError::LastOwner(organizations) => Self::LastOwner(organizations),
            AccountDeletionError::Store(error) => error.into(),
        }
    }
}
