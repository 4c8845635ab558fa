//! Registrations that wait for the proof of their address: who registered, and the end of one that the owner of the
//! mailbox did not make.

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::StoreError;
use super::account_deletions::delete_account;
use super::email_verifications::FIND_USER;
use super::pool::{Store, on, statements, transaction};
use super::users::lock_user;
use crate::domain::{Device, EmailAddress, HashedToken, PendingRegistration};

/// Reads a [`RegistrationRow`]. The device is that of the event, which is the first of its account and may be purged.
macro_rules! select_registration {
    ($from:literal, $condition:literal) => {
        concat!(
            "SELECT users.id AS user_id, users.email, users.username, \
                 users.created_at AS registered_at, event.device_name, event.user_agent \
             FROM ",
            $from,
            " LEFT JOIN security_events AS event ON event.id = \
                 (SELECT id FROM security_events \
                  WHERE user_id = users.id AND kind = 'REGISTERED' ORDER BY id LIMIT 1) \
             WHERE users.email_verified_at IS NULL AND ",
            $condition,
        )
    };
}

statements! {
    FIND_BY_EMAIL = select_registration!("users", "users.email_canonical = $1");
    FIND_BY_USER = select_registration!("users", "users.id = $1");
    /// Finds nothing when the account has another address by now.
    FIND_BY_TOKEN = select_registration!(
        "email_verifications AS link JOIN users \
             ON users.id = link.user_id AND users.email_canonical = link.email",
        "link.token_hash = $1 AND link.used_at IS NULL AND link.expires_at > $2"
    );
}

#[derive(FromRow)]
struct RegistrationRow {
    user_id: Uuid,
    email: String,
    username: String,
    registered_at: DateTime<Utc>,
    device_name: Option<String>,
    user_agent: Option<String>,
}

impl From<RegistrationRow> for PendingRegistration {
    fn from(row: RegistrationRow) -> Self {
        Self {
            user_id: row.user_id,
            email: row.email,
            username: row.username,
            registered_at: row.registered_at,
            device: Device {
                name: row.device_name,
                user_agent: row.user_agent,
                ..Device::unknown()
            },
        }
    }
}

impl Store {
    /// The registration that waits for the proof of this address.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_registration_by_email(
        &self,
        email: &EmailAddress,
    ) -> Result<Option<PendingRegistration>, StoreError> {
        let row: Option<RegistrationRow> = on!(&self.read, |db| {
            sqlx::query_as(FIND_BY_EMAIL)
                .bind(email.canonical())
                .fetch_optional(db)
                .await
        })?;
        Ok(row.map(PendingRegistration::from))
    }

    /// The registration of a user who has not proved their address.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_registration_of_user(
        &self,
        user_id: Uuid,
    ) -> Result<Option<PendingRegistration>, StoreError> {
        let row: Option<RegistrationRow> = on!(&self.read, |db| {
            sqlx::query_as(FIND_BY_USER)
                .bind(user_id)
                .fetch_optional(db)
                .await
        })?;
        Ok(row.map(PendingRegistration::from))
    }

    /// The registration whose address a mailed link would verify; `None` if the link is unknown, used or expired, or
    /// the address is verified by now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_registration_by_token(
        &self,
        token: &HashedToken,
        now: DateTime<Utc>,
    ) -> Result<Option<PendingRegistration>, StoreError> {
        let row: Option<RegistrationRow> = on!(&self.read, |db| {
            sqlx::query_as(FIND_BY_TOKEN)
                .bind(token.0.as_slice())
                .bind(now)
                .fetch_optional(db)
                .await
        })?;
        Ok(row.map(PendingRegistration::from))
    }

    /// Deletes the account whose address a mailed link would verify, with everything about it, and answers whose it
    /// was. `None`, and nothing changed, if the link is unknown, used or expired, if the address is verified by now, or
    /// if others would be left in an organization without an owner. That needs a verified address, so it cannot happen.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_registration(
        &self,
        token: &HashedToken,
        now: DateTime<Utc>,
    ) -> Result<Option<Uuid>, StoreError> {
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
            // A transaction that held the account before this one may have verified its address.
            let pending: Option<RegistrationRow> = sqlx::query_as(FIND_BY_TOKEN)
                .bind(token.0.as_slice())
                .bind(now)
                .fetch_optional(&mut *tx)
                .await?;
            if pending.is_none() {
                return Ok(None);
            }
            let left_ownerless = delete_account!(self, tx, user_id, now);
            left_ownerless.is_empty().then_some(user_id)
        })
    }
}
