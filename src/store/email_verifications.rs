//! The proof of a new user's address.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::StoreError;
use super::outbox::{NewMessage, pretend_message};
use super::pool::{Store, statements, transaction};
use super::security_events::insert_events;
use super::users::{
    FIND_UNVERIFIED, FIND_UNVERIFIED_ON_POSTGRES, UserRow, lock_user, user_columns,
};
use crate::domain::{Deed, EmailAddress, HashedToken, SecurityEventKind, User};

statements! {
    INSERT =
        "INSERT INTO email_verifications \
             (id, user_id, email, token_hash, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6)";
    FIND_USER =
        "SELECT user_id FROM email_verifications \
         WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2";
    USE =
        "UPDATE email_verifications SET used_at = $2 \
         WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 \
         RETURNING email";
    /// Finds nobody when the account has another address by now.
    VERIFY_USER = concat!(
        "UPDATE users SET email_verified_at = COALESCE(email_verified_at, $3), updated_at = $3 \
         WHERE id = $1 AND email_canonical = $2 RETURNING ", user_columns!(),
    );
}

/// A mailed link that proves an address, and the mail that carries it.
#[derive(Clone, Debug)]
pub struct NewVerification {
    pub id: Uuid,
    pub token: HashedToken,
    pub message: NewMessage,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Writes a link that proves an address, and its mail, inside the caller's transaction.
macro_rules! insert_verification {
    ($tx:ident, $verification:expr, $user_id:expr, $canonical:expr, $recipient:expr) => {{
        let verification: &$crate::store::NewVerification = $verification;
        let canonical: &str = $canonical;
        sqlx::query($crate::store::email_verifications::INSERT)
            .bind(verification.id)
            .bind($user_id)
            .bind(canonical)
            .bind(verification.token.0.as_slice())
            .bind(verification.created_at)
            .bind(verification.expires_at)
            .execute(&mut *$tx)
            .await?;
        $crate::store::outbox::insert_message!(
            $tx,
            &verification.message,
            Some($user_id),
            $recipient
        );
    }};
}
pub(super) use insert_verification;

impl Store {
    /// Writes a further link for an address that waits for its proof, and its mail, which names the registration of
    /// this user. Answers where the mail goes; `None`, after the same work, if there is no such address, or another
    /// user has it by now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_verification(
        &self,
        email: &EmailAddress,
        registered: Option<Uuid>,
        verification: &NewVerification,
    ) -> Result<Option<String>, StoreError> {
        let find = self.engines(FIND_UNVERIFIED, FIND_UNVERIFIED_ON_POSTGRES);
        transaction!(&self.write, |tx| {
            let user: Option<(Uuid, String)> = sqlx::query_as(find)
                .bind(email.canonical())
                .fetch_optional(&mut *tx)
                .await?;
            let named = user.filter(|(user_id, _)| registered == Some(*user_id));
            if let Some((user_id, recipient)) = named {
                insert_verification!(tx, verification, user_id, email.canonical(), &recipient);
                Some(recipient)
            } else {
                pretend_message!(tx, &verification.message, email.as_str());
                None
            }
        })
    }

    /// Uses up a mailed link and marks its address as proved. `None`, and nothing changed, if the
    /// link is unknown, used, expired, or for an address that the account no longer has.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn verify_email(
        &self,
        token: &HashedToken,
        deed: &Deed,
    ) -> Result<Option<User>, StoreError> {
        let now = deed.at;
        transaction!(&self.write, |tx| {
            let user_id: Option<Uuid> = sqlx::query_scalar(FIND_USER)
                .bind(token.0.as_slice())
                .bind(now)
                .fetch_optional(&mut *tx)
                .await?;
            let Some(user_id) = user_id else {
                return Ok(None);
            };
            lock_user!(self, tx, user_id);
            let email: Option<String> = sqlx::query_scalar(USE)
                .bind(token.0.as_slice())
                .bind(now)
                .fetch_optional(&mut *tx)
                .await?;
            let Some(email) = email else {
                return Ok(None);
            };
            let row: Option<UserRow> = sqlx::query_as(VERIFY_USER)
                .bind(user_id)
                .bind(email)
                .bind(now)
                .fetch_optional(&mut *tx)
                .await?;
            let Some(row) = row else { return Ok(None) };
            let event = deed.event(user_id, SecurityEventKind::EmailVerified);
            insert_events!(tx, &[event]);
            Some(row.into())
        })
    }
}
