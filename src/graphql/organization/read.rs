//! The organization as its members and those who are invited see it, and the query for one.

use async_graphql::parser::types::OperationType;
use async_graphql::{Context, ID, Object};
use uuid::Uuid;

use crate::domain::{self, Actor, Role};
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::connections::connection;
use crate::graphql::engine::caller::{of, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::federation::key;
use crate::graphql::input::{id, page};
use crate::graphql::invitation::read::Invitation;
use crate::graphql::loaders::Loaders;
use crate::graphql::membership::read::{MemberTotal, Membership, MembershipConnection};
use crate::graphql::scalars::DateTime;
use crate::service::AuthError;

/// A group of users.
pub struct Organization {
    organization: domain::Organization,
    /// Who looks: to those who do not belong to it, it shows no members.
    seen_by: Uuid,
}

impl Organization {
    pub fn seen_by(organization: domain::Organization, seen_by: Uuid) -> Self {
        Self {
            organization,
            seen_by,
        }
    }

    /// Returns the viewer as an actor, with what their access token says.
    async fn actor(&self, ctx: &Context<'_>) -> Actor {
        // What a mutation did, its answer does not take back; and it may have changed the role itself.
        let is_query = ctx.query_env.operation.node.ty == OperationType::Query;
        let viewer = if is_query {
            viewer(ctx).await.ok()
        } else {
            None
        };
        Actor {
            user_id: self.seen_by,
            acting: viewer.and_then(|viewer| viewer.acting.clone()),
        }
    }
}

/// A group of users.
#[Object(directive = key::apply("id".to_owned()))]
impl Organization {
    pub async fn id(&self) -> ID {
        self.organization.id.into()
    }

    /// For people: 1 to 100 characters of any script.
    async fn name(&self) -> &str {
        &self.organization.name
    }

    /// For URLs: unique; 1 to 64 lower-case letters, digits, and single hyphens between them.
    async fn slug(&self) -> &str {
        &self.organization.slug
    }

    /// When it was founded.
    async fn created_at(&self) -> DateTime {
        DateTime(self.organization.created_at)
    }

    /// Who belongs to it, oldest first. Nobody, for those who do not belong to it themselves.
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
        let (organization_id, seen_by) = (self.organization.id, self.seen_by);
        let loaders = of::<Loaders>(ctx)?;
        let found = loaders.members(organization_id, seen_by, request).await?;
        let total = MemberTotal {
            organization_id,
            seen_by,
        };
        connection(ctx, found, total, |membership| {
            (membership.id, Membership::seen_by(membership, seen_by))
        })
    }

    /// For owners and admins; null for members. Those that wait for an answer, oldest first.
    async fn invitations(&self, ctx: &Context<'_>) -> Result<Option<Vec<Invitation>>, ApiError> {
        let id = self.organization.id;
        let found = of::<Loaders>(ctx)?.invitations(id, self.seen_by).await?;
        let role = found.as_ref().map(|found| found.role);
        match self.actor(ctx).await.role_in(id, role) {
            Ok(Role::Owner | Role::Admin) => {}
            Ok(Role::Member) | Err(domain::Denied::NotAMember) => return Ok(None),
            Err(denied) => return Err(AuthError::from(denied).into()),
        }
        let invitation = |invitation| Invitation::seen_by(invitation, self.seen_by);
        Ok(found.map(|found| found.invitations.into_iter().map(invitation).collect()))
    }
}

#[derive(Default)]
pub struct OrganizationQuery;

#[Object]
impl OrganizationQuery {
    /// An organization that the signed-in user belongs to, else null.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "id")] named: ID,
    ) -> Result<Option<Organization>, ApiError> {
        let seen_by = viewer(ctx).await?.user.id;
        let loaders = of::<Loaders>(ctx)?;
        visible_organization(loaders, &named, seen_by).await
    }
}

/// An organization that somebody belongs to, else none.
pub async fn visible_organization(
    loaders: &Loaders,
    named: &ID,
    seen_by: Uuid,
) -> Result<Option<Organization>, ApiError> {
    let Some(named) = id(named) else {
        return Ok(None);
    };
    let found = loaders.visible_organization(named, seen_by).await?;
    Ok(found.map(|organization| Organization::seen_by(organization, seen_by)))
}
