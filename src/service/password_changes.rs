//! Setting a new password: by whoever knows the old one, and by whoever follows a mailed link.

use uuid::Uuid;

use super::mail::{Template, read_token};
use super::password_strength::KnownOwner;
use super::{
    Attempt, AuthError, Limits, Notices, PasswordStrength, Passwords, SecurityEvents,
    security_events,
};
use crate::clock::Clock;
use crate::domain::{Client, EndReason, Password, SecurityEventKind, User, Viewer};
use crate::store::{Credentials, PasswordChange, Store};

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
    /// Judges a password for somebody of whom this is known; see [`Passwords::assess`].
    ///
    /// # Errors
    /// `RateLimited`, `Overloaded`.
    pub async fn check(
        &self,
        client: &Client,
        password: &str,
        owner: &KnownOwner<'_>,
    ) -> Result<PasswordStrength, AuthError> {
        self.limits
            .charge(Attempt::CheckPassword, client, &[], None)
            .await?;
        self.passwords.assess(password, owner).await
    }

    /// Sets a new password after checking the current one, ends the user's other sessions if asked
    /// to, and writes a notice. Answers how many sessions ended.
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

    async fn replace(
        &self,
        credentials: &Credentials,
        client: &Client,
        new: Password,
        end_all_but: Option<Uuid>,
    ) -> Result<u64, AuthError> {
        let user = &credentials.user;
        let user_id = user.id;
        let password_hash = self.passwords.replace(user, new).await?;
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
        security_events::log(&deed.event(user_id, kind));
        security_events::log_ends(deed, user_id, &ended.newest, EndReason::PasswordChanged);
        self.notices.announce(&notice, &notified);
        Ok(security_events::count_ended(&self.store, &ended).await)
    }

    /// Uses up a mailed link: sets the password, takes the address as proved, ends every session, and
    /// writes a notice. A password that is refused does not use the link up.
    ///
    /// # Errors
    /// `LinkInvalid` when it is unknown, used, expired, replaced by a newer one, or for an address the
    /// account no longer has; `Invalid` for the password, `Overloaded`.
    pub async fn reset(
        &self,
        token: &str,
        new: Password,
        client: &Client,
    ) -> Result<User, AuthError> {
        self.limits
            .charge(Attempt::ResetPassword, client, &[], None)
            .await?;
        let token = read_token(token)?;
        let found = self
            .store
            .find_password_reset(&token, self.clock.now())
            .await?;
        // The link proves the mailbox, so this is the owner.
        let user = found.ok_or(AuthError::LinkInvalid)?;
        let hash = self.passwords.replace(&user, new).await?;
        let notice = self
            .notices
            .compose(Template::PasswordReset, &user.username, client)?;
        let deed = self.events.deed(client);
        let reset = self
            .store
            .reset_password(&user, &token, &hash, &deed, &notice.new)
            .await?;
        let reset = reset.ok_or(AuthError::LinkInvalid)?;
        reset.events.iter().for_each(security_events::log);
        security_events::log_ends(
            &deed,
            user.id,
            &reset.ended.newest,
            EndReason::PasswordReset,
        );
        self.notices.announce(&notice, &reset.notified);
        self.limits.pass_after_proof(&reset.user, client).await;
        Ok(reset.user)
    }
}
