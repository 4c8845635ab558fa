//! Accounts: the profile, the end. How they begin is in [`super::register`].

use std::sync::Arc;

use uuid::Uuid;

use super::mail::Mail;
use super::organizations::reserved;
use super::{
    Attempt, AuthError, EmailAddresses, Invitations, Limits, PasswordResets, Passwords,
    SecurityEvents, security_events,
};
use crate::clock::Clock;
use crate::domain::{
    Client, RegistrationMode, ReservedNames, SecurityEventKind, User, Username, Viewer,
};
use crate::random::Random;
use crate::store::{AccountDeletionError, ProfileChange, Store, UpdateProfileError};

/// The rules about accounts. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) passwords: Passwords,
    pub(crate) mail: Mail,
    pub(crate) emails: EmailAddresses,
    pub(crate) resets: PasswordResets,
    pub(crate) invitations: Invitations,
    pub(crate) limits: Limits,
    pub(crate) events: SecurityEvents,
    pub(crate) registration: RegistrationMode,
    pub(crate) reserved: Arc<ReservedNames>,
}

impl Accounts {
    /// Changes what a user is called.
    ///
    /// # Errors
    /// `UsernameExists` when somebody else has the name; `RateLimited`.
    pub async fn update_profile(
        &self,
        viewer: &Viewer,
        client: &Client,
        change: &ProfileChange,
    ) -> Result<User, AuthError> {
        if change.username.is_none() && change.display_name.is_none() {
            return Ok(viewer.user.clone());
        }
        let user_id = viewer.user.id;
        let old = &viewer.user.username;
        // A name that one has stays one's own.
        if let Some(username) = &change.username
            && !username.as_str().eq_ignore_ascii_case(old)
        {
            self.check_free_to_take(username)?;
        }
        let renamed = change
            .username
            .as_ref()
            .is_some_and(|new| new.as_str() != old);
        if renamed {
            self.limits
                .charge_account(Attempt::UpdateProfile, client, user_id)
                .await?;
        }
        let deed = self.events.deed(client);
        let kind = SecurityEventKind::UsernameChanged;
        let event = renamed.then(|| deed.event(user_id, kind));
        let changed = self
            .store
            .update_profile(user_id, change, deed.at, event.as_slice());
        let user = changed.await?.ok_or(AuthError::Unauthenticated)?;
        event.iter().for_each(security_events::log);
        Ok(user)
    }

    pub(super) fn check_free_to_take(&self, username: &Username) -> Result<(), AuthError> {
        if self.reserved.contains(username.as_str()) {
            return Err(reserved("username"));
        }
        Ok(())
    }

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
        security_events::log_deletions([user_id], None, client, operation);
        Ok(())
    }
}

impl From<UpdateProfileError> for AuthError {
    fn from(error: UpdateProfileError) -> Self {
        match error {
            UpdateProfileError::UsernameTaken => Self::UsernameExists,
            UpdateProfileError::Store(error) => error.into(),
        }
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
