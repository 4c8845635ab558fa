//! The revocation of an invitation.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, services, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::parse_id;
use crate::service::AuthError;

/// The input of `revokeInvitation`.
#[derive(InputObject)]
pub struct RevokeInvitationInput {
    /// The id of the invitation to revoke.
    invitation_id: ID,
}

/// The result of `revokeInvitation`.
#[derive(SimpleObject)]
pub struct RevokeInvitationPayload {
    /// The id of the invitation, which no longer exists.
    revoked_invitation_id: ID,
}

#[derive(Default)]
pub struct RevokeInvitationMutation;

#[Object]
impl RevokeInvitationMutation {
    /// Revokes an invitation, so that its mailed link is no longer valid. Only members who may send such an invitation may
    /// revoke it: owners, and admins unless it is for an owner.
    ///
    /// Errors: INVITATION_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, AUTH_TOKEN_STALE, RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn revoke_invitation(
        &self,
        ctx: &Context<'_>,
        input: RevokeInvitationInput,
    ) -> Result<RevokeInvitationPayload, ApiError> {
        let id = parse_id(&input.invitation_id).ok_or(AuthError::InvitationNotFound)?;
        let viewer = viewer(ctx).await?;
        let invitations = &services(ctx)?.invitations;
        invitations.revoke(&viewer, client(ctx)?, id).await?;
        Ok(RevokeInvitationPayload {
            revoked_invitation_id: id.into(),
        })
    }
}
