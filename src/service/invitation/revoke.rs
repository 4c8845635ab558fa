//! Withdrawals of invitations.

use super::Invitations;
use crate::domain::{Client, InvitationId, Viewer};
use crate::service::error::AuthError;
use crate::service::rate_limits::RateLimitedAction;
use crate::store::RevocationError;

impl Invitations {
    /// Withdraws an invitation. The viewer must have a role that could have made it.
    ///
    /// # Errors
    /// `InvitationNotFound`, `RoleInsufficient`, `TokenStale`, `RateLimited`.
    pub async fn revoke(
        &self,
        viewer: &Viewer,
        client: &Client,
        id: InvitationId,
    ) -> Result<(), AuthError> {
        self.core
            .rate_limits
            .charge_account(RateLimitedAction::RevokeInvitation, client, viewer.user.id)
            .await?;
        let audit = self.core.audit.begin(client);
        let actor = viewer.actor();
        let store = &self.core.store;
        let revoked = store.revoke_invitation(&actor, id, &audit).await?;
        self.core.audit.publish(revoked);
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
