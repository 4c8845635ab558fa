//! The list of a user's passkeys.

use super::Passkeys;
use crate::domain::{Passkey, UserId};
use crate::service::error::AuthError;

impl Passkeys {
    /// Lists the passkeys of a user, oldest first.
    pub async fn list(&self, user_id: UserId) -> Result<Vec<Passkey>, AuthError> {
        let (store, party) = (&self.core.store, &self.core.relying_party);
        Ok(store.list_passkeys(user_id, &party.id).await?)
    }
}
