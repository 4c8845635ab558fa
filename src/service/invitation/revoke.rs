//! Withdrawing an invitation.

use uuid::Uuid;

use super::Invitations;
use crate::domain::{Client, Viewer};
use crate::service::error::AuthError;
use crate::service::limits::Attempt;
use crate::store::RevocationError;

impl Invitations {
    /// Withdraws an invitation, for those who could have made it.
    ///
    /// # Errors
    /// `InvitationNotFound`, `RoleInsufficient`, `TokenStale`, `RateLimited`.
    pub async fn revoke(
        &self,
        viewer: &Viewer,
        client: &Client,
        id: Uuid,
    ) -> Result<(), AuthError> {
        self.limits
            .charge_account(Attempt::RevokeInvitation, client, viewer.user.id)
            .await?;
        let deed = self.events.deed(client);
        let actor = viewer.actor();
        let told = self.store.revoke_invitation(&actor, id, &deed).await?;
        self.letters.announce(&[], &told);
        Ok(())
    }
}

impl From<RevocationError> for AuthError {
    fn from(error: RevocationError) -> Self {
        match error {
            RevocationError::NotFound => Self::InvitationNotFound,
            RevocationError::Denied(denied) => denied.into(),
            RevocationError::Store(error) => error.into(),
        }
    }
}
