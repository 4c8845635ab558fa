//! Mail that waits to be sent, was sent, or was given up: writing it, and looking at it.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;
use uuid::Uuid;

use super::database::{Query, Statement, Store, StoreError, Transaction};
use crate::domain::EmailAddress;

/// The columns of a [`Message`].
pub(super) const MESSAGE_COLUMNS: &str = "id, template, recipient, language, sealed, created_at, \
     attempts, due_at, give_up_at, sent_at, failed_at, problem";

/// On PostgreSQL, waits for the deletion of a user that is under way, who then gets no letter.
const INSERT_LETTER: Statement = Statement::of_each(
    concat!(INSERT_FOR_USER, " RETURNING recipient"),
    concat!(
        INSERT_FOR_USER,
        " FOR KEY SHARE OF users RETURNING recipient",
    ),
);

/// Writes a message to an address that its user has verified.
const INSERT_FOR_USER: &str = "INSERT INTO outbox \
         (id, user_id, template, recipient, language, sealed, created_at, attempts, due_at, \
          give_up_at) \
     SELECT $1, users.id, $3, users.email, users.language, $4, $5, 0, $6, $7 \
     FROM users WHERE users.id = $2 AND users.email_verified_at IS NOT NULL";

const INSERT: Statement = Statement::new(concat!(INSERT_IN_LANGUAGE_OF, "id = $2))"));

/// Writes a message to an address whose owner, if it has one, must not be told from nobody.
const INSERT_TO_ADDRESS: Statement =
    Statement::new(concat!(INSERT_IN_LANGUAGE_OF, "email_canonical = $9))"));

/// Writes a message in the language of a user, if they ever named one. The condition that finds the user follows.
const INSERT_IN_LANGUAGE_OF: &str = "INSERT INTO outbox \
         (id, user_id, template, recipient, sealed, created_at, attempts, due_at, give_up_at, \
          language) \
     VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, \
         (SELECT language FROM users WHERE ";

const TAKE_BACK: Statement = Statement::new("DELETE FROM outbox WHERE id = $1");

const LIST: Statement = Statement::new(concat!(
    "SELECT ",
    MESSAGE_COLUMNS,
    " FROM outbox ORDER BY id DESC LIMIT $1",
));

const LIST_FAILED: Statement = Statement::new(concat!(
    "SELECT ",
    MESSAGE_COLUMNS,
    " FROM outbox WHERE failed_at IS NOT NULL ORDER BY id DESC LIMIT $1",
));

const FIND: Statement = Statement::new(concat!(
    "SELECT ",
    MESSAGE_COLUMNS,
    " FROM outbox WHERE id = $1",
));

#[cfg(test)]
pub(super) const STATEMENTS: &[(&str, Statement)] = &[
    ("INSERT_LETTER", INSERT_LETTER),
    ("INSERT", INSERT),
    ("INSERT_TO_ADDRESS", INSERT_TO_ADDRESS),
    ("TAKE_BACK", TAKE_BACK),
    ("LIST", LIST),
    ("LIST_FAILED", LIST_FAILED),
    ("FIND", FIND),
];

/// A message to be written in the transaction that gives rise to it.
#[derive(Clone, Debug)]
pub struct NewMessage {
    pub id: Uuid,
    /// Which message it is, such as `verify_email`.
    pub template: &'static str,
    /// The values that the template is filled with, encrypted.
    pub sealed: Vec<u8>,
    pub created_at: DateTime<Utc>,
    /// When to send it; `None` where mail is captured: it stays here.
    pub due_at: Option<DateTime<Utc>>,
    /// A failure after this moment is the last.
    pub give_up_at: DateTime<Utc>,
}

/// A message to a user, to be written in the transaction that gives rise to it, to the address that they
/// have verified by then.
#[derive(Clone, Debug)]
pub struct NewLetter {
    pub user_id: Uuid,
    pub message: NewMessage,
}

/// A message as the outbox has it.
#[derive(Clone, Debug, FromRow)]
pub struct Message {
    pub id: Uuid,
    pub template: String,
    /// The address as its owner wrote it.
    pub recipient: String,
    /// The recipient's; `None`: that of what gave rise to it.
    pub language: Option<String>,
    /// The values that the template is filled with, encrypted. Without its secrets once it is sent.
    pub sealed: Vec<u8>,
    pub created_at: DateTime<Utc>,
    /// How often a node set out to send it.
    pub attempts: i64,
    /// When it will be tried (again); `None` if it will not.
    pub due_at: Option<DateTime<Utc>>,
    pub give_up_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
    pub failed_at: Option<DateTime<Utc>>,
    /// Why the latest attempt failed.
    pub problem: Option<String>,
}

impl Transaction {
    /// Writes a message to somebody.
    pub(super) async fn insert_message(
        &mut self,
        message: &NewMessage,
        user_id: Option<Uuid>,
        recipient: &str,
    ) -> Result<(), StoreError> {
        let insert = self.query(&INSERT);
        bind_message(insert, message, user_id, recipient)
            .execute()
            .await?;
        Ok(())
    }

    /// Writes a message to an address that must not tell whether somebody has it: in the language of its owner, if there
    /// is one.
    pub(super) async fn insert_message_to_address(
        &mut self,
        message: &NewMessage,
        email: &EmailAddress,
    ) -> Result<(), StoreError> {
        let insert = self.query(&INSERT_TO_ADDRESS);
        bind_message(insert, message, None, email.as_str())
            .bind(email.canonical())
            .execute()
            .await?;
        Ok(())
    }

    /// Writes a message and takes it back: a request for an address that nobody has must take as long to commit as one
    /// for an address that somebody has.
    pub(super) async fn insert_decoy_message(
        &mut self,
        message: &NewMessage,
        recipient: &str,
    ) -> Result<(), StoreError> {
        self.insert_message(message, None, recipient).await?;
        self.query(&TAKE_BACK).bind(message.id).execute().await?;
        Ok(())
    }

    /// Writes a letter. Returns where it goes; `None` if its user has no verified address.
    pub(super) async fn insert_letter(
        &mut self,
        letter: &NewLetter,
    ) -> Result<Option<String>, StoreError> {
        let message = &letter.message;
        self.query(&INSERT_LETTER)
            .bind(message.id)
            .bind(letter.user_id)
            .bind(message.template)
            .bind(message.sealed.as_slice())
            .bind(message.created_at)
            .bind(message.due_at)
            .bind(message.give_up_at)
            .optional_scalar()
            .await
    }
}

impl Store {
    /// Lists the newest messages, newest first; only those that were given up if `only_failed`.
    pub async fn list_messages(
        &self,
        only_failed: bool,
        limit: i64,
    ) -> Result<Vec<Message>, StoreError> {
        let statement = if only_failed { LIST_FAILED } else { LIST };
        self.read.query(&statement).bind(limit).all().await
    }

    pub async fn find_message(&self, id: Uuid) -> Result<Option<Message>, StoreError> {
        self.read.query(&FIND).bind(id).optional().await
    }
}

/// Binds what makes a message.
fn bind_message<'t>(
    query: Query<'t>,
    message: &NewMessage,
    user_id: Option<Uuid>,
    recipient: &str,
) -> Query<'t> {
    query
        .bind(message.id)
        .bind(user_id)
        .bind(message.template)
        .bind(recipient)
        .bind(message.sealed.as_slice())
        .bind(message.created_at)
        .bind(message.due_at)
        .bind(message.give_up_at)
}
