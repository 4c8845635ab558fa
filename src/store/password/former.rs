//! Former passwords. After "this was not me", none of them may be set again.

use chrono::{DateTime, Utc};

use crate::domain::{SecurityEventId, UserId};
use crate::store::database::{Statement, Store, StoreError, Transaction};

/// The maximum number of former passwords that a new one is compared with. Each comparison takes as long as that of a
/// login.
const MAX_COMPARED: i64 = 20;

const KEEP_PASSWORD: Statement = Statement::new(
    "INSERT INTO former_passwords (id, user_id, password_hash, expires_at) \
     SELECT $1, id, password_hash, $3 FROM users WHERE id = $2 AND password_hash NOT LIKE '!%'",
);

const MARK_COMPROMISED: Statement = Statement::new(
    "UPDATE former_passwords SET is_compromised = TRUE, expires_at = $2 WHERE user_id = $1",
);

/// Lists the oldest first, because a thief can add any number of newer passwords.
const LIST_COMPROMISED: Statement = Statement::new(
    "SELECT password_hash FROM former_passwords \
     WHERE user_id = $1 AND is_compromised ORDER BY id LIMIT $2",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("KEEP_PASSWORD", KEEP_PASSWORD),
    ("MARK_COMPROMISED", MARK_COMPROMISED),
    ("LIST_COMPROMISED", LIST_COMPROMISED),
];

impl Transaction {
    /// Keeps the password that the transaction is about to replace, until the given moment. `id` is that of the event.
    pub async fn keep_password(
        &mut self,
        id: SecurityEventId,
        user_id: UserId,
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.query(&KEEP_PASSWORD)
            .bind(id)
            .bind(user_id)
            .bind(until)
            .execute()
            .await?;
        Ok(())
    }

    /// Marks the kept passwords of a user as compromised, and keeps them until the given moment.
    pub async fn mark_passwords_compromised(
        &mut self,
        user_id: UserId,
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.query(&MARK_COMPROMISED)
            .bind(user_id)
            .bind(until)
            .execute()
            .await?;
        Ok(())
    }
}

impl Store {
    /// Lists the hashes of a user's compromised passwords: those before the latest "this was not me".
    pub async fn list_compromised_hashes(
        &self,
        user_id: UserId,
    ) -> Result<Vec<String>, StoreError> {
        self.read
            .query(&LIST_COMPROMISED)
            .bind(user_id)
            .bind(MAX_COMPARED)
            .all_scalars()
            .await
    }
}
