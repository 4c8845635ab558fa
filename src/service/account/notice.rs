//! Security notices, so that nobody loses an account silently.

use chrono::TimeDelta;

use crate::domain::{Client, SecurityEvent, SecurityEventKind, User};
use crate::platform::clock::Clock;
use crate::platform::random::Random;
use crate::service::audit::{SecurityEvents, log};
use crate::service::error::AuthError;
use crate::service::limits::Attempt;
use crate::service::mail::{Composed, Content, Event, Mail, Template};
use crate::store::{NewNotice, Notified, Store};

/// The rules about notices. Cheap to clone.
#[derive(Clone)]
pub struct Notices {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) mail: Mail,
    pub(crate) events: SecurityEvents,
    /// The time for which the link in a notice works.
    pub(crate) ttl: TimeDelta,
}

/// A notice ready to be written, and its mail.
pub struct Notice {
    pub new: NewNotice,
    mail: Composed,
}

impl Notices {
    /// Composes a notice to the owner of an account about what this client does just now.
    ///
    /// # Errors
    /// `Unexpected` when it cannot be sealed.
    pub(in crate::service) fn compose(
        &self,
        template: Template,
        username: &str,
        client: &Client,
    ) -> Result<Notice, AuthError> {
        self.compose_with(template, username, client, None)
    }

    /// Composes a notice that may name another address, to which the account's is changed.
    ///
    /// # Errors
    /// As [`Notices::compose`].
    pub(in crate::service) fn compose_with(
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

    /// Announces the mail of a notice, once it is written.
    pub(in crate::service) fn announce(&self, notice: &Notice, notified: &Notified) {
        self.mail.announce(&notice.mail, notified.0.as_deref());
    }

    /// Passes the outcome of what a client asked for after it gave the right password. If that was refused,
    /// the refusal tells that the password is right, so the owner hears of it as of a login by this device:
    /// by an event, and by a notice if the device is new. What cannot be recorded is not told either.
    ///
    /// # Errors
    /// The outcome's own; those of the database.
    pub(in crate::service) async fn after_right_password<T>(
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

    /// Records that a client knows the password of an account.
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
            .record_known_password(&event, &client.device, &notice.new);
        let notified = recorded.await?;
        log::event(&event);
        self.announce(&notice, &notified);
        Ok(())
    }
}
