//! The organization, as members and invited users see it, and the query for one.

use async_graphql::parser::types::OperationType;
use async_graphql::{Context, ID, Object};

use crate::domain::{self, Actor, Denied, Role, UserId};
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::connections::connection;
use crate::graphql::engine::caller::{data, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::federation::key;
use crate::graphql::input::{parse_id, parse_page};
use crate::graphql::invitation::read::Invitation;
use crate::graphql::loaders::Loaders;
use crate::graphql::membership::read::{MemberList, Membership, MembershipConnection};
use crate::graphql::scalars::DateTime;
use crate::service::AuthError;

/// A group of users with roles, such as a company or a team.
pub struct Organization {
    organization: domain::Organization,
    /// The viewer, who sees the members only as a member.
    viewer_id: UserId,
}

impl Organization {
    pub fn new(organization: domain::Organization, viewer_id: UserId) -> Self {
        Self {
            organization,
            viewer_id,
        }
    }

    /// Returns the viewer as an actor, with the organization and role of their access token.
    async fn actor(&self, ctx: &Context<'_>) -> Result<Actor, ApiError> {
        // A mutation may have changed the viewer's role, so its response does not depend on the role in the access token.
        let is_query = ctx.query_env.operation.node.ty == OperationType::Query;
        let active_organization = if is_query {
            viewer(ctx).await?.active_organization.clone()
        } else {
            None
        };
        Ok(Actor {
            user_id: self.viewer_id,
            active_organization,
        })
    }
}

/// A group of users with roles, such as a company or a team.
#[Object(directive = key::apply("id".to_owned()))]
impl Organization {
    /// The unique id of the organization.
    pub async fn id(&self) -> ID {
        self.organization.id.into()
    }

    /// The name for people to read: 1 to 100 characters of any script.
    async fn name(&self) -> &str {
        &self.organization.name
    }

    /// The name for URLs, unique: 1 to 64 lower-case letters, digits, and single hyphens between them.
    async fn slug(&self) -> &str {
        &self.organization.slug
    }

    /// The time at which the organization was created.
    async fn created_at(&self) -> DateTime {
        DateTime(self.organization.created_at)
    }

    /// The members, longest-standing first. The list is empty for users who are not members themselves.
    ///
    /// A page has 50 members unless `first` or `last` says otherwise, and at most 100.
    ///
    /// Errors: VALIDATION_FAILED.
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The cursor after which the page begins: the `endCursor` of the page before it."
        )]
        after: Option<String>,
        #[graphql(
            desc = "The cursor before which the page ends: the `startCursor` of the page after it."
        )]
        before: Option<String>,
        #[graphql(
            desc = "The size of a page from the start of the list: 0 to 100, 50 if neither `first` nor `last` is given."
        )]
        first: Option<i32>,
        #[graphql(
            desc = "The size of a page from the end of the list: 0 to 100. Not together with `first`."
        )]
        last: Option<i32>,
    ) -> Result<MembershipConnection, ApiError> {
        let request = parse_page(after.as_deref(), before.as_deref(), first, last)?;
        let (organization_id, viewer_id) = (self.organization.id, self.viewer_id);
        let loaders = data::<Loaders>(ctx)?;
        let page = loaders.members(organization_id, viewer_id, request).await?;
        let all_members = MemberList {
            organization_id,
            viewer_id,
        };
        connection(ctx, page, all_members, |membership| {
            (membership.id, Membership::new(membership, viewer_id))
        })
        .await
    }

    /// The invitations that wait for an answer, oldest first. Null unless the viewer is an owner or admin.
    ///
    /// Errors: AUTH_TOKEN_STALE.
    async fn invitations(&self, ctx: &Context<'_>) -> Result<Option<Vec<Invitation>>, ApiError> {
        let id = self.organization.id;
        let loaded = data::<Loaders>(ctx)?
            .invitations(id, self.viewer_id)
            .await?;
        let role = loaded.as_ref().map(|loaded| loaded.role);
        let actor = self.actor(ctx).await?;
        match actor.with_role(id, role, Role::sees_invitations) {
            Ok(_) => {}
            Err(Denied::NotAMember | Denied::RoleInsufficient) => return Ok(None),
            Err(denied) => return Err(AuthError::from(denied).into()),
        }
        let invitation = |invitation| Invitation::new(invitation, self.viewer_id);
        Ok(loaded.map(|loaded| loaded.invitations.into_iter().map(invitation).collect()))
    }
}

#[derive(Default)]
pub struct OrganizationQuery;

#[Object]
impl OrganizationQuery {
    /// The organization with this id; null if it does not exist or the signed-in user is not a member of it.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the organization.")] id: ID,
    ) -> Result<Option<Organization>, ApiError> {
        let viewer_id = viewer(ctx).await?.user.id;
        let loaders = data::<Loaders>(ctx)?;
        visible_organization(loaders, &id, viewer_id).await
    }
}

/// Loads an organization; `None` if it does not exist or the viewer is not a member of it.
pub async fn visible_organization(
    loaders: &Loaders,
    id: &ID,
    viewer_id: UserId,
) -> Result<Option<Organization>, ApiError> {
    let Some(id) = parse_id(id) else {
        return Ok(None);
    };
    let organization = loaders.visible_organization(id, viewer_id).await?;
    Ok(organization.map(|organization| Organization::new(organization, viewer_id)))
}
