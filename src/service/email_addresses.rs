//! The address of an account: its proof, and its change.

use chrono::{DateTime, TimeDelta, Utc};

use super::even_time::evenly;
use super::limits::Subject;
use super::mail::{Composed, Content, Event, Mail, Template, read_token};
use super::{
    Attempt, AuthError, Limits, Notices, PasswordResets, Passwords, SecurityEvents, security_events,
};
use crate::clock::Clock;
use crate::domain::{
    Client, Deed, EmailAddress, PendingRegistration, SecurityEventKind, User, Viewer,
};
use crate::random::Random;
use crate::store::{
    Credentials, EmailChangeError, EmailChanged, Identifier, NewEmailChange, NewVerification, Store,
};

/// The rules about addresses. Cheap to clone.
#[derive(Clone)]
pub struct EmailAddresses {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) passwords: Passwords,
    pub(crate) mail: Mail,
    pub(crate) notices: Notices,
    pub(crate) resets: PasswordResets,
    pub(crate) limits: Limits,
    pub(crate) events: SecurityEvents,
    pub(crate) options: EmailOptions,
}

/// How long links work, and what is told.
#[derive(Clone, Copy, Debug)]
pub struct EmailOptions {
    /// A link that proves a new user's address.
    pub verification_ttl: TimeDelta,
    /// A link that confirms another address.
    pub change_ttl: TimeDelta,
    /// How long a registration that never proves its address keeps it from others.
    pub unverified_ttl: TimeDelta,
    /// Whether nobody may learn that an address has an account.
    pub conceal_accounts: bool,
}

impl EmailOptions {
    /// The moment before which a registration that is still unverified makes way for another.
    pub(super) fn unverified_before(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now - self.unverified_ttl
    }
}

