//! Mail that waits to be sent, was sent, or was given up.
//!
//! A message is *claimed* by moving its `due_at` into the future for as long as an attempt may take: a
//! node that dies in between leaves a message that becomes due again, and nothing to clean up.

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::StoreError;
use super::pool::{Store, on, statements};

/// The columns of a [`Message`].
macro_rules! message_columns {
    () => {
        "id, template, recipient, language, sealed, created_at, attempts, due_at, give_up_at, sent_at, \
         failed_at, problem"
    };
}

/// Claims the message that has been due longest.
macro_rules! claim_message {
    ($lock:literal) => {
        concat!(
            "UPDATE outbox SET due_at = $2, attempts = attempts + 1 \
             WHERE due_at <= $1 AND id = \
                 (SELECT id FROM outbox WHERE due_at <= $1 ORDER BY due_at, id LIMIT 1",
            $lock,
            ") RETURNING ",
            message_columns!(),
        )
    };
}

/// On PostgreSQL, couriers that look at the same moment would all pick the same message, and all but
/// one come back with nothing while others wait to be sent. SQLite has one writer at a time.
pub(super) const CLAIM_ON_POSTGRES: &str = claim_message!(" FOR UPDATE SKIP LOCKED");

/// To an address that its user has proved.
macro_rules! insert_letter_statement {
    ($lock:literal) => {
        concat!(
            "INSERT INTO outbox \
                 (id, user_id, template, recipient, language, sealed, created_at, attempts, due_at, \
                  give_up_at) \
             SELECT $1, users.id, $3, users.email, users.language, $4, $5, 0, $6, $7 \
             FROM users WHERE users.id = $2 AND users.email_verified_at IS NOT NULL",
            $lock,
            " RETURNING recipient",
        )
    };
}

/// In the language of a user, if they ever named one.
macro_rules! insert_message_statement {
    ($recipient:literal) => {
        concat!(
            "INSERT INTO outbox \
                 (id, user_id, template, recipient, sealed, created_at, attempts, due_at, give_up_at, \
                  language) \
             VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, \
                 (SELECT language FROM users WHERE ",
            $recipient,
            "))",
        )
    };
}

/// On PostgreSQL, a user whose deletion is under way is waited for, and gets no letter.
pub(super) const INSERT_LETTER_ON_POSTGRES: &str =
    insert_letter_statement!(" FOR KEY SHARE OF users");

statements! {
    INSERT_LETTER = insert_letter_statement!("");
    INSERT = insert_message_statement!("id = $2");
    /// To an address whose owner, if it has one, must not be told from nobody.
    INSERT_TO_ADDRESS = insert_message_statement!("email_canonical = $9");
    TAKE_BACK = "DELETE FROM outbox WHERE id = $1";
    CLAIM = claim_message!("");
    MARK_SENT =
        "UPDATE outbox SET sent_at = $2, sealed = $3, due_at = NULL, failed_at = NULL, \
             problem = NULL \
         WHERE id = $1 AND sent_at IS NULL";
    /// Only of the attempt that failed: another node may have begun the next one.
    POSTPONE =
        "UPDATE outbox SET due_at = $3, problem = $4 \
         WHERE id = $1 AND attempts = $2 AND sent_at IS NULL";
    GIVE_UP =
        "UPDATE outbox SET due_at = NULL, failed_at = $3, problem = $4 \
         WHERE id = $1 AND attempts = $2 AND sent_at IS NULL";
    RETRY =
        "UPDATE outbox SET due_at = $2, give_up_at = $3, failed_at = NULL \
         WHERE id = $1 AND sent_at IS NULL";
    RETRY_FAILED =
        "UPDATE outbox SET due_at = $1, give_up_at = $2, failed_at = NULL \
         WHERE failed_at IS NOT NULL AND sent_at IS NULL";
    LIST = concat!("SELECT ", message_columns!(), " FROM outbox ORDER BY id DESC LIMIT $1");
    LIST_FAILED = concat!(
        "SELECT ", message_columns!(), " FROM outbox WHERE failed_at IS NOT NULL \
         ORDER BY id DESC LIMIT $1",
    );
    FIND = concat!("SELECT ", message_columns!(), " FROM outbox WHERE id = $1");
}

