//! Changes of a password by a user who confirms them.

use super::Passwords;
use super::verify::ConfirmedUser;
use crate::domain::{Client, Password, SessionId, Viewer};
use crate::service::account::notice;
use crate::service::error::AuthError;
use crate::service::mail::Template;
use crate::service::rate_limits::RateLimitedAction;
use crate::service::session::end::count_ended;
use crate::store::PasswordChange;

impl Passwords {
    /// Sets a new password after checking the current one, or without it in a fresh session; ends the user's other sessions
    /// if requested, and writes a notice. Returns the number of sessions that ended.
    ///
    /// # Errors
    /// `WrongPassword` when the current password is wrong, `ReauthenticationRequired`, `Invalid` for the new one;
    /// `RateLimited`, `Overloaded`.
    pub async fn change(
        &self,
        viewer: &Viewer,
        client: &Client,
        current: Option<&str>,
        new: Password,
        end_other_sessions: bool,
    ) -> Result<u64, AuthError> {
        let action = RateLimitedAction::ChangePassword;
        let confirmed = self
            .confirm_or_require_fresh(action, viewer, client, current)
            .await?;
        let kept = end_other_sessions.then_some(viewer.session.id);
        let changed = self.replace(&confirmed, client, new, kept).await;
        self.after_confirmation(changed, &confirmed, client, action)
            .await
    }

    /// Sets the new password, after the change was confirmed.
    async fn replace(
        &self,
        confirmed: &ConfirmedUser,
        client: &Client,
        new: Password,
        end_all_but: Option<SessionId>,
    ) -> Result<u64, AuthError> {
        let user = &confirmed.user;
        let password_hash = self.hash_new(user, "newPassword", new).await?;
        let template = Template::PasswordChanged;
        let change = PasswordChange {
            user_id: user.id,
            confirmation: confirmed.confirmation.clone(),
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
