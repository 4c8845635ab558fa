//! The mailed link that resets a forgotten password: one live link a user.

use chrono::{DateTime, Utc};
use constcat::concat;
use uuid::Uuid;

use crate::domain::{EmailAddress, HashedToken, User};
use crate::store::account::row::{USER_COLUMNS, UserRow};
use crate::store::account::user::LOCK_RECIPIENT;
use crate::store::database::{Statement, Store, StoreError, Transaction};
use crate::store::outbox::NewMessage;

/// A newer request makes the older link void.
const UPSERT: Statement = Statement::new(
    "INSERT INTO password_resets (user_id, email, token_hash, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (user_id) DO UPDATE SET email = excluded.email, \
         token_hash = excluded.token_hash, created_at = excluded.created_at, \
         expires_at = excluded.expires_at",
);

/// Finds nobody when the account has another address by now.
const FIND: Statement = Statement::new(concat!(
    "SELECT ",
    USER_COLUMNS,
    " FROM password_resets \
     JOIN users ON users.id = password_resets.user_id \
         AND users.email_canonical = password_resets.email \
     WHERE password_resets.token_hash = $1 AND password_resets.expires_at > $2",
));

pub(super) const DELETE_RESET_LINK: Statement =
    Statement::new("DELETE FROM password_resets WHERE user_id = $1");

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("UPSERT", UPSERT),
    ("FIND", FIND),
    ("DELETE_RESET_LINK", DELETE_RESET_LINK),
];

/// A mailed link that replaces a password, and the mail that carries it.
#[derive(Clone, Debug)]
pub struct NewReset {
    pub token: HashedToken,
    pub message: NewMessage,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

impl Transaction {
    /// Writes a link, in the place of an older one.
    pub async fn insert_reset(
        &mut self,
        reset: &NewReset,
        user_id: Uuid,
        email_canonical: &str,
    ) -> Result<(), StoreError> {
        self.query(&UPSERT)
            .bind(user_id)
            .bind(email_canonical)
            .bind(reset.token.0.as_slice())
            .bind(reset.created_at)
            .bind(reset.expires_at)
            .execute()
            .await?;
        Ok(())
    }

    /// Writes a link for the user of an address, whom `find` finds, and the mail that carries it. Returns where the mail
    /// goes; `None` if nobody has the address.
    pub async fn mail_reset(
        &mut self,
        reset: &NewReset,
        email_canonical: &str,
        find: &Statement,
    ) -> Result<Option<String>, StoreError> {
        let owner: Option<(Uuid, String)> =
            self.query(find).bind(email_canonical).optional().await?;
        let Some((user_id, recipient)) = owner else {
            return Ok(None);
        };
        self.insert_reset(reset, user_id, email_canonical).await?;
        self.insert_message(&reset.message, Some(user_id), &recipient)
            .await?;
        Ok(Some(recipient))
    }
}

impl Store {
    /// Writes a link for the user of an address, and the mail that carries it. Returns where the mail
    /// goes; `None`, after the same work, if nobody has the address.
    pub async fn insert_password_reset(
        &self,
        email: &EmailAddress,
        reset: &NewReset,
    ) -> Result<Option<String>, StoreError> {
        let mut tx = self.begin().await?;
        let recipient = tx
            .mail_reset(reset, email.canonical(), &LOCK_RECIPIENT)
            .await?;
        if recipient.is_none() {
            tx.insert_decoy_message(&reset.message, email.as_str())
                .await?;
        }
        tx.commit(recipient).await
    }

    /// Finds the user whose password a link would replace; `None` if it is unknown, used, expired, or for an address
    /// that the account no longer has.
    pub async fn find_password_reset(
        &self,
        token: &HashedToken,
        now: DateTime<Utc>,
    ) -> Result<Option<User>, StoreError> {
        let row: Option<UserRow> = self
            .read
            .query(&FIND)
            .bind(token.0.as_slice())
            .bind(now)
            .optional()
            .await?;
        Ok(row.map(User::from))
    }
}
