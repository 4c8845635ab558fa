//! The withdrawal of an invitation.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, of, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::id;
use crate::service::{AuthError, Invitations};

/// Which invitation to withdraw.
#[derive(InputObject)]
pub struct RevokeInvitationInput {
    invitation_id: ID,
}

/// The invitation is gone, and its link is void.
#[derive(SimpleObject)]
pub struct RevokeInvitationPayload {
    revoked_invitation_id: ID,
}

#[derive(Default)]
pub struct RevokeInvitationMutation;

#[Object]
impl RevokeInvitationMutation {
    /// Withdraws an invitation: its link is void. For those who may make such a one.
    ///
    /// Errors: INVITATION_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, AUTH_TOKEN_STALE, RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn revoke_invitation(
        &self,
        ctx: &Context<'_>,
        input: RevokeInvitationInput,
    ) -> Result<RevokeInvitationPayload, ApiError> {
        let named = id(&input.invitation_id).ok_or(AuthError::InvitationNotFound)?;
        let viewer = viewer(ctx).await?;
        let invitations = of::<Invitations>(ctx)?;
        invitations.revoke(&viewer, client(ctx)?, named).await?;
        Ok(RevokeInvitationPayload {
            revoked_invitation_id: named.into(),
        })
    }
}
