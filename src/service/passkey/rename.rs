//! New names of passkeys.

use super::Passkeys;
use crate::domain::{Passkey, PasskeyId, PasskeyName, UserId};
use crate::service::error::AuthError;

impl Passkeys {
    /// Gives a passkey of a user another name, and returns it.
    ///
    /// # Errors
    /// `PasskeyNotFound`.
    pub async fn rename(
        &self,
        user_id: UserId,
        id: Option<PasskeyId>,
        name: &PasskeyName,
    ) -> Result<Passkey, AuthError> {
        let id = id.ok_or(AuthError::PasskeyNotFound)?;
        let (store, party) = (&self.core.store, &self.core.relying_party);
        let renamed = store.rename_passkey(user_id, id, name, &party.id).await?;
        renamed.ok_or(AuthError::PasskeyNotFound)
    }
}