/// A message to be written in the transaction that gives rise to it.
#[derive(Clone, Debug)]
pub struct NewMessage {
    pub id: Uuid,
    /// Which message it is, such as `verify_email`.
    pub template: &'static str,
    /// What the template is filled with, encrypted.
    pub sealed: Vec<u8>,
    pub created_at: DateTime<Utc>,
    /// When to send it; `None` where mail is captured: it stays here.
    pub due_at: Option<DateTime<Utc>>,
    /// A failure after this moment is the last.
    pub give_up_at: DateTime<Utc>,
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
    /// What the template is filled with, encrypted. Without its secrets once it is sent.
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

/// Binds what makes a message.
macro_rules! new_message {
    ($statement:expr, $message:expr, $user_id:expr, $recipient:expr) => {{
        let message: &$crate::store::NewMessage = $message;
        let user_id: Option<uuid::Uuid> = $user_id;
        let recipient: &str = $recipient;
        sqlx::query($statement)
            .bind(message.id)
            .bind(user_id)
            .bind(message.template)
            .bind(recipient)
            .bind(&message.sealed)
            .bind(message.created_at)
            .bind(message.due_at)
            .bind(message.give_up_at)
    }};
}

/// Writes a message to somebody, inside the caller's transaction.
macro_rules! insert_message {
    ($tx:ident, $message:expr, $user_id:expr, $recipient:expr) => {{
        let insert = $crate::store::outbox::INSERT;
        $crate::store::outbox::new_message!(insert, $message, $user_id, $recipient)
            .execute(&mut *$tx)
            .await?;
    }};
}

/// Likewise to an address that must not tell whether somebody has it: in the language of its owner, if there is one.
macro_rules! insert_message_to_address {
    ($tx:ident, $message:expr, $email:expr) => {{
        let insert = $crate::store::outbox::INSERT_TO_ADDRESS;
        let email: &$crate::domain::EmailAddress = $email;
        $crate::store::outbox::new_message!(insert, $message, None, email.as_str())
            .bind(email.canonical())
            .execute(&mut *$tx)
            .await?;
    }};
}

/// Writes a message and takes it back, inside the caller's transaction: what is asked for an address
/// that nobody has must take as long to commit as what is asked for one that somebody has.
macro_rules! pretend_message {
    ($tx:ident, $message:expr, $recipient:expr) => {{
        let message: &$crate::store::NewMessage = $message;
        $crate::store::outbox::insert_message!($tx, message, None, $recipient);
        sqlx::query($crate::store::outbox::TAKE_BACK)
            .bind(message.id)
            .execute(&mut *$tx)
            .await?;
    }};
}

/// Writes a letter inside the caller's transaction. Answers where it goes.
macro_rules! insert_letter {
    ($store:expr, $tx:ident, $letter:expr) => {{
        let letter: &$crate::store::NewLetter = $letter;
        let message = &letter.message;
        let recipient: Option<String> = sqlx::query_scalar($store.insert_letter_statement())
            .bind(message.id)
            .bind(letter.user_id)
            .bind(message.template)
            .bind(&message.sealed)
            .bind(message.created_at)
            .bind(message.due_at)
            .bind(message.give_up_at)
            .fetch_optional(&mut *$tx)
            .await?;
        recipient
    }};
}

pub(super) use {
    insert_letter, insert_message, insert_message_to_address, new_message, pretend_message,
};

impl Store {
    pub(super) fn insert_letter_statement(&self) -> &'static str {
        self.engines(INSERT_LETTER, INSERT_LETTER_ON_POSTGRES)
    }

    /// Takes the message that has been due longest, for nobody else until the given moment; `None` if
    /// none is due.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_message(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<Message>, StoreError> {
        let statement = self.engines(CLAIM, CLAIM_ON_POSTGRES);
        on!(&self.write, |db| {
            sqlx::query_as(statement)
                .bind(now)
                .bind(until)
                .fetch_optional(db)
                .await
        })
    }

    /// Notes that a mail server took a message, and replaces what it said by what may be kept of it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mark_message_sent(
        &self,
        id: Uuid,
        sealed: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        on!(&self.write, |db| {
            sqlx::query(MARK_SENT)
                .bind(id)
                .bind(now)
                .bind(sealed)
                .execute(db)
                .await
                .map(|_| ())
        })?;
        Ok(())
    }

    /// Notes why an attempt failed, and when the next one shall be.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn postpone_message(
        &self,
        message: &Message,
        due_at: DateTime<Utc>,
        problem: &str,
    ) -> Result<(), StoreError> {
        self.end_attempt(POSTPONE, message, due_at, problem).await
    }

    /// Notes why an attempt failed, and that it was the last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn give_up_message(
        &self,
        message: &Message,
        now: DateTime<Utc>,
        problem: &str,
    ) -> Result<(), StoreError> {
        self.end_attempt(GIVE_UP, message, now, problem).await
    }

    async fn end_attempt(
        &self,
        statement: &'static str,
        message: &Message,
        moment: DateTime<Utc>,
        problem: &str,
    ) -> Result<(), StoreError> {
        on!(&self.write, |db| {
            sqlx::query(statement)
                .bind(message.id)
                .bind(message.attempts)
                .bind(moment)
                .bind(problem)
                .execute(db)
                .await
                .map(|_| ())
        })?;
        Ok(())
    }

    /// Makes a message due that has not been sent; `false` if there is no such one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn retry_message(
        &self,
        id: Uuid,
        now: DateTime<Utc>,
        give_up_at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        on!(&self.write, |db| {
            sqlx::query(RETRY)
                .bind(id)
                .bind(now)
                .bind(give_up_at)
                .execute(db)
                .await
                .map(|done| done.rows_affected() > 0)
        })
    }

    /// Makes every message due that was given up, and counts them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn retry_failed_messages(
        &self,
        now: DateTime<Utc>,
        give_up_at: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        on!(&self.write, |db| {
            sqlx::query(RETRY_FAILED)
                .bind(now)
                .bind(give_up_at)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })
    }

    /// The newest messages, newest first; only those that were given up if `only_failed`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_messages(
        &self,
        only_failed: bool,
        limit: i64,
    ) -> Result<Vec<Message>, StoreError> {
        let statement = if only_failed { LIST_FAILED } else { LIST };
        on!(&self.read, |db| {
            sqlx::query_as(statement).bind(limit).fetch_all(db).await
        })
    }

    /// # Errors
    /// When the database fails.
    pub async fn find_message(&self, id: Uuid) -> Result<Option<Message>, StoreError> {
        on!(&self.read, |db| {
            sqlx::query_as(FIND).bind(id).fetch_optional(db).await
        })
    }
}
