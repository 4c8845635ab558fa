//! The ways in which an account can be signed in to.

use constcat::concat;
use sqlx::FromRow;

use crate::domain::{SignInMethods, UserId};
use crate::store::database::{Statement, Store, StoreError};
use crate::store::second_factor::row::RECOVERY_CODES_LEFT;

const FIND: Statement = Statement::new(concat!(
    "SELECT users.password_hash NOT LIKE '!%' AS has_password, \
         users.second_factor_since IS NOT NULL AS has_totp, ",
    RECOVERY_CODES_LEFT,
    " FROM users WHERE users.id = $1",
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("FIND", FIND)];

#[derive(FromRow)]
struct SignInMethodsRow {
    has_password: bool,
    has_totp: bool,
    recovery_codes_left: i64,
}

impl Store {
    /// Finds the ways in which a user can sign in.
    pub async fn find_sign_in_methods(
        &self,
        user_id: UserId,
    ) -> Result<Option<SignInMethods>, StoreError> {
        let query = self.read.query(&FIND).bind(user_id);
        let row: Option<SignInMethodsRow> = query.optional().await?;
        Ok(row.map(|row| SignInMethods {
            has_password: row.has_password,
            has_totp: row.has_totp,
            recovery_codes_left: row.recovery_codes_left.cast_unsigned(),
        }))
    }
}
