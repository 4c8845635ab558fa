//! Mail that waits to be sent.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::pool::statements;

statements! {
    INSERT = "INSERT INTO outbox (id, template, recipient, sealed, created_at) VALUES ($1, $2, $3, $4, $5)";
}

/// A message to be written in the transaction that gives rise to it.
#[derive(Clone, Debug)]
pub struct NewMessage {
    pub id: Uuid,
    /// Which message it is, such as `verify_email`.
    pub template: &'static str,
    /// The address as its owner wrote it.
    pub recipient: String,
    /// What the template is filled with, encrypted.
    pub sealed: Vec<u8>,
    pub created_at: DateTime<Utc>,
}

/// Writes a message inside the caller's transaction.
macro_rules! insert_message {
    ($tx:ident, $message:expr) => {{
        let message: &$crate::store::NewMessage = $message;
        sqlx::query($crate::store::outbox::INSERT)
            .bind(message.id)
            .bind(message.template)
            .bind(&message.recipient)
            .bind(&message.sealed)
            .bind(message.created_at)
            .execute(&mut *$tx)
            .await?;
    }};
}

pub(super) use insert_message;
