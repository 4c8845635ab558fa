//! The devices that have logged in to an account. A login on any other device is announced to the owner.

use chrono::{DateTime, Utc};

use crate::domain::{Device, UserId};
use crate::store::database::{Statement, StoreError, Transaction};

/// Inserts no row for a device that the account knows.
const INSERT: Statement = Statement::new(
    "INSERT INTO known_devices (user_id, device, first_seen_at) VALUES ($1, $2, $3) \
     ON CONFLICT DO NOTHING",
);

/// Inserts no row if the account has a second factor.
const INSERT_BY_PASSWORD: Statement = Statement::new(
    "INSERT INTO known_devices (user_id, device, first_seen_at) \
     SELECT users.id, $2, $3 FROM users \
     WHERE users.id = $1 AND users.second_factor_since IS NULL ON CONFLICT DO NOTHING",
);

const IS_KNOWN: Statement = Statement::new(
    "SELECT EXISTS (SELECT 1 FROM known_devices WHERE user_id = $1 AND device = $2) AS is_known",
);

pub const DELETE_DEVICES: Statement =
    Statement::new("DELETE FROM known_devices WHERE user_id = $1");

/// Deletes the devices of an unverified account, which may be those of a stranger who registered with the address.
pub const DELETE_UNVERIFIED_DEVICES: Statement = Statement::new(
    "DELETE FROM known_devices WHERE user_id = $1 AND EXISTS \
         (SELECT 1 FROM users WHERE id = $1 AND email_verified_at IS NULL)",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("INSERT", INSERT),
    ("INSERT_BY_PASSWORD", INSERT_BY_PASSWORD),
    ("IS_KNOWN", IS_KNOWN),
    ("DELETE_DEVICES", DELETE_DEVICES),
    ("DELETE_UNVERIFIED_DEVICES", DELETE_UNVERIFIED_DEVICES),
];

impl Transaction {
    /// Forgets all devices of an account except this one.
    pub async fn know_only(
        &mut self,
        user_id: UserId,
        device: &Device,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.query(&DELETE_DEVICES).bind(user_id).execute().await?;
        self.insert_device(user_id, device, now).await?;
        Ok(())
    }

    /// Records a device that has shown the password alone, unless the account has a second factor. Returns whether the device
    /// is new to the account.
    pub async fn insert_device_by_password(
        &mut self,
        user_id: UserId,
        device: &Device,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let fingerprint = device.fingerprint();
        let is_known: bool = self
            .query(&IS_KNOWN)
            .bind(user_id)
            .bind(fingerprint.as_str())
            .scalar()
            .await?;
        self.query(&INSERT_BY_PASSWORD)
            .bind(user_id)
            .bind(fingerprint)
            .bind(now)
            .execute()
            .await?;
        Ok(!is_known)
    }

    /// Records a device. Returns whether it is new to the account.
    pub async fn insert_device(
        &mut self,
        user_id: UserId,
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
