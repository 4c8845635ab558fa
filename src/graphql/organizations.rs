//! Organizations and who belongs to them.

use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, Enum, ID, Object};
use uuid::Uuid;

use super::caller::of;
use super::error::ApiError;
use super::input::page;
use super::loaders::Loaders;
use super::scalars::{DateTime, count};
use super::users::User;
use crate::domain::{self, Page, Role};

/// A group of users.
pub struct Organization {
    organization: domain::Organization,
    seen_by: Uuid,
}

type MembershipConnection = Connection<String, Membership, MemberTotal>;

/// A group of users.
#[Object]
impl Organization {
    async fn id(&self) -> ID {
        self.organization.id.into()
    }

    /// For people: 1 to 100 characters of any script.
    async fn name(&self) -> &str {
        &self.organization.name
    }

    /// For URLs: unique.
    async fn slug(&self) -> &str {
        &self.organization.slug
    }

    /// When it was founded.
    async fn created_at(&self) -> DateTime {
        DateTime(self.organization.created_at)
    }

    /// Who belongs to it, oldest first.
    ///
    /// A page has 50 members unless `first` or `last` says otherwise, and never more than 100.
    async fn members(
        &self,
        ctx: &Context<'_>,
        after: Option<String>,
        before: Option<String>,
        first: Option<i32>,
        last: Option<i32>,
    ) -> Result<MembershipConnection, ApiError> {
        let request = page(after.as_deref(), before.as_deref(), first, last)?;
        let loaders = of::<Loaders>(ctx)?;
        let found = loaders.members(self.organization.id, request).await?;
        let total = MemberTotal(self.organization.id);
        let mut connection =
            Connection::with_additional_fields(found.has_previous, found.has_next, total);
        let edge = |membership: domain::Membership| {
            let cursor = Page::<Membership>::cursor(membership.id);
            Edge::new(cursor, Membership::seen_by(membership, self.seen_by))
        };
        connection.edges.extend(found.items.into_iter().map(edge));
        Ok(connection)
    }
}

/// What a page of members is a page of.
pub struct MemberTotal(Uuid);

#[Object]
impl MemberTotal {
    /// How many members there are on all pages. Costs a statement of its own.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        Ok(count(of::<Loaders>(ctx)?.member_count(self.0).await?))
    }
}

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
    async fn id(&self) -> ID {
        self.membership.id.into()
    }

    async fn user(&self, ctx: &Context<'_>) -> Result<User, ApiError> {
        let user = of::<Loaders>(ctx)?.user(self.membership.user_id).await?;
        Ok(User::seen_by(user, self.seen_by))
    }

    async fn organization(&self, ctx: &Context<'_>) -> Result<Organization, ApiError> {
        let id = self.membership.organization_id;
        Ok(Organization {
            organization: of::<Loaders>(ctx)?.organization(id).await?,
            seen_by: self.seen_by,
        })
    }

    async fn role(&self) -> OrganizationRole {
        self.membership.role.into()
    }

    /// Since when the user belongs to the organization.
    async fn joined_at(&self) -> DateTime {
        DateTime(self.membership.joined_at)
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
