//! The insertion of mail, in the transaction of its cause.

use chrono::{DateTime, Utc};
use constcat::concat;

use crate::domain::{EmailAddress, HashedToken, MessageId, UserId};
use crate::store::database::{
    CapturedLink, Query, QueuedEmail, Statement, StoreError, Transaction,
};

/// On PostgreSQL, waits for a deletion of the user that is in progress, and then inserts nothing.
const INSERT_TO_MEMBER: Statement = Statement::of_each(
    concat!(INSERT_FOR_USER, " RETURNING recipient"),
    concat!(
        INSERT_FOR_USER,
        " FOR KEY SHARE OF users RETURNING recipient",
    ),
);

/// Inserts a message to the verified address of a user.
const INSERT_FOR_USER: &str = "INSERT INTO outbox \
         (id, user_id, template, recipient, language, sealed, created_at, attempts, due_at, \
          give_up_at) \
     SELECT $1, users.id, $3, users.email, users.language, $4, $5, 0, $6, $7 \
     FROM users WHERE users.id = $2 AND users.email_verified_at IS NOT NULL";

const INSERT: Statement = Statement::new(concat!(INSERT_IN_LANGUAGE_OF, "id = $2))"));

/// Inserts a message without revealing whether the address has an account.
const INSERT_TO_ADDRESS: Statement =
    Statement::new(concat!(INSERT_IN_LANGUAGE_OF, "email_canonical = $9))"));

/// Inserts a message in the language of a user, if it is known. The condition that finds the user follows.
const INSERT_IN_LANGUAGE_OF: &str = "INSERT INTO outbox \
         (id, user_id, template, recipient, sealed, created_at, attempts, due_at, give_up_at, \
          language) \
     VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, \
         (SELECT language FROM users WHERE ";

const DELETE_DECOY: Statement = Statement::new("DELETE FROM outbox WHERE id = $1");

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("INSERT_TO_MEMBER", INSERT_TO_MEMBER),
    ("INSERT", INSERT),
    ("INSERT_TO_ADDRESS", INSERT_TO_ADDRESS),
    ("DELETE_DECOY", DELETE_DECOY),
];

/// A message that is written in the transaction of its cause.
#[derive(Clone, Debug)]
pub struct NewMessage {
    pub id: MessageId,
    /// The name of the template, such as `verify_email`.
    pub template: &'static str,
    /// The link that the log shows if mail is captured. It is not stored.
    pub captured_link: Option<CapturedLink>,
    /// The values that the template is filled with, encrypted.
    pub sealed: Vec<u8>,
    pub created_at: DateTime<Utc>,
    /// When to send the message; `None` if mail is captured and stays in the outbox.
    pub due_at: Option<DateTime<Utc>>,
    /// A failure after this moment is the last.
    pub give_up_at: DateTime<Utc>,
}

/// A message to a user that is written in the transaction of its cause, to the verified address at that moment.
#[derive(Clone, Debug)]
pub struct NewMemberEmail {
    pub user_id: UserId,
    pub message: NewMessage,
}

/// A link, and the message that carries it.
#[derive(Clone, Debug)]
pub struct NewLink {
    pub token: HashedToken,
    pub message: NewMessage,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

impl NewMessage {
    fn queued(&self, recipient: &str) -> QueuedEmail {
        QueuedEmail {
            template: self.template,
            recipient: recipient.to_owned(),
            captured_link: self.captured_link.clone(),
        }
    }
}

impl Transaction {
    /// Inserts a message, and remembers it for the delivery.
    pub async fn insert_message(
        &mut self,
        message: &NewMessage,
        user_id: Option<UserId>,
        recipient: &str,
    ) -> Result<(), StoreError> {
        self.write_message(message, user_id, recipient).await?;
        self.remember_email(message.queued(recipient));
        Ok(())
    }

    async fn write_message(
        &mut self,
        message: &NewMessage,
        user_id: Option<UserId>,
        recipient: &str,
    ) -> Result<(), StoreError> {
        let insert = self.query(&INSERT);
        bind_message(insert, message, user_id, recipient)
            .execute()
            .await?;
        Ok(())
    }

    /// Inserts a message without revealing whether the address has an account: it refers to no user, but is in the
    /// language of the owner, if there is one.
    pub async fn insert_message_to_address(
        &mut self,
        message: &NewMessage,
        email: &EmailAddress,
    ) -> Result<(), StoreError> {
        let insert = self.query(&INSERT_TO_ADDRESS);
        bind_message(insert, message, None, email.as_str())
            .bind(email.canonical())
            .execute()
            .await?;
        self.remember_email(message.queued(email.as_str()));
        Ok(())
    }

    /// Inserts a message and deletes it again, so that a request for an unknown address takes as long as one for a
    /// known address.
    pub async fn insert_decoy_message(
        &mut self,
        message: &NewMessage,
        recipient: &str,
    ) -> Result<(), StoreError> {
        self.write_message(message, None, recipient).await?;
        self.query(&DELETE_DECOY).bind(message.id).execute().await?;
        Ok(())
    }

    /// Inserts an email to a member, unless their address is unverified.
    pub async fn insert_member_email(&mut self, email: &NewMemberEmail) -> Result<(), StoreError> {
        let message = &email.message;
        let recipient: Option<String> = self
            .query(&INSERT_TO_MEMBER)
            .bind(message.id)
            .bind(email.user_id)
            .bind(message.template)
            .bind(message.sealed.as_slice())
            .bind(message.created_at)
            .bind(message.due_at)
            .bind(message.give_up_at)
            .optional_scalar()
            .await?;
        if let Some(recipient) = recipient {
            self.remember_email(message.queued(&recipient));
        }
        Ok(())
    }
}

/// Binds the values of a message.
fn bind_message<'t>(
    query: Query<'t>,
    message: &NewMessage,
    user_id: Option<UserId>,
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
