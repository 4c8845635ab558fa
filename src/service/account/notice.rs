//! Security notices: mails that tell the owner of an account about changes, so that no account is lost unnoticed.

use crate::domain::{Client, SecurityEvent, SecurityEventKind, User};
use crate::service::core::Core;
use crate::service::error::AuthError;
use crate::service::mail::{Content, Event, Template};
use crate::service::rate_limits::RateLimitedAction;
use crate::store::NewNotice;

impl Core {
    /// Composes a notice to the owner of an account about an action of this client.
    ///
    /// # Errors
    /// `Unexpected` when it cannot be sealed.
    pub(in crate::service) fn compose_notice(
        &self,
        template: Template,
        username: &str,
        client: &Client,
    ) -> Result<NewNotice, AuthError> {
        self.compose_notice_with(template, username, client, Content::default())
    }

    /// Composes a notice that names the new address of the account.
    ///
    /// # Errors
    /// As [`Core::compose_notice`].
    pub(in crate::service) fn compose_email_notice(
        &self,
        template: Template,
        username: &str,
        client: &Client,
        new_email: &str,
    ) -> Result<NewNotice, AuthError> {
        let content = Content {
            new_email: Some(new_email.to_owned()),
            ..Content::default()
        };
        self.compose_notice_with(template, username, client, content)
    }

    fn compose_notice_with(
        &self,
        template: Template,
        username: &str,
        client: &Client,
        content: Content,
    ) -> Result<NewNotice, AuthError> {
        let now = self.clock.now();
        let content = Content {
            username: Some(username.to_owned()),
            event: Some(Event::of(client, now)),
            ..content
        };
        Ok(NewNotice {
            id: self.random.id(now).into(),
            link: self.mail.compose_link(template, client, content)?,
        })
    }

    /// Returns the outcome of an action that the right password confirmed. A refusal reveals that the password is
    /// right, so it is recorded like a login: with an event, and with a notice if the device is new. If that fails,
    /// returns its error instead of the refusal.
    ///
    /// # Errors
    /// The error of the outcome; `Store` when the event cannot be recorded.
    pub(in crate::service) async fn after_right_password<T>(
        &self,
        outcome: Result<T, AuthError>,
        user: &User,
        client: &Client,
        action: RateLimitedAction,
    ) -> Result<T, AuthError> {
        match outcome {
            // The password was changed in between, so these refusals do not reveal the current one.
            Err(AuthError::InvalidCredentials | AuthError::WrongPassword) | Ok(_) => {}
            Err(_) => self.record_known_password(user, client, action).await?,
        }
        outcome
    }

    /// Records that a client knows the password of an account.
    async fn record_known_password(
        &self,
        user: &User,
        client: &Client,
        action: RateLimitedAction,
    ) -> Result<(), AuthError> {
        let notice = self.compose_notice(Template::NewDevice, &user.username, client)?;
        let kind = SecurityEventKind::LoginSucceeded;
        let event = SecurityEvent {
            operation: Some(action.operation().to_owned()),
            ..self.audit.begin(client).event(user.id, kind)
        };
        let recorded = self
            .store
            .record_known_password(event, &client.device, &notice);
        self.audit.publish(recorded.await?);
        Ok(())
    }
}
