//! Looking into the outbox: the operator on the command line, and the newcomer on the page that shows
//! captured mail.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::composer::{Mail, Unreadable};
use super::letter::Letter;
use crate::platform::clock::Clock;
use crate::service::error::AuthError;
use crate::store::{Message, Store};

/// The outbox, for people. Cheap to clone.
#[derive(Clone)]
pub struct Mailbox {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) mail: Mail,
}

/// What has become of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageState {
    /// It will be tried, or tried again.
    Waiting,
    Sent,
    /// It was given up.
    Failed,
    /// There was no mail server: it stays here.
    Captured,
}

/// A message from outside.
#[derive(Clone, Debug)]
pub struct Envelope {
    pub id: Uuid,
    pub to: String,
    pub template: String,
    pub subject: String,
    pub created_at: DateTime<Utc>,
    pub state: MessageState,
    pub attempts: i64,
    /// When it will be tried next.
    pub due_at: Option<DateTime<Utc>>,
    /// Why the latest attempt failed.
    pub problem: Option<String>,
}

/// A message from inside. Its link is gone once it is sent.
#[derive(Clone, Debug)]
pub struct Captured {
    pub envelope: Envelope,
    pub from: String,
    pub text: String,
    pub html: String,
    /// As it travels.
    pub source: String,
}

impl MessageState {
    /// The name of the state for people.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Captured => "captured",
        }
    }

    fn of(message: &Message) -> Self {
        match message {
            Message {
                sent_at: Some(_), ..
            } => Self::Sent,
            Message {
                failed_at: Some(_), ..
            } => Self::Failed,
            Message {
                due_at: Some(_), ..
            } => Self::Waiting,
            _ => Self::Captured,
        }
    }
}

impl Mailbox {
    /// The newest messages, newest first; only those that were given up if `only_failed`.
    pub async fn list(&self, only_failed: bool, limit: u32) -> Result<Vec<Envelope>, AuthError> {
        let messages = self.store.list_messages(only_failed, limit.into()).await?;
        let envelope = |message| envelope(message, &self.mail.letter(message));
        Ok(messages.iter().map(envelope).collect())
    }

    /// One message; `None` if there is no such one.
    pub async fn find(&self, id: Uuid) -> Result<Option<Captured>, AuthError> {
        let Some(message) = self.store.find_message(id).await? else {
            return Ok(None);
        };
        let letter = self.mail.letter(&message);
        let envelope = envelope(&message, &letter);
        Ok(Some(match letter {
            Ok(letter) => Captured {
                envelope,
                from: letter.from.to_string(),
                source: letter.source().unwrap_or_else(|problem| problem),
                text: letter.rendered.text,
                html: letter.rendered.html,
            },
            // What is known from outside is worth seeing, too.
            Err(problem) => Captured {
                envelope,
                from: String::new(),
                text: format!("This message cannot be read: {problem}.\n"),
                html: String::new(),
                source: String::new(),
            },
        }))
    }

    /// Makes a message due at once that has not been sent; `false` if there is no such one.
    pub async fn retry(&self, id: Uuid) -> Result<bool, AuthError> {
        let now = self.clock.now();
        let give_up_at = now + self.mail.retry_for();
        Ok(self.store.retry_message(id, now, give_up_at).await?)
    }

    /// Makes every message due at once that was given up, and counts them.
    pub async fn retry_failed(&self) -> Result<u64, AuthError> {
        let now = self.clock.now();
        let give_up_at = now + self.mail.retry_for();
        Ok(self.store.retry_failed_messages(now, give_up_at).await?)
    }

    /// Closes the store, of which this was the only user.
    pub async fn close(&self) {
        self.store.close().await;
    }
}

fn envelope(message: &Message, letter: &Result<Letter, Unreadable>) -> Envelope {
    let subject = match letter {
        Ok(letter) => letter.rendered.subject.clone(),
        Err(problem) => format!("({problem})"),
    };
    Envelope {
        id: message.id,
        to: message.recipient.clone(),
        template: message.template.clone(),
        subject,
        created_at: message.created_at,
        state: MessageState::of(message),
        attempts: message.attempts,
        due_at: message.due_at,
        problem: message.problem.clone(),
    }
}
