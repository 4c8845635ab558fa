//! The devices that signed in to an account, so that a new one can be told from them.

use super::pool::statements;

statements! {
    /// A device that was seen before makes no row.
    INSERT =
        "INSERT INTO known_devices (user_id, device, first_seen_at) VALUES ($1, $2, $3) \
         ON CONFLICT DO NOTHING";
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
