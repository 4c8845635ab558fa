//! The delivery of the mail in the outbox.
//!
//! A node *claims* a message by moving its `due_at` into the future, by the time that an attempt may take. If the node
//! dies, the message becomes due again, and there is nothing to clean up.

use chrono::{DateTime, Utc};
use constcat::concat;

use super::row::{MESSAGE_COLUMNS, Message, MessageRow};
use crate::domain::MessageId;
use crate::store::database::{Statement, Store, StoreError};

/// On PostgreSQL, skips messages that another node claims at this moment: otherwise all nodes would pick the same
/// message, and all but one would get nothing. SQLite has one writer at a time.
const CLAIM: Statement = Statement::of_each(
    concat!(CLAIM_LONGEST_DUE, ") RETURNING ", MESSAGE_COLUMNS),
    concat!(
        CLAIM_LONGEST_DUE,
        " FOR UPDATE SKIP LOCKED) RETURNING ",
        MESSAGE_COLUMNS,
    ),
);

/// Claims the message that has been due longest. The lock of its row and a parenthesis follow.
const CLAIM_LONGEST_DUE: &str = "UPDATE outbox SET due_at = $2, attempts = attempts + 1 \
     WHERE due_at <= $1 AND id = \
         (SELECT id FROM outbox WHERE due_at <= $1 ORDER BY due_at, id LIMIT 1";

const MARK_SENT: Statement = Statement::new(
    "UPDATE outbox SET sent_at = $2, sealed = $3, due_at = NULL, failed_at = NULL, \
         problem = NULL \
     WHERE id = $1 AND sent_at IS NULL",
);

/// Applies only to the attempt that failed: another node may have begun the next one.
const POSTPONE: Statement = Statement::new(
    "UPDATE outbox SET due_at = $3, problem = $4 \
     WHERE id = $1 AND attempts = $2 AND sent_at IS NULL",
);

const GIVE_UP: Statement = Statement::new(
    "UPDATE outbox SET due_at = NULL, failed_at = $3, problem = $4 \
     WHERE id = $1 AND attempts = $2 AND sent_at IS NULL",
);

const RETRY: Statement = Statement::new(
    "UPDATE outbox SET due_at = $2, give_up_at = $3, failed_at = NULL \
     WHERE id = $1 AND sent_at IS NULL",
);

const RETRY_FAILED: Statement = Statement::new(
    "UPDATE outbox SET due_at = $1, give_up_at = $2, failed_at = NULL \
     WHERE failed_at IS NOT NULL AND sent_at IS NULL",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("CLAIM", CLAIM),
    ("MARK_SENT", MARK_SENT),
    ("POSTPONE", POSTPONE),
    ("GIVE_UP", GIVE_UP),
    ("RETRY", RETRY),
    ("RETRY_FAILED", RETRY_FAILED),
];

impl Store {
    /// Claims the message that has been due longest until the given moment; `None` if none is due.
    pub async fn claim_message(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<Message>, StoreError> {
        let row: Option<MessageRow> = self
            .write
            .query(&CLAIM)
            .bind(now)
            .bind(until)
            .optional()
            .await?;
        Ok(row.map(Message::from))
    }

    /// Records that a mail server accepted a message, and replaces its values by those that may be kept.
    pub async fn mark_message_sent(
        &self,
        id: MessageId,
        sealed: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.write
            .query(&MARK_SENT)
            .bind(id)
            .bind(now)
            .bind(sealed)
            .execute()
            .await?;
        Ok(())
    }

    /// Records why an attempt failed, and when the next one is due.
    pub async fn postpone_message(
        &self,
        message: &Message,
        due_at: DateTime<Utc>,
        problem: &str,
    ) -> Result<(), StoreError> {
        self.end_attempt(&POSTPONE, message, due_at, problem).await
    }

    /// Records why an attempt failed, and gives the message up.
    pub async fn give_up_message(
        &self,
        message: &Message,
        now: DateTime<Utc>,
        problem: &str,
    ) -> Result<(), StoreError> {
        self.end_attempt(&GIVE_UP, message, now, problem).await
    }

    async fn end_attempt(
        &self,
        statement: &Statement,
        message: &Message,
        moment: DateTime<Utc>,
        problem: &str,
    ) -> Result<(), StoreError> {
        self.write
            .query(statement)
            .bind(message.id)
            .bind(message.attempts)
            .bind(moment)
            .bind(problem)
            .execute()
            .await?;
        Ok(())
    }

    /// Makes an unsent message due now. Returns `false` if there is no such message.
    pub async fn retry_message(
        &self,
        id: MessageId,
        now: DateTime<Utc>,
        give_up_at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let retried = self
            .write
            .query(&RETRY)
            .bind(id)
            .bind(now)
            .bind(give_up_at)
            .execute()
            .await?;
        Ok(retried > 0)
    }

    /// Makes every failed message due now, and counts them.
    pub async fn retry_failed_messages(
        &self,
        now: DateTime<Utc>,
        give_up_at: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        self.write
            .query(&RETRY_FAILED)
            .bind(now)
            .bind(give_up_at)
            .execute()
            .await
    }
}
