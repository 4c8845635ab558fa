//! Resets of a password by a mailed link.

use super::Passwords;
use crate::domain::{Client, Password, User};
use crate::service::account::notice;
use crate::service::error::AuthError;
use crate::service::mail::Template;
use crate::service::rate_limits::RateLimitedAction;

impl Passwords {
    /// Uses up a mailed link: sets the password, marks the address as verified, ends every session, and writes a
    /// notice. A refused password does not use the link up.
    ///
    /// # Errors
    /// `LinkInvalid` when the link is unknown, used, expired, replaced by a newer one, or for an address that the
    /// account no longer has; `Invalid` for the password; `RateLimited`, `Overloaded`.
    pub async fn reset(
        &self,
        token: &str,
        new: Password,
        client: &Client,
    ) -> Result<User, AuthError> {
        let token = self
            .core
            .open_link(RateLimitedAction::ResetPassword, token, client)
            .await?;
        let user = self
            .core
            .store
            .find_password_reset(&token, self.core.clock.now())
            .await?;
        // The link verifies the mailbox, so the client is the owner.
        let user = user.ok_or(AuthError::LinkInvalid)?;
        let hash = self.hash_new(&user, "newPassword", new).await?;
        let template = Template::PasswordReset;
        let notice = notice::compose(&self.core, template, &user.username, client)?;
        let audit = self.core.audit.begin(client);
        let reset = self
            .core
            .store
            .reset_password(&user, &token, &hash, &audit, &notice)
            .await?;
        let user = self.core.audit.publish(reset);
        self.core.rate_limits.grant_pass(&user, client).await;
        Ok(user)
    }
}
