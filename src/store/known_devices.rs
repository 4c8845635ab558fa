//! The devices that signed in to an account, so that a new one can be told from them.

use super::pool::statements;

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
