//! Invitations, as far as the viewer may see them.

use std::collections::HashMap;

use super::Invitations;
use crate::domain::{
    Client, Denied, FoundInvitation, Invitation, InvitationId, InvitationKey, InvitationPreview,
    OrganizationId, OrganizationInvitations, Role, UserId, Viewer,
};
use crate::service::directory::Directory;
use crate::service::error::AuthError;
use crate::service::mail::read_token;
use crate::service::rate_limits::RateLimitedAction;

impl Invitations {
    /// Lists the pending invitations to the viewer, oldest first.
    pub async fn list(&self, viewer: &Viewer) -> Result<Vec<Invitation>, AuthError> {
        let (store, now) = (&self.core.store, self.core.clock.now());
        Ok(store.list_invitations_of_user(viewer.user.id, now).await?)
    }

    /// Finds the preview of an invitation by its mailed token. Does not use the token up.
    ///
    /// # Errors
    /// `LinkInvalid` when the invitation is unknown, answered, withdrawn or expired; `RateLimited`.
    pub async fn preview(
        &self,
        token: &str,
        client: &Client,
    ) -> Result<InvitationPreview, AuthError> {
        let token = self
            .core
            .open_link(RateLimitedAction::ReadInvitation, token, client)
            .await?;
        let (store, now) = (&self.core.store, self.core.clock.now());
        let preview = store.find_invitation_preview(&token, now).await?;
        preview.ok_or(AuthError::LinkInvalid)
    }

    /// Finds a pending invitation by its mailed token, for any holder of the token.
    pub(in crate::service) async fn find_by_token(
        &self,
        token: &str,
    ) -> Result<Invitation, AuthError> {
        let key = InvitationKey::Token(read_token(token)?);
        let (store, now) = (&self.core.store, self.core.clock.now());
        let invitation = store.find_invitation(&key, None, now).await?;
        Ok(invitation.ok_or(AuthError::LinkInvalid)?.invitation)
    }

    /// Finds an invitation, if the viewer may see it: it is to their address, or their role sees the organization's
    /// invitations.
    pub async fn find_visible(
        &self,
        viewer: &Viewer,
        id: InvitationId,
    ) -> Result<Option<Invitation>, AuthError> {
        let (store, user_id) = (&self.core.store, viewer.user.id);
        let (key, now) = (InvitationKey::Id(id), self.core.clock.now());
        let invitation = store.find_invitation(&key, Some(user_id), now).await?;
        let Some(FoundInvitation { invitation, is_own }) = invitation else {
            return Ok(None);
        };
        if is_own {
            return Ok(Some(invitation));
        }
        let organization_id = invitation.organization_id;
        let role = store.find_role(organization_id, user_id).await?;
        let actor = viewer.actor();
        match actor.with_role(organization_id, role, Role::sees_invitations) {
            Ok(_) => Ok(Some(invitation)),
            Err(Denied::NotAMember | Denied::RoleInsufficient) => Ok(None),
            Err(denied) => Err(denied.into()),
        }
    }
}

impl Directory {
    /// Returns the pending invitations of each of these organizations that the viewer belongs to.
    pub async fn invitations(
        &self,
        ids: &[OrganizationId],
        viewer_id: UserId,
    ) -> Result<HashMap<OrganizationId, OrganizationInvitations>, AuthError> {
        let (store, now) = (&self.core.store, self.core.clock.now());
        let invitations = store.list_invitations(ids, viewer_id, now).await?;
        Ok(invitations.into_iter().collect())
    }
}
