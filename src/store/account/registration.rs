//! Registrations with an unverified address. The owner of the mailbox can view one, and delete it if it is not theirs.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;

use super::user::LinkError;
use crate::domain::{AuditContext, Device, EmailAddress, HashedToken, PendingRegistration, UserId};
use crate::store::database::{Committed, Statement, Store, StoreError, Transaction};
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

/// Finds nothing if the account has another address now.
const FIND_BY_TOKEN: Statement = Statement::new(concat!(
    SELECT_REGISTRATION,
    "email_verifications AS link JOIN users \
         ON users.id = link.user_id AND users.email_canonical = link.email",
    WHERE_UNVERIFIED,
    "link.token_hash = $1 AND link.used_at IS NULL AND link.expires_at > $2",
));

/// Selects a [`RegistrationRow`]; the tables follow. The device is from the event in [`WHERE_UNVERIFIED`].
const SELECT_REGISTRATION: &str = "SELECT users.id AS user_id, users.email, users.username, \
         users.created_at AS registered_at, event.device_name, event.user_agent \
     FROM ";

/// Joins the event of the registration, which is the first of its account unless it has been purged, and requires that
/// the address is unverified. Another condition follows.
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
    user_id: UserId,
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
    /// Finds and locks the account that a mailed link would verify. The link is invalid once the address is verified.
    async fn lock_registration(
        &mut self,
        token: &HashedToken,
        now: DateTime<Utc>,
    ) -> Result<UserId, LinkError> {
        let user_id = self.lock_user_of_token(&FIND_USER, token, now).await?;
        // The address may have been verified while this transaction waited for the lock.
        let pending: Option<RegistrationRow> = self
            .query(&FIND_BY_TOKEN)
            .bind(token.as_bytes())
            .bind(now)
            .optional()
            .await?;
        pending.map(|_| user_id).ok_or(LinkError::Invalid)
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
        user_id: UserId,
    ) -> Result<Option<PendingRegistration>, StoreError> {
        let row: Option<RegistrationRow> = self
            .read
            .query(&FIND_BY_USER)
            .bind(user_id)
            .optional()
            .await?;
        Ok(row.map(PendingRegistration::from))
    }

    /// Finds the registration that a mailed link would verify; `None` if the link is unknown, used or expired, or the
    /// address is already verified.
    pub async fn find_registration_by_token(
        &self,
        token: &HashedToken,
        now: DateTime<Utc>,
    ) -> Result<Option<PendingRegistration>, StoreError> {
        let row: Option<RegistrationRow> = self
            .read
            .query(&FIND_BY_TOKEN)
            .bind(token.as_bytes())
            .bind(now)
            .optional()
            .await?;
        Ok(row.map(PendingRegistration::from))
    }

    /// Deletes the account that a mailed link would verify, with everything about it, and returns its id. Refuses if an
    /// organization would be left without an owner, which cannot happen: members need a verified address.
    pub async fn delete_registration(
        &self,
        token: &HashedToken,
        audit: &AuditContext,
    ) -> Result<Committed<UserId>, LinkError> {
        let mut tx = self.begin().await?;
        let user_id = tx.lock_registration(token, audit.at).await?;
        let ownerless = tx.delete_account(user_id, audit).await?;
        if !ownerless.is_empty() {
            return Err(LinkError::Invalid);
        }
        Ok(tx.commit(user_id).await?)
    }
}
