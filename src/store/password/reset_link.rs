//! Mailed links that reset a forgotten password. A user has at most one valid link.

use chrono::{DateTime, Utc};
use constcat::concat;

use crate::domain::{EmailAddress, HashedToken, User, UserId};
use crate::store::account::row::{USER_COLUMNS, UserRow};
use crate::store::account::user::LOCK_RECIPIENT;
use crate::store::database::{Committed, Statement, Store, StoreError, Transaction};
use crate::store::outbox::NewLink;

/// A newer request voids the older link.
const UPSERT: Statement = Statement::new(
    "INSERT INTO password_resets (user_id, email, token_hash, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (user_id) DO UPDATE SET email = excluded.email, \
         token_hash = excluded.token_hash, created_at = excluded.created_at, \
         expires_at = excluded.expires_at",
);

/// Finds no user if the account has another address now.
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

impl Transaction {
    /// Inserts a link, or replaces the older one.
    pub async fn insert_reset(
        &mut self,
        reset: &NewLink,
        user_id: UserId,
        email_canonical: &str,
    ) -> Result<(), StoreError> {
        self.query(&UPSERT)
            .bind(user_id)
            .bind(email_canonical)
            .bind(reset.token.as_bytes())
            .bind(reset.created_at)
            .bind(reset.expires_at)
            .execute()
            .await?;
        Ok(())
    }

    /// Writes a link for the user of an address, and its mail. `find` is the statement that finds, and may lock, the
    /// user. Returns whether any user has the address.
    pub async fn mail_reset(
        &mut self,
        reset: &NewLink,
        email_canonical: &str,
        find: &Statement,
    ) -> Result<bool, StoreError> {
        let owner: Option<(UserId, String)> =
            self.query(find).bind(email_canonical).optional().await?;
        let Some((user_id, recipient)) = owner else {
            return Ok(false);
        };
        self.insert_reset(reset, user_id, email_canonical).await?;
        self.insert_message(&reset.message, Some(user_id), &recipient)
            .await?;
        Ok(true)
    }
}

impl Store {
    /// Writes a link for the user of an address, and its mail. Does the same work without a mail if no user has the
    /// address.
    pub async fn insert_password_reset(
        &self,
        email: &EmailAddress,
        reset: &NewLink,
    ) -> Result<Committed<()>, StoreError> {
        let mut tx = self.begin().await?;
        let is_mailed = tx
            .mail_reset(reset, email.canonical(), &LOCK_RECIPIENT)
            .await?;
        if !is_mailed {
            tx.insert_decoy_message(&reset.message, email.as_str())
                .await?;
        }
        tx.commit(()).await
    }

    /// Finds the user of a link; `None` if it is unknown, used or expired, or for an address that the account no longer
    /// has.
    pub async fn find_password_reset(
        &self,
        token: &HashedToken,
        now: DateTime<Utc>,
    ) -> Result<Option<User>, StoreError> {
        let row: Option<UserRow> = self
            .read
            .query(&FIND)
            .bind(token.as_bytes())
            .bind(now)
            .optional()
            .await?;
        Ok(row.map(User::from))
    }
}
