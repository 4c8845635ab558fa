//! Changing the address of an account: asking for a link to another one, and following it.

use super::EmailAddresses;
use crate::domain::{
    Client, Credentials, Deed, EmailAddress, Identifier, SecurityEventKind, User, Viewer,
};
use crate::service::audit::log;
use crate::service::error::AuthError;
use crate::service::limits::{Attempt, Subject};
use crate::service::mail::{Composed, Content, Event, Template, read_token};
use crate::service::response_time::with_uniform_timing;
use crate::store::{EmailChangeError, EmailChanged, NewEmailChange};

impl EmailAddresses {
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
            with_uniform_timing(change).await
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

    /// Starts the change, once the password was right.
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
        log::event(&deed.event(user_id, kind));
        self.notices.announce(&notice, &notified);
        Ok(())
    }

    /// Makes a link that confirms a change, and the mail that carries it.
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
        log::deletions(replaced, Some(user.id), client, operation);
        let kind = SecurityEventKind::EmailChanged;
        log::event(&deed.event(user.id, kind));
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
