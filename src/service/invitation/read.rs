//! The invitations that a user may see.

use std::collections::HashMap;

use uuid::Uuid;

use super::Invitations;
use crate::domain::{
    Client, Denied, Invitation, InvitationKey, InvitationPreview, OrganizationInvitations, Role,
    Viewer,
};
use crate::service::directory::Directory;
use crate::service::error::AuthError;
use crate::service::limits::Attempt;
use crate::service::mail::read_token;

impl Invitations {
    /// Lists the invitations that wait for the viewer's answer, oldest first.
    pub async fn list(&self, viewer: &Viewer) -> Result<Vec<Invitation>, AuthError> {
        let now = self.clock.now();
        let user_id = viewer.user.id;
        Ok(self.store.list_invitations_of_user(user_id, now).await?)
    }

    /// Finds what an invitation is for. Uses nothing up.
    ///
    /// # Errors
    /// `LinkInvalid` when it is unknown, answered, withdrawn or expired; `RateLimited`.
    pub async fn preview(
        &self,
        token: &str,
        client: &Client,
    ) -> Result<InvitationPreview, AuthError> {
        self.limits
            .charge(Attempt::ReadInvitation, client, &[], None)
            .await?;
        let token = read_token(token)?;
        let found = self.store.find_invitation_preview(&token, self.clock.now());
        found.await?.ok_or(AuthError::LinkInvalid)
    }

    /// Finds an invitation that waits for an answer, by its mailed token, whoever has that.
    pub(in crate::service) async fn find_by_token(
        &self,
        token: &str,
    ) -> Result<Invitation, AuthError> {
        let key = InvitationKey::Token(read_token(token)?);
        let nobody = Uuid::nil();
        let found = self.store.find_invitation(&key, nobody, self.clock.now());
        let found = found.await?.ok_or(AuthError::LinkInvalid)?;
        Ok(found.invitation)
    }

    /// Finds an invitation that the viewer may see, since it is to their address, or they may make such a one.
    pub async fn find_visible(
        &self,
        viewer: &Viewer,
        id: Uuid,
    ) -> Result<Option<Invitation>, AuthError> {
        let (user_id, now) = (viewer.user.id, self.clock.now());
        let key = InvitationKey::Id(id);
        let Some(found) = self.store.find_invitation(&key, user_id, now).await? else {
            return Ok(None);
        };
        if found.is_own {
            return Ok(Some(found.invitation));
        }
        let organization_id = found.invitation.organization_id;
        let role = self.store.find_role(organization_id, user_id).await?;
        let sees = |role| role != Role::Member;
        match viewer.actor().with_role(organization_id, role, sees) {
            Ok(_) => Ok(Some(found.invitation)),
            Err(Denied::NotAMember | Denied::RoleInsufficient) => Ok(None),
            Err(denied) => Err(denied.into()),
        }
    }
}

impl Directory {
    /// Returns the invitations that wait for an answer in each of these organizations that `seen_by` belongs to.
    pub async fn invitations(
        &self,
        ids: &[Uuid],
        seen_by: Uuid,
    ) -> Result<HashMap<Uuid, OrganizationInvitations>, AuthError> {
        let now = self.clock.now();
        let found = self.store.list_invitations(ids, seen_by, now).await?;
        Ok(found.into_iter().collect())
    }
}
