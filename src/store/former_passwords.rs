//! The passwords that accounts had: after "this was not me", none of them may be set again.

use uuid::Uuid;

use super::StoreError;
use super::pool::{Store, on, statements};

statements! {
    /// Keeps the password that the caller's transaction is about to replace.
    KEEP =
        "INSERT INTO former_passwords (id, user_id, password_hash, expires_at) \
         SELECT $1, id, password_hash, $3 FROM users WHERE id = $2 AND password_hash NOT LIKE '!%'";
    COMPROMISE =
        "UPDATE former_passwords SET is_compromised = TRUE, expires_at = $2 WHERE user_id = $1";
    /// The oldest first: a thief can put any number of their own behind the owner's.
    COMPROMISED =
        "SELECT password_hash FROM former_passwords \
         WHERE user_id = $1 AND is_compromised ORDER BY id LIMIT $2";
}

/// The most passwords that a new one is compared with. Each comparison takes as long as that of a login.
const MAX_COMPARED: i64 = 20;

impl Store {
    /// The hashes of the passwords that somebody else may know: the user had them, and has said "this was not me" since.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_compromised_hashes(&self, user_id: Uuid) -> Result<Vec<String>, StoreError> {
        on!(&self.read, |db| {
            sqlx::query_scalar(COMPROMISED)
                .bind(user_id)
                .bind(MAX_COMPARED)
                .fetch_all(db)
                .await
        })
    }
}
