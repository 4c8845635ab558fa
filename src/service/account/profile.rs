//! The profile of a user: username, display name, and the language of mail.

use super::Accounts;
use crate::domain::{Client, ProfileChange, SecurityEventKind, User, UserId, Username, Viewer};
use crate::service::core::Core;
use crate::service::error::AuthError;
use crate::service::rate_limits::RateLimitedAction;
use crate::store::UpdateProfileError;

impl Accounts {
    /// Changes the username and the display name of a user.
    ///
    /// # Errors
    /// `UsernameExists` when another user has the name; `Invalid` when the name is reserved; `RateLimited`.
    pub async fn update_profile(
        &self,
        viewer: &Viewer,
        client: &Client,
        change: &ProfileChange,
    ) -> Result<User, AuthError> {
        if change.is_empty() {
            return Ok(viewer.user.clone());
        }
        let user_id = viewer.user.id;
        let old = &viewer.user.username;
        // A user may keep a name that is reserved now.
        if let Some(username) = &change.username
            && !username.as_str().eq_ignore_ascii_case(old)
        {
            self.check_not_reserved(username)?;
        }
        let renamed = change
            .username
            .as_ref()
            .is_some_and(|new| new.as_str() != old);
        if renamed {
            self.core
                .rate_limits
                .charge_account(RateLimitedAction::UpdateProfile, client, user_id)
                .await?;
        }
        let audit = self.core.audit.begin(client);
        let kind = SecurityEventKind::UsernameChanged;
        let event = renamed.then(|| audit.event(user_id, kind));
        let store = &self.core.store;
        let updated = store
            .update_profile(user_id, change, audit.at, event)
            .await?;
        let user = self.core.audit.publish(updated);
        user.ok_or(AuthError::Unauthenticated)
    }

    /// Refuses a reserved username.
    pub(super) fn check_not_reserved(&self, username: &Username) -> Result<(), AuthError> {
        if self.core.policy.reserved_names.contains(username.as_str()) {
            return Err(AuthError::reserved("username"));
        }
        Ok(())
    }
}

impl Core {
    /// Stores the language of the user's client as the language of their mail, if it differs from the one on record. A
    /// failure is only logged, so that the operation itself continues.
    pub(in crate::service) async fn store_language(
        &self,
        user_id: UserId,
        on_record: Option<&str>,
        client: &Client,
    ) {
        let named = self.mail.language(client);
        let Some(language) = named.filter(|_| named != on_record) else {
            return;
        };
        if let Err(error) = self.store.set_language(user_id, language).await {
            tracing::warn!(%error, user = %user_id, "the new language of a user's mail was not stored");
        }
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
