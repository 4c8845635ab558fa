//! The devices that signed in to an account, so that a new one can be told from them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::StoreError;
use super::database::{Statement, Transaction};
use super::open::Store;
use super::security_notices::{NewNotice, Notified};
use super::sessions::END_FIRST_LOGIN;
use crate::domain::{Device, SecurityEvent};

/// Makes no row of a device that was seen before.
const INSERT: Statement = Statement::new(
    "INSERT INTO known_devices (user_id, device, first_seen_at) VALUES ($1, $2, $3) \
     ON CONFLICT DO NOTHING",
);

pub(super) const DELETE_OF_USER: Statement =
    Statement::new("DELETE FROM known_devices WHERE user_id = $1");

/// Forgets the devices of a stranger, who registered with an address that was not theirs.
pub(super) const DELETE_OF_UNVERIFIED: Statement = Statement::new(
    "DELETE FROM known_devices WHERE user_id = $1 AND EXISTS \
         (SELECT 1 FROM users WHERE id = $1 AND email_verified_at IS NULL)",
);

#[cfg(test)]
pub(super) const STATEMENTS: &[(&str, Statement)] = &[
    ("INSERT", INSERT),
    ("DELETE_OF_USER", DELETE_OF_USER),
    ("DELETE_OF_UNVERIFIED", DELETE_OF_UNVERIFIED),
];

impl Transaction {
    /// Remembers a device. Returns whether it is new to the account.
    pub(super) async fn insert_device(
        &mut self,
        user_id: Uuid,
        device: &Device,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let inserted = self
            .query(&INSERT)
            .bind(user_id)
            .bind(device.fingerprint())
            .bind(now)
            .execute()
            .await?;
        Ok(inserted > 0)
    }
}

impl Store {
    /// Writes the event of a right password that made no session. A device that is new to the account is
    /// known from then on, and its owner gets a notice, as after a login. Returns where the notice went.
    pub async fn insert_known_password(
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
        tx.query(&END_FIRST_LOGIN).bind(user_id).execute().await?;
        let is_new = tx.insert_device(user_id, device, event.at).await?;
        let notified = if is_new {
            tx.insert_notice(notice, user_id).await?
        } else {
            Notified::default()
        };
        tx.commit(notified).await
    }
}
