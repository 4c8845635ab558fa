//! What "this was not me" undoes.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::account_deletions::delete_user;
use super::outbox::insert_message;
use super::password_resets::{NewReset, insert_reset};
use super::pool::{Store, statements, transaction};
use super::security_events::insert_events;
use super::session_ends::{EndedSessions, end_sessions};
use super::users::{NO_PASSWORD, lock_user};
use super::{StoreError, email_changes, former_passwords, known_devices};
use crate::domain::{Deed, EndReason, HashedToken, SecurityEventKind};

statements! {
    FIND_USER = "SELECT user_id FROM security_notices WHERE token_hash = $1 AND expires_at > $2";
    USE =
        "DELETE FROM security_notices WHERE token_hash = $1 AND expires_at > $2 \
         RETURNING email, email_canonical, email_version";
    /// Those to a newer address may have been mailed to whoever took the account over, and those to the
    /// same one have nothing more to say. One to an older address stays good.
    DELETE_OVERRULED = "DELETE FROM security_notices WHERE user_id = $1 AND email_version >= $2";
    /// Somebody who registered the address in the moment that it was free, and never proved it.
    FIND_UNPROVED =
        "SELECT id FROM users \
         WHERE email_canonical = $1 AND id <> $2 AND email_verified_at IS NULL";
    /// Leaves the address alone in the one case that somebody else has it.
    RESTORE_USER =
        "UPDATE users SET \
             email = CASE WHEN free THEN $2 ELSE email END, \
             email_canonical = CASE WHEN free THEN $3 ELSE email_canonical END, \
             email_verified_at = CASE WHEN free THEN $4 ELSE email_verified_at END, \
             email_version = email_version + 1, awaits_first_login = FALSE, \
             language = COALESCE($6, language), \
             password_hash = $5, password_version = password_version + 1, updated_at = $4 \
         FROM (SELECT NOT EXISTS ( \
             SELECT 1 FROM users WHERE email_canonical = $3 AND id <> $1) AS free) AS address \
         WHERE users.id = $1 RETURNING users.email_canonical";
}

/// What became of an account whose owner said "this was not me".
#[derive(Clone, Debug)]
pub struct Secured {
    pub user_id: Uuid,
    /// Where the notice had been mailed to, and the way to a new password now is.
    pub email: String,
    pub ended: EndedSessions,
    /// The unverified account that had the address, and that is deleted.
    pub replaced: Option<Uuid>,
}

impl Store {
    /// Uses up a notice's link: ends every session, voids the password, brings the address back to the
    /// one that the notice went to, forgets the devices, and mails a link to choose a new password. The passwords that
    /// the account had may not be set again until the given moment: somebody else may know them.
    /// `None`, and nothing changed, if the link is unknown, used or expired. Mail to the owner is in their language from
    /// now on, if they name one: a thief may have logged in with another.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn secure_account(
        &self,
        token: &HashedToken,
        deed: &Deed,
        reset: &NewReset,
        refuse_passwords_until: DateTime<Utc>,
        language: Option<&str>,
    ) -> Result<Option<Secured>, StoreError> {
        transaction!(&self.write, |tx| {
            let user_id: Option<Uuid> = sqlx::query_scalar(FIND_USER)
                .bind(token.0.as_slice())
                .bind(deed.at)
                .fetch_optional(&mut *tx)
                .await?;
            let Some(user_id) = user_id else {
                return Ok(None);
            };
            // What others are just writing about the account is written, or waits for us.
            lock_user!(self, tx, user_id);
            let notice: Option<(String, String, i64)> = sqlx::query_as(USE)
                .bind(token.0.as_slice())
                .bind(deed.at)
                .fetch_optional(&mut *tx)
                .await?;
            let Some((email, canonical, email_version)) = notice else {
                return Ok(None);
            };
            sqlx::query(DELETE_OVERRULED)
                .bind(user_id)
                .bind(email_version)
                .execute(&mut *tx)
                .await?;
            let squatter: Option<Uuid> = sqlx::query_scalar(FIND_UNPROVED)
                .bind(&canonical)
                .bind(user_id)
                .fetch_optional(&mut *tx)
                .await?;
            if let Some(squatter) = squatter {
                delete_user!(tx, squatter, deed.at);
            }
            sqlx::query(former_passwords::KEEP)
                .bind(deed.id)
                .bind(user_id)
                .bind(refuse_passwords_until)
                .execute(&mut *tx)
                .await?;
            sqlx::query(former_passwords::COMPROMISE)
                .bind(user_id)
                .bind(refuse_passwords_until)
                .execute(&mut *tx)
                .await?;
            let current: String = sqlx::query_scalar(RESTORE_USER)
                .bind(user_id)
                .bind(&email)
                .bind(&canonical)
                .bind(deed.at)
                .bind(NO_PASSWORD)
                .bind(language)
                .fetch_one(&mut *tx)
                .await?;
            let event = deed.event(user_id, SecurityEventKind::AccountSecured);
            insert_events!(tx, &[event]);
            let ended = end_sessions!(tx, user_id, None, EndReason::AccountSecured, deed);
            for forget in [email_changes::DELETE_OF_USER, known_devices::DELETE_OF_USER] {
                sqlx::query(forget).bind(user_id).execute(&mut *tx).await?;
            }
            insert_reset!(tx, reset, user_id, &current);
            insert_message!(tx, &reset.message, Some(user_id), &email);
            Some(Secured {
                user_id,
                email,
                ended,
                replaced: squatter,
            })
        })
    }
}
