//! The devices that have logged in to an account. A login on any other device is announced to the owner.

use chrono::{DateTime, Utc};

use crate::domain::{Device, UserId};
use crate::store::database::{Statement, StoreError, Transaction};

/// Inserts no row for a device that the account knows.
const INSERT: Statement = Statement::new(
    "INSERT INTO known_devices (user_id, device, first_seen_at) VALUES ($1, $2, $3) \
     ON CONFLICT DO NOTHING",
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
    ("DELETE_DEVICES", DELETE_DEVICES),
    ("DELETE_UNVERIFIED_DEVICES", DELETE_UNVERIFIED_DEVICES),
];

impl Transaction {
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
