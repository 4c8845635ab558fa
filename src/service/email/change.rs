//! Changes of an account's address: requesting a link to the new one, and confirming it.

use super::EmailAddresses;
use crate::domain::{AuditContext, Client, EmailAddress, Identifier, User, Viewer};
use crate::service::account::notice;
use crate::service::error::AuthError;
use crate::service::mail::{Content, Event, Template};
use crate::service::password::verify::ConfirmedUser;
use crate::service::rate_limits::{LimitScope, RateLimitedAction};
use crate::service::response_time::with_uniform_timing;
use crate::store::{EmailChangeError, NewEmailChange};

impl EmailAddresses {
    /// Mails a link to the new address and a notice to the old one. Nothing changes until the link is used; a newer
    /// request voids it. An address that was never verified is replaced at once.
    ///
    /// # Errors
    /// `WrongPassword`, `ReauthenticationRequired`; `Invalid` when it is the user's address already; `EmailExists` or `EmailReserved`, but if
    /// accounts are concealed, the mail goes to the owner of the address instead. `EmailNotVerified`, `RateLimited`,
    /// `Overloaded`.
    pub async fn request_change(
        &self,
        viewer: &Viewer,
        client: &Client,
        email: EmailAddress,
        password: Option<&str>,
    ) -> Result<(), AuthError> {
        let change = self.start_change(viewer, client, email, password);
        if self.core.policy.conceal_accounts {
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
        password: Option<&str>,
    ) -> Result<(), AuthError> {
        let action = RateLimitedAction::RequestEmailChange;
        let confirmed = self
            .passwords
            .confirm_or_require_fresh(action, viewer, client, password)
            .await?;
        let started = self.start_confirmed_change(&confirmed, client, email).await;
        self.passwords
            .after_confirmation(started, &confirmed, client, action)
            .await
    }

    /// Starts the change, after it was confirmed.
    async fn start_confirmed_change(
        &self,
        confirmed: &ConfirmedUser,
        client: &Client,
        email: EmailAddress,
    ) -> Result<(), AuthError> {
        let user = &confirmed.user;
        // Another spelling is a change, because mail goes to the address as typed.
        if user.email == email.as_str() {
            return Err(AuthError::Invalid {
                field: "newEmail",
                message: "is the one that the account has already".to_owned(),
            });
        }
        if user.email_verified_at.is_none() && self.core.policy.conceal_accounts {
            // A replacement would reveal whether the new address is taken. If accounts are concealed, unverified users
            // cannot log in anyway.
            return Err(AuthError::EmailNotVerified);
        }
        let operation = RateLimitedAction::RequestEmailChange.operation();
        let audit = self.core.audit.begin_operation(operation, client);
        let unverified_before = self.core.policy.unverified_before(audit.at);
        let store = &self.core.store;
        let claim = store
            .find_address_claim(&email, user.id, audit.at, unverified_before)
            .await?;
        if let Some(claim) = claim.filter(|_| !self.core.policy.conceal_accounts) {
            return Err(claim.into());
        }
        let party = (LimitScope::Address, email.canonical());
        let (action, account) = (RateLimitedAction::MailEmailChange, Identifier::Id(user.id));
        let limits = &self.core.rate_limits;
        let charged = limits
            .charge(action, client, &[party], Some(account))
            .await?;
        let written = self
            .write_change(confirmed, &audit, email, claim.is_some())
            .await;
        if written.is_err() {
            limits.give_back_mail(&charged).await; // no mail was sent
        }
        written
    }

    /// Replaces an unverified address at once, or else writes the requested change. If another account has the new
    /// address, writes only the mail to its owner.
    async fn write_change(
        &self,
        confirmed: &ConfirmedUser,
        audit: &AuditContext,
        email: EmailAddress,
        is_taken: bool,
    ) -> Result<(), AuthError> {
        let is_verified = confirmed.user.email_verified_at.is_some();
        if !is_verified && self.replace_unverified(confirmed, audit, &email).await? {
            return Ok(());
        }
        let (user, client) = (&confirmed.user, &audit.client);
        let core = &self.core;
        let (template, new_email) = (Template::EmailChangeRequested, email.as_str());
        let notice =
            notice::compose_about_new_email(core, template, &user.username, client, new_email)?;
        let store = &core.store;
        let written = if is_taken {
            let (template, content) = (Template::AccountExists, Content::default());
            let reset = core.mail.compose_link(template, client, content)?;
            store
                .insert_concealed_email_change(
                    &email,
                    &reset,
                    (user.id, &confirmed.confirmation),
                    audit,
                    &notice,
                )
                .await?
        } else {
            let change = self.change(confirmed, client, email)?;
            store.insert_email_change(&change, audit, &notice).await?
        };
        core.audit.publish(written);
        Ok(())
    }

    /// Composes a change of address, with the link that confirms it.
    fn change(
        &self,
        confirmed: &ConfirmedUser,
        client: &Client,
        email: EmailAddress,
    ) -> Result<NewEmailChange, AuthError> {
        let user = &confirmed.user;
        let now = self.core.clock.now();
        let content = Content {
            username: Some(user.username.clone()),
            event: Some(Event::without_address(&client.device, now)),
            ..Content::default()
        };
        let template = Template::ConfirmEmailChange;
        Ok(NewEmailChange {
            user_id: user.id,
            confirmation: confirmed.confirmation.clone(),
            email,
            link: self.core.mail.compose_link(template, client, content)?,
        })
    }

    /// Uses up a mailed link: sets the new address, and mails the old one a notice whose link undoes the change.
    ///
    /// # Errors
    /// `LinkInvalid` when the link is unknown, used, expired or replaced by a newer one; `EmailExists` or
    /// `EmailReserved` when another account has a claim on the address now; `RateLimited`.
    pub async fn confirm_change(&self, token: &str, client: &Client) -> Result<User, AuthError> {
        let action = RateLimitedAction::ConfirmEmailChange;
        let token = self.core.open_link(action, token, client).await?;
        let audit = self.core.audit.begin_operation(action.operation(), client);
        let pending = self.core.store.find_email_change(&token, audit.at).await?;
        let pending = pending.ok_or(AuthError::LinkInvalid)?;
        let (user, new_email) = (pending.user, pending.new_email);
        let (template, username) = (Template::EmailChanged, &user.username);
        let notice =
            notice::compose_about_new_email(&self.core, template, username, client, &new_email)?;
        let unverified_before = self.core.policy.unverified_before(audit.at);
        let store = &self.core.store;
        let changed = store
            .confirm_email_change(user.id, &token, &audit, &notice, unverified_before)
            .await?;
        let user = self.core.audit.publish(changed);
        self.core.rate_limits.grant_pass(&user, client).await;
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
