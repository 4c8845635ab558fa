//! The row of a passkey.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use crate::domain::{CoseKey, Passkey, PasskeyId, RelyingPartyId, StoredPasskey, UserId};
use crate::store::database::StoreError;

/// The columns of a [`PasskeyRow`].
pub const PASSKEY_COLUMNS: &str = "passkeys.id AS passkey_id, passkeys.name AS passkey_name, \
     passkeys.created_at AS passkey_created_at, passkeys.last_used_at AS passkey_last_used_at, \
     passkeys.backed_up, passkeys.user_verified, passkeys.relying_party";

/// A passkey as its owner sees it.
#[derive(FromRow)]
pub struct PasskeyRow {
    passkey_id: PasskeyId,
    passkey_name: String,
    passkey_created_at: DateTime<Utc>,
    passkey_last_used_at: Option<DateTime<Utc>>,
    backed_up: bool,
    user_verified: bool,
    relying_party: String,
}

impl PasskeyRow {
    /// Returns the passkey as it is good for at a relying party.
    pub fn at(self, relying_party: &RelyingPartyId) -> Passkey {
        Passkey {
            id: self.passkey_id,
            name: self.passkey_name,
            created_at: self.passkey_created_at,
            last_used_at: self.passkey_last_used_at,
            backed_up: self.backed_up,
            signs_in_alone: self.user_verified && self.relying_party == relying_party.as_str(),
        }
    }
}

/// The columns of a [`StoredPasskeyRow`].
pub const STORED_PASSKEY_COLUMNS: &str = "passkeys.id AS passkey_id, passkeys.public_key, \
     passkeys.user_verified, passkeys.backup_eligible";

/// A passkey as far as answers are checked against it.
#[derive(FromRow)]
pub struct StoredPasskeyRow {
    passkey_id: PasskeyId,
    public_key: Vec<u8>,
    user_verified: bool,
    backup_eligible: bool,
}

impl StoredPasskeyRow {
    pub fn of_user(self, user_id: UserId) -> Result<StoredPasskey, StoreError> {
        let public_key = CoseKey::parse(&self.public_key);
        let unknown = || StoreError::Unknown(format!("the key of passkey {}", self.passkey_id));
        Ok(StoredPasskey {
            id: self.passkey_id,
            user_id,
            public_key: public_key.ok_or_else(unknown)?,
            user_verified: self.user_verified,
            backup_eligible: self.backup_eligible,
        })
    }
}
