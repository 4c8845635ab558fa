//! Changes of a password by a user who knows the current one.

use super::Passwords;
use crate::domain::{Client, Credentials, Password, SessionId, Viewer};
use crate::service::account::notice;
use crate::service::error::AuthError;
use crate::service::mail::Template;
use crate::service::rate_limits::RateLimitedAction;
use crate::service::session::end::count_ended;
use crate::store::PasswordChange;

impl Passwords {
    /// Sets a new password after checking the current one, ends the user's other sessions if requested, and writes a
    /// notice. Returns the number of sessions that ended.
    ///
    /// # Errors
    /// `WrongPassword` when the current password is wrong, `Invalid` for the new one; `RateLimited`, `Overloaded`.
    pub async fn change(
        &self,
        viewer: &Viewer,
        client: &Client,
        current: &str,
        new: Password,
        end_other_sessions: bool,
    ) -> Result<u64, AuthError> {
        let action = RateLimitedAction::ChangePassword;
        let credentials = self.confirm(action, viewer, client, current).await?;
        let kept = end_other_sessions.then_some(viewer.session.id);
        let changed = self.replace(&credentials, client, new, kept).await;
        self.after_right_password(changed, &credentials.user, client, action)
            .await
    }

    /// Sets the new password, after the current one was confirmed.
    async fn replace(
        &self,
        credentials: &Credentials,
        client: &Client,
        new: Password,
        end_all_but: Option<SessionId>,
    ) -> Result<u64, AuthError> {
        let user = &credentials.user;
        let password_hash = self.hash_new(user, new).await?;
        let template = Template::PasswordChanged;
        let change = PasswordChange {
            user_id: user.id,
            password_version: credentials.password_version,
            password_hash,
            end_all_but,
            notice: notice::compose(&self.core, template, &user.username, client)?,
            audit: self.core.audit.begin(client),
        };
        let store = &self.core.store;
        let changed = store.change_password(&change).await?;
        let ended = self.core.audit.publish(changed);
        Ok(count_ended(store, &ended).await)
    }
}
