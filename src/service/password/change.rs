//! A new password for a user who knows the old one.

use uuid::Uuid;

use super::Passwords;
use crate::domain::{Client, Credentials, EndReason, Password, SecurityEventKind, Viewer};
use crate::platform::clock::Clock;
use crate::service::account::notice::Notices;
use crate::service::audit::{SecurityEvents, log};
use crate::service::error::AuthError;
use crate::service::limits::{Attempt, Limits};
use crate::service::mail::Template;
use crate::service::session::end::count_ended;
use crate::store::{PasswordChange, Store};

/// The rules about new passwords. Cheap to clone.
#[derive(Clone)]
pub struct PasswordChanges {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) passwords: Passwords,
    pub(crate) notices: Notices,
    pub(crate) limits: Limits,
    pub(crate) events: SecurityEvents,
}

impl PasswordChanges {
    /// Sets a new password after checking the current one, ends the user's other sessions if asked
    /// to, and writes a notice. Returns how many sessions ended.
    ///
    /// # Errors
    /// `WrongPassword` when the current password is wrong, `Invalid` for the new one,
    /// `Overloaded`.
    pub async fn change(
        &self,
        viewer: &Viewer,
        client: &Client,
        current: &str,
        new: Password,
        end_other_sessions: bool,
    ) -> Result<u64, AuthError> {
        let attempt = Attempt::ChangePassword;
        let confirmed = self.passwords.confirm(attempt, viewer, client, current);
        let credentials = confirmed.await?;
        let kept = end_other_sessions.then_some(viewer.session.id);
        let changed = self.replace(&credentials, client, new, kept).await;
        self.notices
            .after_right_password(changed, &credentials.user, client, attempt)
            .await
    }

    /// Sets the new password, once the current one was right.
    async fn replace(
        &self,
        credentials: &Credentials,
        client: &Client,
        new: Password,
        end_all_but: Option<Uuid>,
    ) -> Result<u64, AuthError> {
        let user = &credentials.user;
        let user_id = user.id;
        let password_hash = self.passwords.hash_new(user, new).await?;
        let notice = self
            .notices
            .compose(Template::PasswordChanged, &user.username, client)?;
        let change = PasswordChange {
            user_id,
            password_version: credentials.password_version,
            password_hash,
            end_all_but,
            notice: notice.new.clone(),
            deed: self.events.deed(client),
        };
        // None: the password changed while we hashed, and what was checked is not the current one.
        let changed = self.store.change_password(&change).await?;
        let (ended, notified) = changed.ok_or(AuthError::WrongPassword)?;
        let kind = SecurityEventKind::PasswordChanged;
        let deed = &change.deed;
        log::event(&deed.event(user_id, kind));
        log::ends(deed, user_id, &ended.newest, EndReason::PasswordChanged);
        self.notices.announce(&notice, &notified);
        Ok(count_ended(&self.store, &ended).await)
    }
}
