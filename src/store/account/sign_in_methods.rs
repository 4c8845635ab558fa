//! The ways in which an account can be signed in to.

use constcat::concat;
use sqlx::FromRow;

use crate::domain::{RelyingPartyId, SignInMethods, UserId};
use crate::store::database::{Statement, Store, StoreError, Transaction};
use crate::store::second_factor::row::RECOVERY_CODES_LEFT;

const FIND: Statement = Statement::new(concat!(
    "SELECT ",
    HAS_PASSWORD,
    " AS has_password, users.second_factor_since IS NOT NULL AS has_totp, ",
    HAS_PASSKEY,
    ") AS has_passkey, ",
    HAS_PASSKEY,
    AND_VERIFIED,
    ") AS has_verifying_passkey, ",
    RECOVERY_CODES_LEFT,
    " FROM users WHERE users.id = $1",
));

const CAN_SIGN_IN: Statement = Statement::new(concat!(
    "SELECT EXISTS (SELECT 1 FROM users WHERE users.id = $1 AND (",
    HAS_PASSWORD,
    " OR ",
    HAS_PASSKEY,
    AND_VERIFIED,
    "))) AS found",
));

/// The condition that a user has a password.
pub const HAS_PASSWORD: &str = "users.password_hash NOT LIKE '!%'";

/// The start of the condition that a user has a passkey of a relying party.
const HAS_PASSKEY: &str = "EXISTS (SELECT 1 FROM passkeys \
     WHERE passkeys.user_id = users.id AND passkeys.relying_party = $2";

/// Restricts that condition to passkeys that sign in without a password.
const AND_VERIFIED: &str = " AND passkeys.user_verified";

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("FIND", FIND), ("CAN_SIGN_IN", CAN_SIGN_IN)];

#[derive(FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "as in the domain")]
struct SignInMethodsRow {
    has_password: bool,
    has_totp: bool,
    has_passkey: bool,
    has_verifying_passkey: bool,
    recovery_codes_left: i64,
}

impl Transaction {
    /// Returns whether a locked user can still sign in by themselves.
    pub async fn can_sign_in(
        &mut self,
        user_id: UserId,
        relying_party: &RelyingPartyId,
    ) -> Result<bool, StoreError> {
        let query = self.query(&CAN_SIGN_IN).bind(user_id);
        query.bind(relying_party.as_str()).scalar().await
    }
}

impl Store {
    /// Finds the ways in which a user can sign in, with passkeys of this relying party.
    pub async fn find_sign_in_methods(
        &self,
        user_id: UserId,
        relying_party: &RelyingPartyId,
    ) -> Result<Option<SignInMethods>, StoreError> {
        let query = self.read.query(&FIND).bind(user_id);
        let row: Option<SignInMethodsRow> = query.bind(relying_party.as_str()).optional().await?;
        Ok(row.map(|row| SignInMethods {
            has_password: row.has_password,
            has_totp: row.has_totp,
            has_passkey: row.has_passkey,
            has_verifying_passkey: row.has_verifying_passkey,
            recovery_codes_left: row.recovery_codes_left.cast_unsigned(),
        }))
    }
}
