//! The change of the name and the slug of an organization.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::domain::{OrganizationName, Slug};
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, of, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::{Problems, id};
use crate::graphql::organization::read::Organization;
use crate::service::{AuthError, Organizations};

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

#[derive(Default)]
pub struct UpdateOrganizationMutation;

#[Object]
impl UpdateOrganizationMutation {
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
}
