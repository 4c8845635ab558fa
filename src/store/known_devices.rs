//! The devices that signed in to an account, so that a new one can be told from them.

use super::StoreError;
use super::pool::{Store, statements, transaction};
use super::security_events::insert_events;
use super::security_notices::{NewNotice, Notified, insert_notice};
use super::sessions::END_FIRST_LOGIN;
use super::users::lock_user;
use crate::domain::{Device, SecurityEvent};

statements! {
    /// A device that was seen before makes no row.
    INSERT =
        "INSERT INTO known_devices (user_id, device, first_seen_at) VALUES ($1, $2, $3) \
         ON CONFLICT DO NOTHING";
    DELETE_OF_USER = "DELETE FROM known_devices WHERE user_id = $1";
    /// Those of a stranger, who registered with an address that was not theirs.
    DELETE_OF_UNPROVED =
        "DELETE FROM known_devices WHERE user_id = $1 AND EXISTS \
             (SELECT 1 FROM users WHERE id = $1 AND email_verified_at IS NULL)";
}

/// Remembers a device inside the caller's transaction; answers 1 if it is new to the account.
macro_rules! insert_device {
    ($tx:ident, $user_id:expr, $device:expr, $now:expr) => {{
        let device: &$crate::domain::Device = $device;
        sqlx::query($crate::store::known_devices::INSERT)
            .bind($user_id)
            .bind(device.fingerprint())
            .bind($now)
            .execute(&mut *$tx)
            .await?
            .rows_affected()
    }};
}
pub(super) use insert_device;

impl Store {
    /// Writes the event of a right password that made no session. A device that is new to the account is
    /// known from then on, and its owner gets a notice, as after a login. Returns where the notice went.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_known_password(
        &self,
        event: &SecurityEvent,
        device: &Device,
        notice: &NewNotice,
    ) -> Result<Notified, StoreError> {
        let user_id = event.user_id;
        transaction!(&self.write, |tx| {
            if lock_user!(self, tx, user_id).is_none() {
                return Ok(Notified::default());
            }
            insert_events!(tx, std::slice::from_ref(event));
            // The device is known from here on, so that its login will not be the first of a new one.
            sqlx::query(END_FIRST_LOGIN)
                .bind(user_id)
                .execute(&mut *tx)
                .await?;
            let is_new = insert_device!(tx, user_id, device, event.at) > 0;
            if is_new {
                insert_notice!(self, tx, notice, user_id)
            } else {
                Notified::default()
            }
        })
    }
}
