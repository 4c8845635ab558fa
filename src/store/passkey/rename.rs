//! New names of passkeys.

use constcat::concat;

use super::row::{PASSKEY_COLUMNS, PasskeyRow};
use crate::domain::{Passkey, PasskeyId, PasskeyName, RelyingPartyId, UserId};
use crate::store::database::{Statement, Store, StoreError};

const RENAME: Statement = Statement::new(concat!(
    "UPDATE passkeys SET name = $3 WHERE id = $1 AND user_id = $2 RETURNING ",
    PASSKEY_COLUMNS,
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("RENAME", RENAME)];

impl Store {
    /// Gives a passkey of this user another name, and returns it; `None` if the user has no such passkey.
    pub async fn rename_passkey(
        &self,
        user_id: UserId,
        id: PasskeyId,
        name: &PasskeyName,
        relying_party: &RelyingPartyId,
    ) -> Result<Option<Passkey>, StoreError> {
        let query = self.write.query(&RENAME).bind(id).bind(user_id);
        let row: Option<PasskeyRow> = query.bind(name.as_str()).optional().await?;
        Ok(row.map(|row| row.at(relying_party)))
    }
}
