//! "This was not me": the answer to a security notice, which takes the account from everybody but its owner.

use chrono::TimeDelta;

use super::Accounts;
use crate::domain::{Client, EndReason, SecurityEventKind};
use crate::service::audit::log;
use crate::service::error::AuthError;
use crate::service::limits::Attempt;
use crate::service::mail::{Template, read_token};
use crate::service::session::end::count_ended;

/// The time for which an account refuses the passwords that it had before its owner said "this was not me": thieves
/// sell and try again what they know.
const COMPROMISED_FOR: TimeDelta = TimeDelta::days(365);

/// An account whose owner said "this was not me".
#[derive(Clone, Debug)]
pub struct SecuredAccount {
    /// The address to which the way to a new password was mailed.
    pub email: String,
    /// The number of sessions that ended.
    pub ended_sessions: u64,
}

impl Accounts {
    /// "This was not me": ends every session, voids the password, brings the account back to the
    /// address that the notice was mailed to, and mails a link there to choose a new password.
    ///
    /// # Errors
    /// `LinkInvalid` when the link is unknown, used or expired.
    pub async fn secure(&self, token: &str, client: &Client) -> Result<SecuredAccount, AuthError> {
        self.limits
            .charge(Attempt::SecureAccount, client, &[], None)
            .await?;
        let token = read_token(token)?;
        let (reset, mail) = self.resets.compose(Template::AccountSecured, client)?;
        let deed = self.events.deed(client);
        let secured = self
            .store
            .secure_account(
                &token,
                &deed,
                &reset,
                deed.at + COMPROMISED_FOR,
                self.mail.language(client),
            )
            .await?;
        let secured = secured.ok_or(AuthError::LinkInvalid)?;
        let kind = SecurityEventKind::AccountSecured;
        log::event(&deed.event(secured.user_id, kind));
        let operation = Attempt::SecureAccount.field();
        log::deletions(secured.replaced, Some(secured.user_id), client, operation);
        let ended = &secured.ended.newest;
        log::ends(&deed, secured.user_id, ended, EndReason::AccountSecured);
        self.mail.announce(&mail, Some(&secured.email));
        Ok(SecuredAccount {
            ended_sessions: count_ended(&self.store, &secured.ended).await,
            email: secured.email,
        })
    }
}
