//! Password hashes: replacing an outdated one, and listing all.

use crate::domain::UserId;
use crate::store::database::{Statement, Store, StoreError};

/// The start of the hash of a void password, which no password matches, as in shadow(5).
pub const NO_PASSWORD: &str = "!";

/// Skips void passwords, whose hashes begin with `!`.
const PASSWORD_HASHES: Statement = Statement::new(
    "SELECT id, password_hash FROM users WHERE id > $1 AND password_hash NOT LIKE '!%' \
     ORDER BY id LIMIT $2",
);

/// Keeps the version, because the password itself does not change.
const UPGRADE_HASH: Statement =
    Statement::new("UPDATE users SET password_hash = $3 WHERE id = $1 AND password_version = $2");

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("PASSWORD_HASHES", PASSWORD_HASHES),
    ("UPGRADE_HASH", UPGRADE_HASH),
];

impl Store {
    /// Replaces the hash of a password, unless the password was changed in the meantime.
    pub async fn upgrade_password_hash(
        &self,
        user_id: UserId,
        password_version: i64,
        password_hash: &str,
    ) -> Result<(), StoreError> {
        self.write
            .query(&UPGRADE_HASH)
            .bind(user_id)
            .bind(password_version)
            .bind(password_hash)
            .execute()
            .await?;
        Ok(())
    }

    /// Lists the password hashes that are not void, each with the id of its user, from the user after this one on.
    pub async fn list_password_hashes(
        &self,
        after: UserId,
        limit: u32,
    ) -> Result<Vec<(UserId, String)>, StoreError> {
        self.read
            .query(&PASSWORD_HASHES)
            .bind(after)
            .bind(i64::from(limit))
            .all()
            .await
    }
}
