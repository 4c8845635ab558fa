//! The change of a member's role.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, services, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::parse_id;
use crate::graphql::membership::read::{Membership, OrganizationRole};
use crate::service::AuthError;

/// The input of `updateMemberRole`.
#[derive(InputObject)]
pub struct UpdateMemberRoleInput {
    /// The id of the membership to change.
    membership_id: ID,
    /// The new role of the member.
    role: OrganizationRole,
}

/// The result of `updateMemberRole`.
#[derive(SimpleObject)]
pub struct UpdateMemberRolePayload {
    /// The membership with its new role.
    membership: Membership,
}

#[derive(Default)]
pub struct ChangeRoleMutation;

#[Object]
impl ChangeRoleMutation {
    /// Changes the role of a member. The new role holds from the next request on, and ends no session.
    ///
    /// Owners may give and take every role, admins only the roles ADMIN and MEMBER. The member is mailed a notice, and a new
    /// owner is announced to the other owners by mail. Pending invitations that the member sent, and could not send with the
    /// new role, are revoked.
    ///
    /// Errors: MEMBERSHIP_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, ORGANIZATION_LAST_OWNER,
    /// AUTH_TOKEN_STALE, RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn update_member_role(
        &self,
        ctx: &Context<'_>,
        input: UpdateMemberRoleInput,
    ) -> Result<UpdateMemberRolePayload, ApiError> {
        let id = parse_id(&input.membership_id).ok_or(AuthError::MembershipNotFound)?;
        let viewer = viewer(ctx).await?;
        let memberships = &services(ctx)?.memberships;
        let membership = memberships
            .change_role(&viewer, client(ctx)?, id, input.role.into())
            .await?;
        Ok(UpdateMemberRolePayload {
            membership: Membership::new(membership, viewer.user.id),
        })
    }
}
