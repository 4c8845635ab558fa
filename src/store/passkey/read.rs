//! The passkeys of an account.

use constcat::concat;

use super::row::{PASSKEY_COLUMNS, PasskeyRow};
use crate::domain::{Passkey, RelyingPartyId, UserId};
use crate::store::database::{Statement, Store, StoreError};

const LIST: Statement = Statement::new(concat!(
    "SELECT ",
    PASSKEY_COLUMNS,
    " FROM passkeys WHERE user_id = $1 ORDER BY id"
));

const LIST_CREDENTIALS: Statement = Statement::new(
    "SELECT credential_id, transports, user_verified FROM passkeys \
     WHERE user_id = $1 AND relying_party = $2 ORDER BY id",
);

const COUNT_OF_OTHERS: Statement =
    Statement::new("SELECT COUNT(*) AS count FROM passkeys WHERE relying_party <> $1");

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("LIST", LIST),
    ("LIST_CREDENTIALS", LIST_CREDENTIALS),
    ("COUNT_OF_OTHERS", COUNT_OF_OTHERS),
];

/// A credential as browsers are told of it.
#[derive(Clone, Debug)]
pub struct KnownCredential {
    pub id: Vec<u8>,
    /// The ways in which browsers reach its authenticator.
    pub transports: Vec<String>,
    /// Whether its authenticator has verified the user before.
    pub user_verified: bool,
}

impl Store {
    /// Lists the passkeys of a user, oldest first, as they are good for at a relying party.
    pub async fn list_passkeys(
        &self,
        user_id: UserId,
        relying_party: &RelyingPartyId,
    ) -> Result<Vec<Passkey>, StoreError> {
        let rows: Vec<PasskeyRow> = self.read.query(&LIST).bind(user_id).all().await?;
        Ok(rows.into_iter().map(|row| row.at(relying_party)).collect())
    }

    /// Lists the credentials of a user at a relying party, oldest first.
    pub async fn list_credentials(
        &self,
        user_id: UserId,
        relying_party: &RelyingPartyId,
    ) -> Result<Vec<KnownCredential>, StoreError> {
        let query = self.read.query(&LIST_CREDENTIALS).bind(user_id);
        let rows: Vec<(Vec<u8>, String, bool)> = query.bind(relying_party.as_str()).all().await?;
        let credential = |(id, transports, user_verified): (_, String, _)| KnownCredential {
            id,
            transports: transports.split_whitespace().map(str::to_owned).collect(),
            user_verified,
        };
        Ok(rows.into_iter().map(credential).collect())
    }

    /// Counts the passkeys of other relying parties, which work no longer.
    pub async fn count_passkeys_of_others(
        &self,
        relying_party: &RelyingPartyId,
    ) -> Result<i64, StoreError> {
        let query = self.read.query(&COUNT_OF_OTHERS);
        query.bind(relying_party.as_str()).scalar().await
    }
}