impl EmailAddresses {
    /// Uses up a mailed link and marks its address as proved.
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
        security_events::log(&deed.event(user.id, kind));
        self.limits.pass_after_proof(&user, client).await;
        Ok(user)
    }

    /// Mails a further link if the address waits for its proof, and does the same work if not. The mail names the
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
        evenly(async {
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

    /// A link that proves an address, and the mail that carries it and names the registration; `None` stands for a
    /// mail that nobody gets.
    ///
    /// # Errors
    /// `Unexpected` when it cannot be sealed.
    pub(super) fn verification(
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

    /// Mails a link to a new address and a notice to the old one. Nothing changes until the link is
    /// followed; a newer request makes it void. An address that was never verified is replaced at once.
    ///
    /// # Errors
    /// `WrongPassword`; `Invalid` when it is the user's address already; `EmailExists` or `EmailReserved` unless that
    /// must not be told: then the address's owner is mailed instead. `RateLimited`, `Overloaded`.
    pub async fn request_change(
        &self,
        viewer: &Viewer,
        client: &Client,
        email: EmailAddress,
        password: &str,
    ) -> Result<(), AuthError> {
        let change = self.start_change(viewer, client, email, password);
        if self.options.conceal_accounts {
            evenly(change).await
        } else {
            change.await
        }
    }

    async fn start_change(
        &self,
        viewer: &Viewer,
        client: &Client,
        email: EmailAddress,
        password: &str,
    ) -> Result<(), AuthError> {
        let attempt = Attempt::RequestEmailChange;
        let confirmed = self.passwords.confirm(attempt, viewer, client, password);
        let credentials = confirmed.await?;
        let started = self
            .start_confirmed_change(&credentials, client, email)
            .await;
        self.notices
            .after_right_password(started, &credentials.user, client, attempt)
            .await
    }

    async fn start_confirmed_change(
        &self,
        credentials: &Credentials,
        client: &Client,
        email: EmailAddress,
    ) -> Result<(), AuthError> {
        let user = &credentials.user;
        // Another spelling of it is a change: mail goes to what is written.
        if user.email == email.as_str() {
            return Err(AuthError::Invalid {
                field: "newEmail",
                message: "is the one that the account has already".to_owned(),
            });
        }
        let is_verified = user.email_verified_at.is_some();
        if !is_verified && self.options.conceal_accounts {
            // It would tell whether the new address is taken; there, nobody logs in unverified.
            return Err(AuthError::EmailNotVerified);
        }
        let deed = self.events.deed(client);
        let unverified_before = self.options.unverified_before(deed.at);
        let claim = self
            .store
            .find_address_claim(&email, user.id, deed.at, unverified_before)
            .await?;
        if let Some(claim) = claim.filter(|_| !self.options.conceal_accounts) {
            return Err(claim.into());
        }
        let subjects = [(Subject::Address, email.canonical())];
        let whose = Some(Identifier::Id(user.id));
        let charge = self
            .limits
            .charge(Attempt::MailEmailChange, client, &subjects, whose);
        let charged = charge.await?;
        let written = async {
            if !is_verified && self.replace_unverified(credentials, &deed, &email).await? {
                return Ok(());
            }
            self.write_change(credentials, &deed, email.clone(), claim.is_some())
                .await
        };
        let written = written.await;
        if written.is_err() {
            self.limits.give_back_mail(&charged).await; // nothing was mailed
        }
        written
    }

    /// Writes a change that its link confirms; of an address that is somebody else's, only the mail to them.
    async fn write_change(
        &self,
        credentials: &Credentials,
        deed: &Deed,
        email: EmailAddress,
        is_taken: bool,
    ) -> Result<(), AuthError> {
        let version = credentials.password_version;
        let (user, client) = (&credentials.user, &deed.client);
        let user_id = user.id;
        let notice = self.notices.compose_with(
            Template::EmailChangeRequested,
            &user.username,
            client,
            Some(email.as_str()),
        )?;
        let notified = if is_taken {
            let (reset, mail) = self.resets.compose(Template::AccountExists, client)?;
            let written = self
                .store
                .insert_concealed_email_change(
                    &email,
                    &reset,
                    (user_id, version),
                    deed,
                    &notice.new,
                )
                .await?;
            let (recipient, notified) = written.ok_or(AuthError::WrongPassword)?;
            self.mail.announce(&mail, recipient.as_deref());
            notified
        } else {
            let (change, mail) = self.change(user, version, client, email)?;
            let written = self
                .store
                .insert_email_change(&change, deed, &notice.new)
                .await?;
            // None: the password changed while we hashed, and what was checked is not the current one.
            let notified = written.ok_or(AuthError::WrongPassword)?;
            self.mail.announce(&mail, Some(change.email.as_str()));
            notified
        };
        let kind = SecurityEventKind::EmailChangeRequested;
        security_events::log(&deed.event(user_id, kind));
        self.notices.announce(&notice, &notified);
        Ok(())
    }

    fn change(
        &self,
        user: &User,
        password_version: i64,
        client: &Client,
        email: EmailAddress,
    ) -> Result<(NewEmailChange, Composed), AuthError> {
        let created_at = self.clock.now();
        let expires_at = created_at + self.options.change_ttl;
        let content = Content {
            username: Some(user.username.clone()),
            event: Some(Event::without_address(&client.device, created_at)),
            ..self.mail.content(client, expires_at)
        };
        let mail = self.mail.compose(Template::ConfirmEmailChange, content)?;
        let change = NewEmailChange {
            user_id: user.id,
            password_version,
            email,
            token: mail.token.clone(),
            message: mail.message.clone(),
            created_at,
            expires_at,
        };
        Ok((change, mail))
    }

    /// Uses up a mailed link: the account has the new address, and the old one gets a notice whose
    /// link undoes that.
    ///
    /// # Errors
    /// `LinkInvalid` when it is unknown, used, expired or replaced by a newer one; `EmailExists` when
    /// somebody else has the address by now.
    pub async fn confirm_change(&self, token: &str, client: &Client) -> Result<User, AuthError> {
        self.limits
            .charge(Attempt::ConfirmEmailChange, client, &[], None)
            .await?;
        let token = read_token(token)?;
        let deed = self.events.deed(client);
        let pending = self.store.find_email_change(&token, deed.at).await?;
        let pending = pending.ok_or(AuthError::LinkInvalid)?;
        let notice = self.notices.compose_with(
            Template::EmailChanged,
            &pending.user.username,
            client,
            Some(&pending.new_email),
        )?;
        let EmailChanged {
            user,
            notified,
            replaced,
        } = self
            .store
            .confirm_email_change(
                pending.user.id,
                &token,
                &deed,
                &notice.new,
                self.options.unverified_before(deed.at),
            )
            .await?;
        let operation = Attempt::ConfirmEmailChange.field();
        security_events::log_deletions(replaced, Some(user.id), client, operation);
        let kind = SecurityEventKind::EmailChanged;
        security_events::log(&deed.event(user.id, kind));
        self.notices.announce(&notice, &notified);
        self.limits.pass_after_proof(&user, client).await;
        Ok(user)
    }
}

impl From<EmailChangeError> for AuthError {
    fn from(error: EmailChangeError) -> Self {
        match error {
            EmailChangeError::LinkInvalid => Self::LinkInvalid,
            EmailChangeError::Taken(claim) => claim.into(),
            EmailChangeError::Store(error) => error.into(),
        }
    }
}
