//! "This was not me": the answer to a security notice, which returns the account to its owner.

use chrono::TimeDelta;

use super::Accounts;
use crate::domain::Client;
use crate::service::error::AuthError;
use crate::service::mail::{Content, Template};
use crate::service::rate_limits::RateLimitedAction;
use crate::service::session::end::count_ended;

/// The time for which an account refuses the passwords that it had before its owner said "this was not me". Thieves
/// sell passwords, and try them again.
const COMPROMISED_FOR: TimeDelta = TimeDelta::days(365);

/// An account whose owner said "this was not me".
#[derive(Clone, Debug)]
pub struct SecuredAccount {
    /// The address to which the link to a new password was mailed.
    pub email: String,
    /// The number of sessions that ended.
    pub ended_sessions: u64,
}

impl Accounts {
    /// Secures an account ("this was not me"): ends every session, voids the password, restores the address that the
    /// notice was mailed to, and mails a link there to choose a new password.
    ///
    /// # Errors
    /// `LinkInvalid` when the link is unknown, used or expired; `RateLimited`.
    pub async fn secure(&self, token: &str, client: &Client) -> Result<SecuredAccount, AuthError> {
        let action = RateLimitedAction::SecureAccount;
        let token = self.core.open_link(action, token, client).await?;
        let mail = &self.core.mail;
        let reset = mail.compose_link(Template::AccountSecured, client, Content::default())?;
        let audit = self.core.audit.begin_operation(action.operation(), client);
        let (until, language) = (audit.at + COMPROMISED_FOR, mail.language(client));
        let store = &self.core.store;
        let secured = store
            .secure_account(&token, &audit, &reset, until, language)
            .await?;
        let secured = self.core.audit.publish(secured);
        Ok(SecuredAccount {
            ended_sessions: count_ended(store, &secured.ended).await,
            email: secured.email,
        })
    }
}
