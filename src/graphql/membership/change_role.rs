//! Another role for a member.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, of, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::id;
use crate::graphql::membership::read::{Membership, OrganizationRole};
use crate::service::{AuthError, Memberships};

/// Another role for a member.
#[derive(InputObject)]
pub struct UpdateMemberRoleInput {
    membership_id: ID,
    role: OrganizationRole,
}

/// The membership with its role.
#[derive(SimpleObject)]
pub struct UpdateMemberRolePayload {
    membership: Membership,
}

#[derive(Default)]
pub struct ChangeRoleMutation;

#[Object]
impl ChangeRoleMutation {
    /// Gives a member another role. It holds from the next request on; nobody is logged out.
    ///
    /// Owners may give and take every role, admins those of admins and members. The member is mailed a
    /// notice, and the other owners one of a new owner. Invitations that the member made, and could not
    /// make with the new role, are withdrawn.
    ///
    /// Errors: MEMBERSHIP_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, ORGANIZATION_LAST_OWNER,
    /// AUTH_TOKEN_STALE, RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn update_member_role(
        &self,
        ctx: &Context<'_>,
        input: UpdateMemberRoleInput,
    ) -> Result<UpdateMemberRolePayload, ApiError> {
        let named = id(&input.membership_id).ok_or(AuthError::MembershipNotFound)?;
        let viewer = viewer(ctx).await?;
        let memberships = of::<Memberships>(ctx)?;
        let changed = memberships
            .change_role(&viewer, client(ctx)?, named, input.role.into())
            .await?;
        Ok(UpdateMemberRolePayload {
            membership: Membership::seen_by(changed, viewer.user.id),
        })
    }
}
