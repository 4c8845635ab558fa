//! The profile of a user: what they are called, and the language of their mail.

use uuid::Uuid;

use super::Accounts;
use super::notice::Notices;
use crate::domain::{Client, ProfileChange, SecurityEventKind, User, Username, Viewer};
use crate::service::audit::log;
use crate::service::error::AuthError;
use crate::service::limits::Attempt;
use crate::store::UpdateProfileError;

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
        event.iter().for_each(log::event);
        Ok(user)
    }

    /// Refuses a username that nobody may have.
    pub(super) fn check_free_to_take(&self, username: &Username) -> Result<(), AuthError> {
        if self.reserved.contains(username.as_str()) {
            return Err(AuthError::reserved("username"));
        }
        Ok(())
    }
}

impl Notices {
    /// Notes in which language to write to a user, if their own client now names another than is on record. If that
    /// fails, what they asked for goes on.
    pub(in crate::service) async fn keep_language(
        &self,
        user_id: Uuid,
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
