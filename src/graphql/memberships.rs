//! Memberships: who belongs to an organization, and as what.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use uuid::Uuid;

use super::access::{AccessLevel, access};
use super::caller::{client, of, viewer};
use super::connections::Connection;
use super::error::ApiError;
use super::input::id;
use super::loaders::Loaders;
use super::organizations::Organization;
use super::scalars::{DateTime, count};
use super::users::User;
use crate::domain::{self, Role};
use crate::service::{AuthError, Memberships};

/// That one user belongs to one organization, and as what.
pub struct Membership {
    membership: domain::Membership,
    seen_by: Uuid,
}

impl Membership {
    pub(super) fn seen_by(membership: domain::Membership, seen_by: Uuid) -> Self {
        Self {
            membership,
            seen_by,
        }
    }
}

/// That one user belongs to one organization, and as what.
#[Object]
impl Membership {
    pub(super) async fn id(&self) -> ID {
        self.membership.id.into()
    }

    async fn user(&self, ctx: &Context<'_>) -> Result<User, ApiError> {
        let user = of::<Loaders>(ctx)?.user(self.membership.user_id).await?;
        Ok(User::seen_by(user, self.seen_by))
    }

    async fn organization(&self, ctx: &Context<'_>) -> Result<Organization, ApiError> {
        let id = self.membership.organization_id;
        let organization = of::<Loaders>(ctx)?.organization(id).await?;
        Ok(Organization::seen_by(organization, self.seen_by))
    }

    async fn role(&self) -> OrganizationRole {
        self.membership.role.into()
    }

    /// Since when the user belongs to the organization.
    async fn joined_at(&self) -> DateTime {
        DateTime(self.membership.joined_at)
    }
}

pub(super) type MembershipConnection = Connection<Membership, MemberTotal>;

/// What a page of members is a page of.
pub struct MemberTotal {
    pub(super) organization_id: Uuid,
    pub(super) seen_by: Uuid,
}

#[Object]
impl MemberTotal {
    /// How many members there are on all pages. Costs a statement of its own.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        let loaders = of::<Loaders>(ctx)?;
        let total = loaders.member_count(self.organization_id, self.seen_by);
        Ok(count(total.await?))
    }
}

/// What a member may do.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Role")]
pub enum OrganizationRole {
    /// Everything.
    Owner,
    /// Manage members, but no owners.
    Admin,
    /// Read.
    Member,
}

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

/// Which membership to end.
#[derive(InputObject)]
pub struct RemoveMemberInput {
    membership_id: ID,
}

/// The membership is over.
#[derive(SimpleObject)]
pub struct RemoveMemberPayload {
    removed_membership_id: ID,
}

#[derive(Default)]
pub struct MembershipMutation;

#[Object]
impl MembershipMutation {
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

    /// Removes a member, or oneself. The last owner stays.
    ///
    /// Everybody may leave. Owners may remove everybody, admins those who are no owners. Who is removed
    /// is mailed a notice, and the invitations that they made are withdrawn.
    ///
    /// Errors: MEMBERSHIP_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, ORGANIZATION_LAST_OWNER (hand the
    /// organization over first, or delete it), AUTH_TOKEN_STALE,
    /// RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn remove_member(
        &self,
        ctx: &Context<'_>,
        input: RemoveMemberInput,
    ) -> Result<RemoveMemberPayload, ApiError> {
        let named = id(&input.membership_id).ok_or(AuthError::MembershipNotFound)?;
        let viewer = viewer(ctx).await?;
        let memberships = of::<Memberships>(ctx)?;
        memberships.remove(&viewer, client(ctx)?, named).await?;
        Ok(RemoveMemberPayload {
            removed_membership_id: named.into(),
        })
    }
}
