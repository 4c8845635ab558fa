//! The row of an account's second factors.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;

use crate::domain::{StoredFactors, StoredTotp};

/// The columns of a [`FactorsRow`], in a statement that reads `users`.
pub const FACTOR_COLUMNS: &str = concat!(
    "(SELECT totps.secret FROM totps WHERE totps.user_id = users.id) AS totp_secret, \
     (SELECT totps.confirmed_at FROM totps WHERE totps.user_id = users.id) AS totp_confirmed_at, \
     (SELECT recovery_code_sets.parameters FROM recovery_code_sets \
         WHERE recovery_code_sets.user_id = users.id) AS recovery_parameters, ",
    RECOVERY_CODES_LEFT,
);

/// The number of an account's recovery codes that are left.
pub const RECOVERY_CODES_LEFT: &str = "(SELECT COUNT(*) FROM recovery_codes \
     WHERE recovery_codes.user_id = users.id) AS recovery_codes_left";

#[derive(FromRow)]
pub struct FactorsRow {
    totp_secret: Option<Vec<u8>>,
    totp_confirmed_at: Option<DateTime<Utc>>,
    recovery_parameters: Option<String>,
    recovery_codes_left: i64,
}

impl From<FactorsRow> for StoredFactors {
    fn from(row: FactorsRow) -> Self {
        let totp = row.totp_secret.zip(row.totp_confirmed_at);
        Self {
            totp: totp.map(|(sealed, confirmed_at)| StoredTotp {
                sealed,
                confirmed_at,
            }),
            recovery_parameters: row.recovery_parameters,
            recovery_codes_left: row.recovery_codes_left.cast_unsigned(),
        }
    }
}
