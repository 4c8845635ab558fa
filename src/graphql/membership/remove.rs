//! The end of a membership.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, services, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::parse_id;
use crate::service::AuthError;

/// The input of `removeMember`.
#[derive(InputObject)]
pub struct RemoveMemberInput {
    /// The id of the membership to end.
    membership_id: ID,
}

/// The result of `removeMember`.
#[derive(SimpleObject)]
pub struct RemoveMemberPayload {
    /// The id of the membership that ended.
    removed_membership_id: ID,
}

#[derive(Default)]
pub struct RemoveMemberMutation;

#[Object]
impl RemoveMemberMutation {
    /// Removes a member from an organization, or lets the signed-in user leave it. The last owner cannot be removed.
    ///
    /// Every member may leave. Owners may remove everybody, admins only admins and members. The removed member is mailed a
    /// notice, and the invitations that they sent are revoked.
    ///
    /// Errors: MEMBERSHIP_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, ORGANIZATION_LAST_OWNER (make another member an
    /// owner first, or delete the organization), AUTH_TOKEN_STALE, RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn remove_member(
        &self,
        ctx: &Context<'_>,
        input: RemoveMemberInput,
    ) -> Result<RemoveMemberPayload, ApiError> {
        let id = parse_id(&input.membership_id).ok_or(AuthError::MembershipNotFound)?;
        let viewer = viewer(ctx).await?;
        let memberships = &services(ctx)?.memberships;
        memberships.remove(&viewer, client(ctx)?, id).await?;
        Ok(RemoveMemberPayload {
            removed_membership_id: id.into(),
        })
    }
}
