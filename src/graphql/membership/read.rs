//! The membership, its role, and the connection of members.

use async_graphql::{Context, Enum, ID, Object};

use crate::domain::{self, OrganizationId, Role, UserId};
use crate::graphql::account::user::User;
use crate::graphql::connections::Connection;
use crate::graphql::engine::caller::data;
use crate::graphql::error::ApiError;
use crate::graphql::loaders::Loaders;
use crate::graphql::organization::read::Organization;
use crate::graphql::scalars::{DateTime, count};

/// A user's membership in an organization, with their role.
pub struct Membership {
    membership: domain::Membership,
    viewer_id: UserId,
}

impl Membership {
    pub fn new(membership: domain::Membership, viewer_id: UserId) -> Self {
        Self {
            membership,
            viewer_id,
        }
    }
}

/// A user's membership in an organization, with their role.
#[Object]
impl Membership {
    /// The unique id of the membership.
    pub async fn id(&self) -> ID {
        self.membership.id.into()
    }

    /// The member.
    async fn user(&self, ctx: &Context<'_>) -> Result<User, ApiError> {
        let user = data::<Loaders>(ctx)?.user(self.membership.user_id).await?;
        Ok(User::new(user, self.viewer_id))
    }

    /// The organization that the user is a member of.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Organization, ApiError> {
        let id = self.membership.organization_id;
        let organization = data::<Loaders>(ctx)?.organization(id).await?;
        Ok(Organization::new(organization, self.viewer_id))
    }

    /// The member's role in the organization.
    async fn role(&self) -> OrganizationRole {
        self.membership.role.into()
    }

    /// The time at which the user joined the organization.
    async fn joined_at(&self) -> DateTime {
        DateTime(self.membership.joined_at)
    }
}

pub type MembershipConnection = Connection<Membership, MemberList>;

/// The list of an organization's members.
pub struct MemberList {
    pub organization_id: OrganizationId,
    pub viewer_id: UserId,
}

#[Object]
impl MemberList {
    /// The number of members on all pages. Select it only if you show it: it costs another database statement.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        let loaders = data::<Loaders>(ctx)?;
        let total = loaders.member_count(self.organization_id, self.viewer_id);
        Ok(count(total.await?))
    }
}

/// The role of a member, which says what they may do in the organization. Each role includes those after it.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Role")]
pub enum OrganizationRole {
    /// May do everything: also manage owners, and change or delete the organization.
    Owner,
    /// May invite, change and remove admins and members, but not owners.
    Admin,
    /// May see the organization and its members, and leave it.
    Member,
}
