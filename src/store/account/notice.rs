//! Notices of what happened to an account, each with a link that says "this was not me".

use chrono::{DateTime, Utc};
use constcat::concat;
use uuid::Uuid;

use crate::domain::{Device, HashedToken, SecurityEvent};
use crate::store::database::{Statement, Store, StoreError, Transaction};
use crate::store::outbox::NewMessage;

/// On PostgreSQL, waits for a change of address that is under way: otherwise the notice would go, with a link that undoes
/// things, to an address that its owner has just taken the account away from.
const INSERT: Statement = Statement::of_each(
    concat!(INSERT_FOR_USER, " RETURNING email"),
    concat!(INSERT_FOR_USER, " FOR SHARE OF users RETURNING email"),
);

/// Writes nothing to an unverified address: nobody knows whose it is.
const INSERT_FOR_USER: &str = "INSERT INTO security_notices \
         (id, user_id, email, email_canonical, email_version, token_hash, \
          created_at, expires_at) \
     SELECT $1, users.id, users.email, users.email_canonical, users.email_version, \
         $3, $4, $5 \
     FROM users WHERE users.id = $2 AND users.email_verified_at IS NOT NULL";

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("INSERT", INSERT)];

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

/// The address that a notice went to; none if the user's address is unverified.
#[derive(Clone, Debug, Default)]
pub struct Notified(pub Option<String>);

impl Transaction {
    /// Writes a notice to a user. Returns where it goes.
    pub async fn insert_notice(
        &mut self,
        notice: &NewNotice,
        user_id: Uuid,
    ) -> Result<Notified, StoreError> {
        let recipient: Option<String> = self
            .query(&INSERT)
            .bind(notice.id)
            .bind(user_id)
            .bind(notice.token.0.as_slice())
            .bind(notice.created_at)
            .bind(notice.expires_at)
            .optional_scalar()
            .await?;
        if let Some(recipient) = &recipient {
            self.insert_message(&notice.message, Some(user_id), recipient)
                .await?;
        }
        Ok(Notified(recipient))
    }
}

impl Store {
    /// Writes the event of a right password that made no session. A device that is new to the account is
    /// known from then on, and its owner gets a notice, as after a login. Returns where the notice went.
    pub async fn record_known_password(
        &self,
        event: &SecurityEvent,
        device: &Device,
        notice: &NewNotice,
    ) -> Result<Notified, StoreError> {
        let user_id = event.user_id;
        let mut tx = self.begin().await?;
        if tx.lock_user(user_id).await?.is_none() {
            return Ok(Notified::default());
        }
        tx.insert_events(std::slice::from_ref(event)).await?;
        // The device is known from here on, so that its login will not be the first of a new one.
        tx.end_first_login(user_id).await?;
        let is_new = tx.insert_device(user_id, device, event.at).await?;
        let notified = if is_new {
            tx.insert_notice(notice, user_id).await?
        } else {
            Notified::default()
        };
        tx.commit(notified).await
    }
}
