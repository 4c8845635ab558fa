//! Registrations whose address is not verified yet: looking at one, and deleting one that the owner of the mailbox did
//! not make.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;
use uuid::Uuid;

use crate::domain::{Device, EmailAddress, HashedToken, PendingRegistration};
use crate::store::database::{Statement, Store, StoreError, Transaction};
use crate::store::email::verify::FIND_USER;

const FIND_BY_EMAIL: Statement = Statement::new(concat!(
    SELECT_REGISTRATION,
    "users",
    WHERE_UNVERIFIED,
    "users.email_canonical = $1",
));

const FIND_BY_USER: Statement = Statement::new(concat!(
    SELECT_REGISTRATION,
    "users",
    WHERE_UNVERIFIED,
    "users.id = $1",
));

/// Finds nothing when the account has another address by now.
const FIND_BY_TOKEN: Statement = Statement::new(concat!(
    SELECT_REGISTRATION,
    "email_verifications AS link JOIN users \
         ON users.id = link.user_id AND users.email_canonical = link.email",
    WHERE_UNVERIFIED,
    "link.token_hash = $1 AND link.used_at IS NULL AND link.expires_at > $2",
));

/// Reads a [`RegistrationRow`] from the tables that follow. The device is that of the event in [`WHERE_UNVERIFIED`].
const SELECT_REGISTRATION: &str = "SELECT users.id AS user_id, users.email, users.username, \
         users.created_at AS registered_at, event.device_name, event.user_agent \
     FROM ";

/// Adds the event of the registration, which is the first of its account and may be purged, and the condition that the
/// address is unverified. Another condition follows.
const WHERE_UNVERIFIED: &str = " LEFT JOIN security_events AS event ON event.id = \
         (SELECT id FROM security_events \
          WHERE user_id = users.id AND kind = 'REGISTERED' ORDER BY id LIMIT 1) \
     WHERE users.email_verified_at IS NULL AND ";

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("FIND_BY_EMAIL", FIND_BY_EMAIL),
    ("FIND_BY_USER", FIND_BY_USER),
    ("FIND_BY_TOKEN", FIND_BY_TOKEN),
];

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

impl Transaction {
    /// Finds and locks the account whose address a mailed link would verify; `None` if the link is unknown, used or
    /// expired, or the address is verified by now.
    async fn lock_registration(
        &mut self,
        token: &HashedToken,
        now: DateTime<Utc>,
    ) -> Result<Option<Uuid>, StoreError> {
        let Some(user_id) = self.lock_user_of_token(&FIND_USER, token, now).await? else {
            return Ok(None);
        };
        // A transaction that held the account before this one may have verified its address.
        let pending: Option<RegistrationRow> = self
            .query(&FIND_BY_TOKEN)
            .bind(token.0.as_slice())
            .bind(now)
            .optional()
            .await?;
        Ok(pending.map(|_| user_id))
    }
}

impl Store {
    /// Finds the unverified registration of an address.
    pub async fn find_registration_by_email(
        &self,
        email: &EmailAddress,
    ) -> Result<Option<PendingRegistration>, StoreError> {
        let row: Option<RegistrationRow> = self
            .read
            .query(&FIND_BY_EMAIL)
            .bind(email.canonical())
            .optional()
            .await?;
        Ok(row.map(PendingRegistration::from))
    }

    /// Finds the registration of a user, if their address is unverified.
    pub async fn find_registration_of_user(
        &self,
        user_id: Uuid,
    ) -> Result<Option<PendingRegistration>, StoreError> {
        let row: Option<RegistrationRow> = self
            .read
            .query(&FIND_BY_USER)
            .bind(user_id)
            .optional()
            .await?;
        Ok(row.map(PendingRegistration::from))
    }

    /// Finds the registration whose address a mailed link would verify; `None` if the link is unknown, used or expired,
    /// or the address is verified by now.
    pub async fn find_registration_by_token(
        &self,
        token: &HashedToken,
        now: DateTime<Utc>,
    ) -> Result<Option<PendingRegistration>, StoreError> {
        let row: Option<RegistrationRow> = self
            .read
            .query(&FIND_BY_TOKEN)
            .bind(token.0.as_slice())
            .bind(now)
            .optional()
            .await?;
        Ok(row.map(PendingRegistration::from))
    }

    /// Deletes the account whose address a mailed link would verify, with everything about it, and returns whose it
    /// was. `None`, and nothing changed, if the link is unknown, used or expired, if the address is verified by now, or
    /// if others would be left in an organization without an owner. That needs a verified address, so it cannot happen.
    pub async fn delete_registration(
        &self,
        token: &HashedToken,
        now: DateTime<Utc>,
    ) -> Result<Option<Uuid>, StoreError> {
        let mut tx = self.begin().await?;
        let Some(user_id) = tx.lock_registration(token, now).await? else {
            return Ok(None);
        };
        let ownerless = tx.delete_account(user_id, now).await?;
        tx.commit(ownerless.is_empty().then_some(user_id)).await
    }
}
