//! Organizations.

use async_graphql::parser::types::OperationType;
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use uuid::Uuid;

use super::access::{AccessLevel, access};
use super::caller::{client, of, viewer};
use super::connections::connection;
use super::error::ApiError;
use super::federation::key;
use super::input::{Problems, id, invalid, page};
use super::invitations::Invitation;
use super::loaders::Loaders;
use super::memberships::{MemberTotal, Membership, MembershipConnection};
use super::scalars::DateTime;
use crate::domain::{self, Actor, OrganizationName, Role, Slug};
use crate::service::{AuthError, Organizations};

/// A group of users.
pub struct Organization {
    organization: domain::Organization,
    /// Who looks: to those who do not belong to it, it shows no members.
    seen_by: Uuid,
}

impl Organization {
    pub(super) fn seen_by(organization: domain::Organization, seen_by: Uuid) -> Self {
        Self {
            organization,
            seen_by,
        }
    }

    /// Whoever looks, with what their access token says.
    async fn beholder(&self, ctx: &Context<'_>) -> Actor {
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
    pub(super) async fn id(&self) -> ID {
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
        match self.beholder(ctx).await.role_in(id, role) {
            Ok(Role::Owner | Role::Admin) => {}
            Ok(Role::Member) | Err(domain::Denied::NotAMember) => return Ok(None),
            Err(denied) => return Err(AuthError::from(denied).into()),
        }
        let invitation = |invitation| Invitation::seen_by(invitation, self.seen_by);
        Ok(found.map(|found| found.invitations.into_iter().map(invitation).collect()))
    }
}

/// A new organization.
#[derive(InputObject)]
pub struct CreateOrganizationInput {
    /// 1 to 100 characters of any script. Its slug is made of it.
    name: String,
}

/// The new organization.
#[derive(SimpleObject)]
pub struct CreateOrganizationPayload {
    organization: Organization,
}

/// What to change; what is left out or null stays.
#[derive(InputObject)]
pub struct UpdateOrganizationInput {
    organization_id: ID,
    /// 1 to 100 characters of any script. The slug stays.
    name: Option<String>,
    /// 1 to 64 lower-case letters, digits, and single hyphens between them; names such as `admin` are reserved. Access
    /// tokens carry it from the next refresh on.
    slug: Option<String>,
}

/// The changed organization.
#[derive(SimpleObject)]
pub struct UpdateOrganizationPayload {
    organization: Organization,
}

/// Which organization to delete.
#[derive(InputObject)]
pub struct DeleteOrganizationInput {
    organization_id: ID,
}

/// The organization is gone.
#[derive(SimpleObject)]
pub struct DeleteOrganizationPayload {
    deleted_organization_id: ID,
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
pub(super) async fn visible_organization(
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

#[derive(Default)]
pub struct OrganizationMutation;

#[Object]
impl OrganizationMutation {
    /// Founds an organization, which the logged-in user owns.
    ///
    /// Errors: VALIDATION_FAILED, RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn create_organization(
        &self,
        ctx: &Context<'_>,
        input: CreateOrganizationInput,
    ) -> Result<CreateOrganizationPayload, ApiError> {
        let name =
            OrganizationName::parse(&input.name).map_err(|message| invalid("name", &message))?;
        let viewer = viewer(ctx).await?;
        let organizations = of::<Organizations>(ctx)?;
        let made = organizations.create(&viewer, client(ctx)?, name).await?;
        Ok(CreateOrganizationPayload {
            organization: Organization::seen_by(made, viewer.user.id),
        })
    }

    /// Gives an organization another name or slug, or both. For its owners.
    ///
    /// Errors: ORGANIZATION_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, ORGANIZATION_SLUG_EXISTS,
    /// AUTH_TOKEN_STALE, VALIDATION_FAILED, RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn update_organization(
        &self,
        ctx: &Context<'_>,
        input: UpdateOrganizationInput,
    ) -> Result<UpdateOrganizationPayload, ApiError> {
        let mut problems = Problems::default();
        let (name, slug) = (input.name.as_deref(), input.slug.as_deref());
        let name = problems.take_optional("name", name, OrganizationName::parse);
        let slug = problems.take_optional("slug", slug, Slug::parse);
        problems.check()?;
        let named = id(&input.organization_id).ok_or(AuthError::OrganizationNotFound)?;
        let viewer = viewer(ctx).await?;
        let organizations = of::<Organizations>(ctx)?;
        let changed = organizations
            .update(&viewer, client(ctx)?, named, name.as_ref(), slug.as_ref())
            .await?;
        Ok(UpdateOrganizationPayload {
            organization: Organization::seen_by(changed, viewer.user.id),
        })
    }

    /// Deletes an organization with all of its memberships and invitations; nothing brings it back. For
    /// its owners. The other owners are mailed a notice, the 50
    /// longest-standing at most.
    ///
    /// Errors: ORGANIZATION_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, AUTH_TOKEN_STALE, RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn delete_organization(
        &self,
        ctx: &Context<'_>,
        input: DeleteOrganizationInput,
    ) -> Result<DeleteOrganizationPayload, ApiError> {
        let named = id(&input.organization_id).ok_or(AuthError::OrganizationNotFound)?;
        let viewer = viewer(ctx).await?;
        let organizations = of::<Organizations>(ctx)?;
        organizations.delete(&viewer, client(ctx)?, named).await?;
        Ok(DeleteOrganizationPayload {
            deleted_organization_id: named.into(),
        })
    }
}
