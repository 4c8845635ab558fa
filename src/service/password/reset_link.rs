//! Links that reset a password: asking for one, and making the mail that carries it.

use chrono::TimeDelta;

use crate::domain::{Client, EmailAddress, Identifier, SecurityEventKind};
use crate::platform::clock::Clock;
use crate::service::audit::SecurityEvents;
use crate::service::error::AuthError;
use crate::service::limits::{Attempt, Limits, Subject};
use crate::service::mail::{Composed, Mail, Template};
use crate::service::response_time::with_uniform_timing;
use crate::store::{NewReset, Store};

/// The rules about links that reset a password. Cheap to clone.
#[derive(Clone)]
pub struct PasswordResets {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) mail: Mail,
    pub(crate) limits: Limits,
    pub(crate) events: SecurityEvents,
    /// How long a link works. OWASP's Forgot Password Cheat Sheet asks for a short time.
    pub(crate) ttl: TimeDelta,
}

impl PasswordResets {
    /// Mails a link if somebody has the address, and does the same work if nobody has.
    ///
    /// # Errors
    /// None that tells whether the address is known.
    pub async fn request(&self, email: &EmailAddress, client: &Client) -> Result<(), AuthError> {
        let attempt = Attempt::RequestPasswordReset;
        with_uniform_timing(async {
            let subject = (Subject::Address, email.canonical());
            let whose = Some(Identifier::Email(email.clone()));
            self.limits
                .charge(attempt, client, &[subject], whose.clone())
                .await?;
            let (reset, mail) = self.compose(Template::ResetPassword, client)?;
            let recipient = self.store.insert_password_reset(email, &reset).await?;
            let kind = SecurityEventKind::PasswordResetRequested;
            self.events.observe(kind, whose, client, attempt.field());
            self.mail.announce(&mail, recipient.as_deref());
            Ok(())
        })
        .await
    }

    /// Makes a link that resets a password, and the mail that carries it.
    ///
    /// # Errors
    /// `Unexpected` when it cannot be sealed.
    pub(in crate::service) fn compose(
        &self,
        template: Template,
        client: &Client,
    ) -> Result<(NewReset, Composed), AuthError> {
        let created_at = self.clock.now();
        let expires_at = created_at + self.ttl;
        let content = self.mail.content(client, expires_at);
        let mail = self.mail.compose(template, content)?;
        let reset = NewReset {
            token: mail.token.clone(),
            message: mail.message.clone(),
            created_at,
            expires_at,
        };
        Ok((reset, mail))
    }
}
