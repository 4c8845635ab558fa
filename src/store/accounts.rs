//! The start of an account: registration in one piece, and the proof of its address.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::StoreError;
use super::organizations::role_word;
use super::outbox::{NewMessage, insert_message};
use super::pool::{Store, on, statements, transaction};
use super::users::{UserRow, user_columns};
use crate::domain::{
    DisplayName, EmailAddress, HashedToken, OrganizationName, Role, User, Username,
};

statements! {
    INSERT_USER = concat!(
        "INSERT INTO users (id, email, email_canonical, username, username_canonical, \
             display_name, password_hash, password_version, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $8) \
         ON CONFLICT DO NOTHING RETURNING ", user_columns!(),
    );
    EMAIL_EXISTS = "SELECT EXISTS (SELECT 1 FROM users WHERE email_canonical = $1) AS taken";
    INSERT_ORGANIZATION =
        "INSERT INTO organizations (id, name, slug, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT DO NOTHING";
    INSERT_MEMBERSHIP =
        "INSERT INTO memberships (id, user_id, organization_id, role, joined_at) \
         VALUES ($1, $2, $3, $4, $5)";
    INSERT_VERIFICATION =
        "INSERT INTO email_verifications \
             (id, user_id, email, token_hash, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6)";
    FIND_UNVERIFIED = concat!(
        "SELECT ", user_columns!(), " FROM users \
         WHERE email_canonical = $1 AND email_verified_at IS NULL",
    );
    USE_VERIFICATION =
        "UPDATE email_verifications SET used_at = $2 \
         WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 \
         RETURNING user_id, email";
    /// Finds nobody when the account has another address by now.
    VERIFY_USER = concat!(
        "UPDATE users SET email_verified_at = COALESCE(email_verified_at, $3), updated_at = $3 \
         WHERE id = $1 AND email_canonical = $2 RETURNING ", user_columns!(),
    );
    DELETE_VERIFICATIONS = "DELETE FROM email_verifications WHERE expires_at < $1";
}

/// Everything that a registration writes.
#[derive(Clone)]
pub struct NewAccount {
    pub user_id: Uuid,
    pub email: EmailAddress,
    pub username: Username,
    pub display_name: Option<DisplayName>,
    pub password_hash: String,
    pub organization_id: Uuid,
    pub organization_name: OrganizationName,
    /// The slugs to try in turn. The last one is random enough to be free.
    pub organization_slugs: [String; 2],
    pub membership_id: Uuid,
    pub verification: NewVerification,
    pub message: NewMessage,
    pub created_at: DateTime<Utc>,
}

/// A mailed link that proves an address.
#[derive(Clone, Debug)]
pub struct NewVerification {
    pub id: Uuid,
    pub user_id: Uuid,
    pub email: EmailAddress,
    pub token: HashedToken,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// What became of a registration.
#[derive(Clone, Debug)]
pub enum Registered {
    Done(User),
    EmailTaken,
    UsernameTaken,
}

macro_rules! insert_verification {
    ($tx:ident, $verification:expr) => {{
        let verification: &NewVerification = $verification;
        sqlx::query(INSERT_VERIFICATION)
            .bind(verification.id)
            .bind(verification.user_id)
            .bind(verification.email.canonical())
            .bind(verification.token.0.as_slice())
            .bind(verification.created_at)
            .bind(verification.expires_at)
            .execute(&mut *$tx)
            .await?;
    }};
}

impl Store {
    /// Writes a user, their organization, their ownership of it and the mail that proves their
    /// address: all of it or nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_account(&self, new: &NewAccount) -> Result<Registered, StoreError> {
        transaction!(&self.write, |tx| {
            let row: Option<UserRow> = sqlx::query_as(INSERT_USER)
                .bind(new.user_id)
                .bind(new.email.as_str())
                .bind(new.email.canonical())
                .bind(new.username.as_str())
                .bind(new.username.canonical())
                .bind(new.display_name.as_ref().map(DisplayName::as_str))
                .bind(&new.password_hash)
                .bind(new.created_at)
                .fetch_optional(&mut *tx)
                .await?;
            let Some(row) = row else {
                let email_taken: bool = sqlx::query_scalar(EMAIL_EXISTS)
                    .bind(new.email.canonical())
                    .fetch_one(&mut *tx)
                    .await?;
                return Ok(if email_taken {
                    Registered::EmailTaken
                } else {
                    Registered::UsernameTaken
                });
            };
            for slug in &new.organization_slugs {
                let made = sqlx::query(INSERT_ORGANIZATION)
                    .bind(new.organization_id)
                    .bind(new.organization_name.as_str())
                    .bind(slug)
                    .bind(new.created_at)
                    .execute(&mut *tx)
                    .await?
                    .rows_affected();
                if made > 0 {
                    break;
                }
            }
            sqlx::query(INSERT_MEMBERSHIP)
                .bind(new.membership_id)
                .bind(new.user_id)
                .bind(new.organization_id)
                .bind(role_word(Role::Owner))
                .bind(new.created_at)
                .execute(&mut *tx)
                .await?;
            insert_verification!(tx, &new.verification);
            insert_message!(tx, &new.message);
            Registered::Done(row.into())
        })
    }

    /// The user of an address that is still to be proved.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_unverified_user(
        &self,
        email: &EmailAddress,
    ) -> Result<Option<User>, StoreError> {
        let row: Option<UserRow> = on!(&self.read, |db| {
            sqlx::query_as(FIND_UNVERIFIED)
                .bind(email.canonical())
                .fetch_optional(db)
                .await
        })?;
        Ok(row.map(User::from))
    }

    /// Writes a further link for an address, and the mail that carries it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_verification(
        &self,
        verification: &NewVerification,
        message: &NewMessage,
    ) -> Result<(), StoreError> {
        transaction!(&self.write, |tx| {
            insert_verification!(tx, verification);
            insert_message!(tx, message);
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
        now: DateTime<Utc>,
    ) -> Result<Option<User>, StoreError> {
        transaction!(&self.write, |tx| {
            let pending: Option<(Uuid, String)> = sqlx::query_as(USE_VERIFICATION)
                .bind(token.0.as_slice())
                .bind(now)
                .fetch_optional(&mut *tx)
                .await?;
            let Some((user_id, email)) = pending else {
                return Ok(None);
            };
            let row: Option<UserRow> = sqlx::query_as(VERIFY_USER)
                .bind(user_id)
                .bind(email)
                .bind(now)
                .fetch_optional(&mut *tx)
                .await?;
            let Some(row) = row else { return Ok(None) };
            Some(row.into())
        })
    }

    /// Removes the links that expired before the given moment, and counts them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_verifications_expired_before(
        &self,
        cutoff: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        Ok(on!(&self.write, |db| {
            sqlx::query(DELETE_VERIFICATIONS)
                .bind(cutoff)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?)
    }
}
