//! The view of the outbox, for operators on the command line, and for the page that shows captured mail.

use chrono::{DateTime, Utc};

use super::composer::{Mail, Unreadable};
use super::outgoing_email::OutgoingEmail;
use crate::domain::{DeliveryState, MessageId};
use crate::platform::clock::Clock;
use crate::service::error::AuthError;
use crate::store::{Message, Store};

/// The outbox as people see it. Cheap to clone.
#[derive(Clone)]
pub struct Mailbox {
    store: Store,
    clock: Clock,
    mail: Mail,
}

/// A message without its content.
#[derive(Clone, Debug)]
pub struct Envelope {
    pub id: MessageId,
    pub to: String,
    pub template: String,
    pub subject: String,
    pub created_at: DateTime<Utc>,
    pub state: DeliveryState,
    pub attempts: i64,
    /// The reason why the latest attempt failed.
    pub problem: Option<String>,
}

/// A message with its content. The link is removed once the message is sent.
#[derive(Clone, Debug)]
pub struct Captured {
    pub envelope: Envelope,
    pub from: String,
    pub text: String,
    pub html: String,
    /// The message as it is sent.
    pub source: String,
}

impl Mailbox {
    #[must_use]
    pub fn new(store: Store, clock: Clock, mail: Mail) -> Self {
        Self { store, clock, mail }
    }

    /// Lists messages, newest first; only messages that were given up if `only_failed`.
    pub async fn list(&self, only_failed: bool, limit: u32) -> Result<Vec<Envelope>, AuthError> {
        let messages = self.store.list_messages(only_failed, limit.into()).await?;
        let envelope = |message| envelope(message, &self.mail.outgoing_email(message));
        Ok(messages.iter().map(envelope).collect())
    }

    /// Returns a message; `None` if it does not exist.
    pub async fn find(&self, id: MessageId) -> Result<Option<Captured>, AuthError> {
        let Some(message) = self.store.find_message(id).await? else {
            return Ok(None);
        };
        let email = self.mail.outgoing_email(&message);
        let envelope = envelope(&message, &email);
        Ok(Some(match email {
            Ok(email) => Captured {
                envelope,
                from: email.from.to_string(),
                source: email.source().unwrap_or_else(|error| error.to_string()),
                text: email.rendered.text,
                html: email.rendered.html,
            },
            // The envelope is worth seeing, too.
            Err(problem) => Captured {
                envelope,
                from: String::new(),
                text: format!("This message cannot be read: {problem}.\n"),
                html: String::new(),
                source: String::new(),
            },
        }))
    }

    /// Makes an unsent message due at once; `false` if it does not exist.
    pub async fn retry(&self, id: MessageId) -> Result<bool, AuthError> {
        let now = self.clock.now();
        let give_up_at = now + self.mail.retry_for();
        Ok(self.store.retry_message(id, now, give_up_at).await?)
    }

    /// Makes every message that was given up due at once, and returns their number.
    pub async fn retry_failed(&self) -> Result<u64, AuthError> {
        let now = self.clock.now();
        let give_up_at = now + self.mail.retry_for();
        Ok(self.store.retry_failed_messages(now, give_up_at).await?)
    }

    /// Closes the store. Nothing else may use it then.
    pub async fn close(&self) {
        self.store.close().await;
    }
}

fn envelope(message: &Message, email: &Result<OutgoingEmail, Unreadable>) -> Envelope {
    let subject = match email {
        Ok(email) => email.rendered.subject.clone(),
        Err(problem) => format!("({problem})"),
    };
    Envelope {
        id: message.id,
        to: message.recipient.clone(),
        template: message.template.clone(),
        subject,
        created_at: message.created_at,
        state: message.state,
        attempts: message.attempts,
        problem: message.problem.clone(),
    }
}
