//! Refusals after a right password, which are recorded like logins, since they reveal that the password is right.

use super::Passwords;
use super::verify::ConfirmedUser;
use crate::domain::{Client, Confirmation, SecurityEvent, SecurityEventKind, User};
use crate::service::account::notice;
use crate::service::error::AuthError;
use crate::service::mail::Template;
use crate::service::rate_limits::RateLimitedAction;

impl Passwords {
    /// Returns the outcome of an action that the right password confirmed. Records a refusal, with an event, and with a
    /// notice if the device is new. If that fails, returns its error instead of the refusal.
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
            Err(_) => self.record_refusal(user, client, action).await?,
        }
        outcome
    }

    /// Returns the outcome of an action that a user confirmed, as [`Passwords::after_right_password`] does if it was by the
    /// password.
    ///
    /// # Errors
    /// As [`Passwords::after_right_password`].
    pub(in crate::service) async fn after_confirmation<T>(
        &self,
        outcome: Result<T, AuthError>,
        confirmed: &ConfirmedUser,
        client: &Client,
        action: RateLimitedAction,
    ) -> Result<T, AuthError> {
        match &confirmed.confirmation {
            Confirmation::Password { .. } => {
                self.after_right_password(outcome, &confirmed.user, client, action)
                    .await
            }
            Confirmation::FreshSession(_) => outcome,
        }
    }

    /// Records that a client knows the password of an account.
    async fn record_refusal(
        &self,
        user: &User,
        client: &Client,
        action: RateLimitedAction,
    ) -> Result<(), AuthError> {
        let notice = notice::compose(&self.core, Template::NewDevice, &user.username, client)?;
        let kind = SecurityEventKind::LoginSucceeded;
        let event = SecurityEvent {
            operation: Some(action.operation().to_owned()),
            ..self.core.audit.begin(client).event(user.id, kind)
        };
        let store = &self.core.store;
        let recorded = store
            .record_known_password(event, &client.device, &notice)
            .await?;
        self.core.audit.publish(recorded);
        Ok(())
    }
}
