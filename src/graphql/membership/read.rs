//! The membership, its role, and the connection of members.

use async_graphql::{Context, Enum, ID, Object};
use uuid::Uuid;

use crate::domain::{self, Role};
use crate::graphql::account::user::User;
use crate::graphql::connections::Connection;
use crate::graphql::engine::caller::of;
use crate::graphql::error::ApiError;
use crate::graphql::loaders::Loaders;
use crate::graphql::organization::read::Organization;
use crate::graphql::scalars::{DateTime, count};

/// That one user belongs to one organization, and as what.
pub struct Membership {
    membership: domain::Membership,
    seen_by: Uuid,
}

impl Membership {
    pub fn seen_by(membership: domain::Membership, seen_by: Uuid) -> Self {
        Self {
            membership,
            seen_by,
        }
    }
}

/// That one user belongs to one organization, and as what.
#[Object]
impl Membership {
    pub async fn id(&self) -> ID {
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

pub type MembershipConnection = Connection<Membership, MemberTotal>;

/// What a page of members is a page of.
pub struct MemberTotal {
    pub organization_id: Uuid,
    pub seen_by: Uuid,
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
