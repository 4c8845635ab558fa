//! Forgotten passwords: one live link a user.

use chrono::{DateTime, Utc};

use super::StoreError;
use super::outbox::{NewMessage, pretend_message};
use super::pool::{Store, on, statements, transaction};
use super::users::{FIND_RECIPIENT, FIND_RECIPIENT_ON_POSTGRES, UserRow, user_columns};
use crate::domain::{EmailAddress, HashedToken, User};

statements! {
    /// A newer request makes the older link void.
    UPSERT =
        "INSERT INTO password_resets (user_id, email, token_hash, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (user_id) DO UPDATE SET email = excluded.email, \
             token_hash = excluded.token_hash, created_at = excluded.created_at, \
             expires_at = excluded.expires_at";
    /// Finds nobody when the account has another address by now.
    FIND = concat!(
        "SELECT ", user_columns!(), " FROM password_resets \
         JOIN users ON users.id = password_resets.user_id \
             AND users.email_canonical = password_resets.email \
         WHERE password_resets.token_hash = $1 AND password_resets.expires_at > $2",
    );
    DELETE_OF_USER = "DELETE FROM password_resets WHERE user_id = $1";
}

/// A mailed link that replaces a password, and the mail that carries it.
#[derive(Clone, Debug)]
pub struct NewReset {
    pub token: HashedToken,
    pub message: NewMessage,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Writes a link inside the caller's transaction, in the place of an older one.
macro_rules! insert_reset {
    ($tx:ident, $reset:expr, $user_id:expr, $email:expr) => {{
        let reset: &$crate::store::NewReset = $reset;
        let user_id: uuid::Uuid = $user_id;
        let email_canonical: &str = $email;
        sqlx::query($crate::store::password_resets::UPSERT)
            .bind(user_id)
            .bind(email_canonical)
            .bind(reset.token.0.as_slice())
            .bind(reset.created_at)
            .bind(reset.expires_at)
            .execute(&mut *$tx)
            .await?;
    }};
}

/// Writes a link for the user of an address and the mail that carries it, inside the caller's
/// transaction; `$find` finds that user. Answers where the mail goes; `None` if nobody has the address.
macro_rules! mail_reset {
    ($tx:ident, $reset:expr, $email:expr, $find:expr) => {{
        let email_canonical: &str = $email;
        let owner: Option<(uuid::Uuid, String)> = sqlx::query_as($find)
            .bind(email_canonical)
            .fetch_optional(&mut *$tx)
            .await?;
        if let Some((user_id, recipient)) = &owner {
            $crate::store::password_resets::insert_reset!($tx, $reset, *user_id, email_canonical);
            let message = &$reset.message;
            $crate::store::outbox::insert_message!($tx, message, Some(*user_id), recipient);
        }
        owner.map(|(_, recipient)| recipient)
    }};
}
pub(super) use {insert_reset, mail_reset};

impl Store {
    /// Writes a link for the user of an address, and the mail that carries it. Answers where the mail
    /// goes; `None`, after the same work, if nobody has the address.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_password_reset(
        &self,
        email: &EmailAddress,
        reset: &NewReset,
    ) -> Result<Option<String>, StoreError> {
        let find = self.engines(FIND_RECIPIENT, FIND_RECIPIENT_ON_POSTGRES);
        transaction!(&self.write, |tx| {
            let recipient = mail_reset!(tx, reset, email.canonical(), find);
            if recipient.is_none() {
                pretend_message!(tx, &reset.message, email.as_str());
            }
            recipient
        })
    }

    /// Whose password a link would replace; `None` if it is unknown, used, expired, or for an address
    /// that the account no longer has.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_password_reset(
        &self,
        token: &HashedToken,
        now: DateTime<Utc>,
    ) -> Result<Option<User>, StoreError> {
        let row: Option<UserRow> = on!(&self.read, |db| {
            sqlx::query_as(FIND)
                .bind(token.0.as_slice())
                .bind(now)
                .fetch_optional(db)
                .await
        })?;
        Ok(row.map(User::from))
    }
}
