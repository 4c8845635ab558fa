//! The end of an account.

use uuid::Uuid;

use super::Accounts;
use crate::domain::{Client, Viewer};
use crate::service::audit::log;
use crate::service::error::AuthError;
use crate::service::limits::Attempt;
use crate::store::AccountDeletionError;

impl Accounts {
    /// Deletes a user and everything about them, and the organizations that nobody else belongs to.
    ///
    /// # Errors
    /// `WrongPassword`; `LastOwner` when others would be left in an organization without an owner;
    /// `Overloaded`.
    pub async fn delete(
        &self,
        viewer: &Viewer,
        client: &Client,
        password: &str,
    ) -> Result<(), AuthError> {
        let user_id = viewer.user.id;
        let attempt = Attempt::DeleteAccount;
        let confirmed = self.passwords.confirm(attempt, viewer, client, password);
        let credentials = confirmed.await?;
        let deleted = self
            .delete_confirmed(user_id, credentials.password_version, client)
            .await;
        self.emails
            .notices
            .after_right_password(deleted, &credentials.user, client, attempt)
            .await
    }

    async fn delete_confirmed(
        &self,
        user_id: Uuid,
        password_version: i64,
        client: &Client,
    ) -> Result<(), AuthError> {
        let now = self.clock.now();
        self.store
            .delete_account(user_id, password_version, now)
            .await?;
        let operation = Attempt::DeleteAccount.field();
        log::deletions([user_id], None, client, operation);
        Ok(())
    }
}

impl From<AccountDeletionError> for AuthError {
    fn from(error: AccountDeletionError) -> Self {
        match error {
            AccountDeletionError::Outdated => Self::WrongPassword,
            AccountDeletionError::LastOwner(organizations) => Self::LastOwner(organizations),
            AccountDeletionError::Store(error) => error.into(),
        }
    }
}
