//! Verifying an address by a mailed link.

use super::EmailAddresses;
use crate::domain::{
    Client, EmailAddress, Identifier, PendingRegistration, SecurityEventKind, User,
};
use crate::service::audit::log;
use crate::service::error::AuthError;
use crate::service::limits::{Attempt, Subject};
use crate::service::mail::{Composed, Template, read_token};
use crate::service::response_time::with_uniform_timing;
use crate::store::NewVerification;

impl EmailAddresses {
    /// Uses up a mailed link and marks its address as verified.
    ///
    /// # Errors
    /// `LinkInvalid` when it is unknown, used, expired, or for an address the account no longer has.
    pub async fn verify(&self, token: &str, client: &Client) -> Result<User, AuthError> {
        self.limits
            .charge(Attempt::VerifyEmail, client, &[], None)
            .await?;
        let token = read_token(token)?;
        let deed = self.events.deed(client);
        let user = self.store.verify_email(&token, &deed).await?;
        let user = user.ok_or(AuthError::LinkInvalid)?;
        let kind = SecurityEventKind::EmailVerified;
        log::event(&deed.event(user.id, kind));
        self.limits.pass_after_proof(&user, client).await;
        Ok(user)
    }

    /// Mails a further link if the address waits for its verification, and does the same work if not. The mail names the
    /// registration, whoever asks for it. Links mailed before stay good: the one that arrives first must work.
    ///
    /// # Errors
    /// None that tells whether the address is known.
    pub async fn resend_verification(
        &self,
        email: &EmailAddress,
        client: &Client,
    ) -> Result<(), AuthError> {
        let attempt = Attempt::ResendVerificationEmail;
        with_uniform_timing(async {
            let subject = (Subject::Address, email.canonical());
            let whose = Some(Identifier::Email(email.clone()));
            self.limits
                .charge(attempt, client, &[subject], whose)
                .await?;
            let registration = self.store.find_registration_by_email(email).await?;
            let (verification, mail) = self.verification(client, registration.as_ref())?;
            let registered = registration.map(|it| it.user_id);
            let recipient = self
                .store
                .insert_verification(email, registered, &verification)
                .await?;
            self.mail.announce(&mail, recipient.as_deref());
            Ok(())
        })
        .await
    }

    /// Makes a link that verifies an address, and the mail that carries it and names the registration; `None` stands for a
    /// mail that nobody gets.
    ///
    /// # Errors
    /// `Unexpected` when it cannot be sealed.
    pub(in crate::service) fn verification(
        &self,
        client: &Client,
        registration: Option<&PendingRegistration>,
    ) -> Result<(NewVerification, Composed), AuthError> {
        let created_at = self.clock.now();
        let expires_at = created_at + self.options.verification_ttl;
        let mut content = self.mail.content(client, expires_at);
        if let Some(registration) = registration {
            content = content.about_registration(registration);
        }
        let mail = self.mail.compose(Template::VerifyEmail, content)?;
        let verification = NewVerification {
            id: self.random.id(created_at),
            token: mail.token.clone(),
            message: mail.message.clone(),
            created_at,
            expires_at,
        };
        Ok((verification, mail))
    }
}
