//! Deletion of an account.

use super::Accounts;
use crate::domain::{Client, UserId, Viewer};
use crate::service::audit::log;
use crate::service::error::AuthError;
use crate::service::rate_limits::RateLimitedAction;
use crate::store::AccountDeletionError;

impl Accounts {
    /// Deletes a user and everything about them, including organizations without other members.
    ///
    /// # Errors
    /// `WrongPassword`; `LastOwner` when an organization would have members but no owner; `RateLimited`, `Overloaded`.
    pub async fn delete(
        &self,
        viewer: &Viewer,
        client: &Client,
        password: &str,
    ) -> Result<(), AuthError> {
        let user_id = viewer.user.id;
        let action = RateLimitedAction::DeleteAccount;
        let confirmed = self.passwords.confirm(action, viewer, client, password);
        let credentials = confirmed.await?;
        let deleted = self
            .delete_confirmed(user_id, credentials.password_version, client)
            .await;
        self.core
            .after_right_password(deleted, &credentials.user, client, action)
            .await
    }

    async fn delete_confirmed(
        &self,
        user_id: UserId,
        password_version: i64,
        client: &Client,
    ) -> Result<(), AuthError> {
        let now = self.core.clock.now();
        self.core
            .store
            .delete_account(user_id, password_version, now)
            .await?;
        let operation = RateLimitedAction::DeleteAccount.operation();
        log::deletions([user_id], None, client, operation);
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
