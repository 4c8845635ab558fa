//! Setting a new password: by whoever knows the old one, and by whoever follows a mailed link.

use super::limits::Subject;
use super::mail::{Template, hash_token};
use super::password_strength::about_user;
use super::{Attempt, AuthError, Limits, Notices, PasswordStrength, Passwords};
use crate::clock::Clock;
use crate::domain::{Client, EndReason, Password, PlainToken, SessionEnd, User, Viewer};
use crate::store::{Identifier, PasswordChange, Store};

/// The rules about new passwords. Cheap to clone.
#[derive(Clone)]
pub struct PasswordChanges {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) passwords: Passwords,
    pub(crate) notices: Notices,
    pub(crate) limits: Limits,
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
        email: Option<&str>,
        username: Option<&str>,
    ) -> Result<PasswordStrength, AuthError> {
        self.limits
            .charge(Attempt::CheckPassword, client, &[])
            .await?;
        self.passwords.assess(password, email, username).await
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
        let user_id = viewer.user.id;
        let subject = (Subject::Account, &*viewer.session.id.to_string());
        self.limits
            .charge(Attempt::ChangePassword, client, &[subject])
            .await?;
        let found = self
            .store
            .find_credentials(&Identifier::Id(user_id), None)
            .await?;
        let credentials = self.passwords.confirm(current, found).await?;
        let user = &credentials.user;
        let password_hash = self
            .passwords
            .set("newPassword", new, about_user(user))
            .await?;
        let notice = self
            .notices
            .compose(Template::PasswordChanged, &user.username, client)?;
        let change = PasswordChange {
            user_id,
            password_version: credentials.password_version,
            password_hash,
            end_all_but: end_other_sessions.then_some(viewer.session.id),
            notice: notice.new.clone(),
            now: self.clock.now(),
        };
        // None: the password changed while we hashed, and what was checked is not the current one.
        let changed = self.store.change_password(&change).await?;
        let (ended, notified) = changed.ok_or(AuthError::WrongPassword)?;
        self.notices.announce(&notice, &notified);
        Ok(ended)
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
            .charge(Attempt::ResetPassword, client, &[])
            .await?;
        let token = PlainToken::parse(token).ok_or(AuthError::LinkInvalid)?;
        let token = hash_token(&token);
        let found = self
            .store
            .find_password_reset(&token, self.clock.now())
            .await?;
        let user = found.ok_or(AuthError::LinkInvalid)?;
        let hash = self
            .passwords
            .set("newPassword", new, about_user(&user))
            .await?;
        let notice = self
            .notices
            .compose(Template::PasswordReset, &user.username, client)?;
        let end = SessionEnd {
            at: self.clock.now(),
            reason: EndReason::PasswordReset,
        };
        let reset = self
            .store
            .reset_password(user.id, &token, &hash, end, &notice.new)
            .await?;
        let reset = reset.ok_or(AuthError::LinkInvalid)?;
        self.notices.announce(&notice, &reset.notified);
        Ok(reset.user)
    }
}
