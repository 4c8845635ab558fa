//! The profile of a user: username and display name.

use super::Accounts;
use crate::domain::{Client, ProfileChange, SecurityEventKind, User, Username, Viewer};
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

impl From<UpdateProfileError> for AuthError {
    fn from(error: UpdateProfileError) -> Self {
        match error {
            UpdateProfileError::UsernameTaken => Self::UsernameExists,
            UpdateProfileError::Store(error) => error.into(),
        }
    }
}
