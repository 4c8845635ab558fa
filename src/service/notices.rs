//! Notices, so that nobody loses an account silently; and what happens when somebody answers "this was
//! not me".

use chrono::TimeDelta;

use super::mail::{Composed, Content, Event, Mail, Template, read_token};
use super::{Attempt, AuthError, Limits, PasswordResets, SecurityEvents, security_events};
use crate::clock::Clock;
use crate::domain::{Client, EndReason, SecurityEvent, SecurityEventKind, User};
use crate::random::Random;
use crate::store::{NewNotice, Notified, Store};

/// How long an account refuses the passwords that it had before its owner said "this was not me": thieves sell and try
/// again what they know.
const COMPROMISED_FOR: TimeDelta = TimeDelta::days(365);

/// The rules about notices. Cheap to clone.
#[derive(Clone)]
pub struct Notices {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) mail: Mail,
    pub(crate) resets: PasswordResets,
    pub(crate) limits: Limits,
    pub(crate) events: SecurityEvents,
    /// How long the link in a notice works.
    pub(crate) ttl: TimeDelta,
}

/// An account whose owner said "this was not me".
#[derive(Clone, Debug)]
pub struct SecuredAccount {
    /// Where the way to a new password was mailed.
    pub email: String,
    /// How many.
    pub ended_sessions: u64,
}

/// A notice ready to be written, and its mail.
pub(super) struct Notice {
    pub new: NewNotice,
    mail: Composed,
}

impl Notices {
    /// What to tell the owner of an account about what this client does just now.
    ///
    /// # Errors
    /// `Unexpected` when it cannot be sealed.
    pub(super) fn compose(
        &self,
        template: Template,
        username: &str,
        client: &Client,
    ) -> Result<Notice, AuthError> {
        self.compose_with(template, username, client, None)
    }

    /// Likewise about a change to another address.
    ///
    /// # Errors
    /// As [`Notices::compose`].
    pub(super) fn compose_with(
        &self,
        template: Template,
        username: &str,
        client: &Client,
        new_email: Option<&str>,
    ) -> Result<Notice, AuthError> {
        let now = self.clock.now();
        let expires_at = now + self.ttl;
        let mail = self.mail.compose(
            template,
            Content {
                username: Some(username.to_owned()),
                new_email: new_email.map(str::to_owned),
                event: Some(Event::of(client, now)),
                ..self.mail.content(client, expires_at)
            },
        )?;
        Ok(Notice {
            new: NewNotice {
                id: self.random.id(now),
                token: mail.token.clone(),
                message: mail.message.clone(),
                created_at: now,
                expires_at,
            },
            mail,
        })
    }

    /// To be called once a notice is written.
    pub(super) fn announce(&self, notice: &Notice, notified: &Notified) {
        self.mail.announce(&notice.mail, notified.0.as_deref());
    }

    /// Passes the outcome of what a client asked for after it gave the right password. If that was refused,
    /// the refusal tells that the password is right, so the owner hears of it as of a login by this device:
    /// by an event, and by a notice if the device is new. What cannot be recorded is not told either.
    ///
    /// # Errors
    /// The outcome's own; those of the database.
    pub(super) async fn after_right_password<T>(
        &self,
        outcome: Result<T, AuthError>,
        user: &User,
        client: &Client,
        attempt: Attempt,
    ) -> Result<T, AuthError> {
        match outcome {
            // The password was changed in between: these say that it is wrong.
            Err(AuthError::InvalidCredentials | AuthError::WrongPassword) | Ok(_) => {}
            Err(_) => self.record_known_password(user, client, attempt).await?,
        }
        outcome
    }

    async fn record_known_password(
        &self,
        user: &User,
        client: &Client,
        attempt: Attempt,
    ) -> Result<(), AuthError> {
        let notice = self.compose(Template::NewDevice, &user.username, client)?;
        let kind = SecurityEventKind::LoginSucceeded;
        let event = SecurityEvent {
            operation: Some(attempt.field().to_owned()),
            ..self.events.deed(client).event(user.id, kind)
        };
        let recorded = self
            .store
            .insert_known_password(&event, &client.device, &notice.new);
        let notified = recorded.await?;
        security_events::log(&event);
        self.announce(&notice, &notified);
        Ok(())
    }

    /// "This was not me": ends every session, voids the password, brings the account back to the
    /// address that the notice was mailed to, and mails a link there to choose a new password.
    ///
    /// # Errors
    /// `LinkInvalid` when the link is unknown, used or expired.
    pub async fn secure_account(
        &self,
        token: &str,
        client: &Client,
    ) -> Result<SecuredAccount, AuthError> {
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
        security_events::log(&deed.event(secured.user_id, kind));
        let operation = Attempt::SecureAccount.field();
        security_events::log_deletions(secured.replaced, Some(secured.user_id), client, operation);
        let ended = &secured.ended.newest;
        security_events::log_ends(&deed, secured.user_id, ended, EndReason::AccountSecured);
        self.mail.announce(&mail, Some(&secured.email));
        Ok(SecuredAccount {
            ended_sessions: security_events::count_ended(&self.store, &secured.ended).await,
            email: secured.email,
        })
    }
}
