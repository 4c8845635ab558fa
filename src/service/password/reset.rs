//! A new password for a user who follows a mailed link.

use super::change::PasswordChanges;
use crate::domain::{Client, EndReason, Password, User};
use crate::service::audit::log;
use crate::service::error::AuthError;
use crate::service::limits::Attempt;
use crate::service::mail::{Template, read_token};

impl PasswordChanges {
    /// Uses up a mailed link: sets the password, takes the address as verified, ends every session, and
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
        let hash = self.passwords.hash_new(&user, new).await?;
        let notice = self
            .notices
            .compose(Template::PasswordReset, &user.username, client)?;
        let deed = self.events.deed(client);
        let reset = self
            .store
            .reset_password(&user, &token, &hash, &deed, &notice.new)
            .await?;
        let reset = reset.ok_or(AuthError::LinkInvalid)?;
        reset.events.iter().for_each(log::event);
        log::ends(
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
