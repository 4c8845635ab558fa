//! The row of a message.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use crate::domain::{DeliveryState, MessageId};

/// The columns of a [`MessageRow`].
pub(super) const MESSAGE_COLUMNS: &str = "id, template, recipient, language, sealed, created_at, \
     attempts, due_at, give_up_at, sent_at, failed_at, problem";

/// A message in the outbox.
#[derive(Clone, Debug)]
pub struct Message {
    pub id: MessageId,
    pub template: String,
    /// The address as its owner wrote it.
    pub recipient: String,
    /// The language of the recipient; `None` stands for the language of the request that caused the message.
    pub language: Option<String>,
    /// The values that the template is filled with, encrypted. Its secrets are removed once the message is sent.
    pub sealed: Vec<u8>,
    pub created_at: DateTime<Utc>,
    /// The number of attempts to send it.
    pub attempts: i64,
    pub state: DeliveryState,
    /// A failure after this moment is the last.
    pub give_up_at: DateTime<Utc>,
    /// Why the latest attempt failed.
    pub problem: Option<String>,
}

#[derive(FromRow)]
pub(super) struct MessageRow {
    id: MessageId,
    template: String,
    recipient: String,
    language: Option<String>,
    sealed: Vec<u8>,
    created_at: DateTime<Utc>,
    attempts: i64,
    due_at: Option<DateTime<Utc>>,
    give_up_at: DateTime<Utc>,
    sent_at: Option<DateTime<Utc>>,
    failed_at: Option<DateTime<Utc>>,
    problem: Option<String>,
}

impl From<MessageRow> for Message {
    fn from(row: MessageRow) -> Self {
        let state = match (row.sent_at, row.failed_at, row.due_at) {
            (Some(_), _, _) => DeliveryState::Sent,
            (None, Some(_), _) => DeliveryState::Failed,
            (None, None, Some(due_at)) => DeliveryState::Waiting { due_at },
            (None, None, None) => DeliveryState::Captured,
        };
        Self {
            id: row.id,
            template: row.template,
            recipient: row.recipient,
            language: row.language,
            sealed: row.sealed,
            created_at: row.created_at,
            attempts: row.attempts,
            state,
            give_up_at: row.give_up_at,
            problem: row.problem,
        }
    }
}
