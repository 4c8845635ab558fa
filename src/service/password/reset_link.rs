//! Mailed links that reset a password.

use super::Passwords;
use crate::domain::{Client, EmailAddress, Identifier, SecurityEventKind};
use crate::service::error::AuthError;
use crate::service::mail::{Content, Template};
use crate::service::rate_limits::{LimitScope, RateLimitedAction};
use crate::service::response_time::with_uniform_timing;

impl Passwords {
    /// Mails a link if an account has the address, and does the same work if none has.
    ///
    /// # Errors
    /// `RateLimited`. No error reveals whether the address is known.
    pub async fn request_reset(
        &self,
        email: &EmailAddress,
        client: &Client,
    ) -> Result<(), AuthError> {
        let action = RateLimitedAction::RequestPasswordReset;
        with_uniform_timing(async {
            let party = (LimitScope::Address, email.canonical());
            let account = Some(Identifier::Email(email.clone()));
            let core = &self.core;
            core.rate_limits
                .charge(action, client, &[party], account.clone())
                .await?;
            let template = Template::ResetPassword;
            let link = core
                .mail
                .compose_link(template, client, Content::default())?;
            let written = core.store.insert_password_reset(email, &link).await?;
            let kind = SecurityEventKind::PasswordResetRequested;
            core.audit
                .record_later(kind, account, client, action.operation());
            core.audit.publish(written);
            Ok(())
        })
        .await
    }
}
