//! Notices of what happened to an account, and what "this was not me" undoes.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::StoreError;
use super::outbox::{NewMessage, insert_message};
use super::password_resets::{NewReset, insert_reset};
use super::pool::{Store, on, statements, transaction};
use super::session_rows::reason_word;
use super::sessions::END_ALL;
use crate::domain::{HashedToken, SessionEnd};

/// What no password matches: an account whose password is void, as `!` in shadow(5).
pub(super) const NO_PASSWORD: &str = "!";

statements! {
    /// Of an unproved address nobody knows whose it is: nothing is told there.
    INSERT =
        "INSERT INTO security_notices \
             (id, user_id, email, email_canonical, token_hash, created_at, expires_at) \
         SELECT $1, users.id, users.email, users.email_canonical, $3, $4, $5 FROM users \
         WHERE users.id = $2 AND users.email_verified_at IS NOT NULL \
         RETURNING email";
    USE =
        "DELETE FROM security_notices WHERE token_hash = $1 AND expires_at > $2 \
         RETURNING user_id, email, email_canonical, created_at";
    /// The newer ones may have been mailed to whoever took the account over; those to the same address
    /// have nothing more to say. An older one, to an older address, stays good.
    DELETE_OVERRULED =
        "DELETE FROM security_notices \
         WHERE user_id = $1 AND (created_at >= $2 OR email_canonical = $3)";
    /// Leaves the address alone in the one case that somebody else has it.
    RESTORE_USER =
        "UPDATE users SET \
             email = CASE WHEN free THEN $2 ELSE email END, \
             email_canonical = CASE WHEN free THEN $3 ELSE email_canonical END, \
             email_verified_at = CASE WHEN free THEN $4 ELSE email_verified_at END, \
             password_hash = $5, password_version = password_version + 1, updated_at = $4 \
         FROM (SELECT NOT EXISTS ( \
             SELECT 1 FROM users WHERE email_canonical = $3 AND id <> $1) AS free) AS address \
         WHERE users.id = $1 RETURNING users.email_canonical";
    DELETE_EMAIL_CHANGE = "DELETE FROM email_changes WHERE user_id = $1";
    DELETE_DEVICES = "DELETE FROM known_devices WHERE user_id = $1";
    DELETE_EXPIRED = "DELETE FROM security_notices WHERE expires_at < $1";
}

/// A notice to be written in the transaction that gives rise to it, to the address that the user has
/// when it is.
#[derive(Clone, Debug)]
pub struct NewNotice {
    pub id: Uuid,
    pub token: HashedToken,
    pub message: NewMessage,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Where a notice went; nowhere if the user's address is still to be proved.
#[derive(Clone, Debug, Default)]
pub struct Notified(pub Option<String>);

/// What became of an account whose owner said "this was not me".
#[derive(Clone, Debug)]
pub struct Secured {
    /// Where the notice had been mailed to, and the way to a new password now is.
    pub email: String,
    pub ended_sessions: u64,
}

/// Writes a notice to a user inside the caller's transaction. Answers where it goes.
macro_rules! insert_notice {
    ($tx:ident, $notice:expr, $user_id:expr) => {{
        let notice: &$crate::store::NewNotice = $notice;
        let user_id: uuid::Uuid = $user_id;
        let recipient: Option<String> = sqlx::query_scalar($crate::store::security_notices::INSERT)
            .bind(notice.id)
            .bind(user_id)
            .bind(notice.token.0.as_slice())
            .bind(notice.created_at)
            .bind(notice.expires_at)
            .fetch_optional(&mut *$tx)
            .await?;
        if let Some(recipient) = &recipient {
            $crate::store::outbox::insert_message!($tx, &notice.message, Some(user_id), recipient);
        }
        $crate::store::Notified(recipient)
    }};
}
pub(super) use insert_notice;

impl Store {
    /// Uses up a notice's link: ends every session, voids the password, brings the address back to the
    /// one that the notice went to, forgets the devices, and mails a link to choose a new password.
    /// `None`, and nothing changed, if the link is unknown, used or expired.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn secure_account(
        &self,
        token: &HashedToken,
        end: SessionEnd,
        reset: &NewReset,
    ) -> Result<Option<Secured>, StoreError> {
        transaction!(&self.write, |tx| {
            let notice: Option<(Uuid, String, String, DateTime<Utc>)> = sqlx::query_as(USE)
                .bind(token.0.as_slice())
                .bind(end.at)
                .fetch_optional(&mut *tx)
                .await?;
            let Some((user_id, email, canonical, created_at)) = notice else {
                return Ok(None);
            };
            sqlx::query(DELETE_OVERRULED)
                .bind(user_id)
                .bind(created_at)
                .bind(&canonical)
                .execute(&mut *tx)
                .await?;
            let current: String = sqlx::query_scalar(RESTORE_USER)
                .bind(user_id)
                .bind(&email)
                .bind(&canonical)
                .bind(end.at)
                .bind(NO_PASSWORD)
                .fetch_one(&mut *tx)
                .await?;
            let ended_sessions = sqlx::query(END_ALL)
                .bind(user_id)
                .bind(end.at)
                .bind(reason_word(end.reason))
                .execute(&mut *tx)
                .await?
                .rows_affected();
            for forget in [DELETE_EMAIL_CHANGE, DELETE_DEVICES] {
                sqlx::query(forget).bind(user_id).execute(&mut *tx).await?;
            }
            insert_reset!(tx, reset, user_id, &current);
            insert_message!(tx, &reset.message, Some(user_id), &email);
            Some(Secured {
                email,
                ended_sessions,
            })
        })
    }

    /// Removes the notices whose links expired before the given moment, and counts them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_notices_expired_before(
        &self,
        cutoff: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        Ok(on!(&self.write, |db| {
            sqlx::query(DELETE_EXPIRED)
                .bind(cutoff)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?)
    }
}
