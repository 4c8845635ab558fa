//! The passwords that accounts had: after "this was not me", none of them may be set again.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::store::database::{Statement, Store, StoreError, Transaction};

/// The most passwords that a new one is compared with. Each comparison takes as long as that of a login.
const MAX_COMPARED: i64 = 20;

const KEEP: Statement = Statement::new(
    "INSERT INTO former_passwords (id, user_id, password_hash, expires_at) \
     SELECT $1, id, password_hash, $3 FROM users WHERE id = $2 AND password_hash NOT LIKE '!%'",
);

const COMPROMISE: Statement = Statement::new(
    "UPDATE former_passwords SET is_compromised = TRUE, expires_at = $2 WHERE user_id = $1",
);

/// Lists the oldest first: a thief can put any number of their own behind the owner's.
const COMPROMISED: Statement = Statement::new(
    "SELECT password_hash FROM former_passwords \
     WHERE user_id = $1 AND is_compromised ORDER BY id LIMIT $2",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("KEEP", KEEP),
    ("COMPROMISE", COMPROMISE),
    ("COMPROMISED", COMPROMISED),
];

impl Transaction {
    /// Keeps the password that the transaction is about to replace, until the given moment.
    pub async fn keep_password(
        &mut self,
        id: Uuid,
        user_id: Uuid,
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.query(&KEEP)
            .bind(id)
            .bind(user_id)
            .bind(until)
            .execute()
            .await?;
        Ok(())
    }

    /// Notes that somebody else may know the passwords that are kept of a user, and keeps them until the given moment.
    pub async fn compromise_passwords(
        &mut self,
        user_id: Uuid,
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.query(&COMPROMISE)
            .bind(user_id)
            .bind(until)
            .execute()
            .await?;
        Ok(())
    }
}

impl Store {
    /// Lists the hashes of the passwords that somebody else may know: the user had them, and has said "this was not me"
    /// since.
    pub async fn list_compromised_hashes(&self, user_id: Uuid) -> Result<Vec<String>, StoreError> {
        self.read
            .query(&COMPROMISED)
            .bind(user_id)
            .bind(MAX_COMPARED)
            .all_scalars()
            .await
    }
}
