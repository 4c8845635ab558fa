//! The change of the name and the slug of an organization.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::domain::{OrganizationName, Slug};
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, services, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::{ValidationErrors, parse_id};
use crate::graphql::organization::read::Organization;
use crate::service::AuthError;

/// The input of `updateOrganization`. Fields that are left out or null stay as they are.
#[derive(InputObject)]
pub struct UpdateOrganizationInput {
    /// The id of the organization to change.
    organization_id: ID,
    /// The new name: 1 to 100 characters of any script. It does not change the slug.
    name: Option<String>,
    /// The new slug: 1 to 64 lower-case letters, digits, and single hyphens between them. Names such as `admin` are reserved.
    /// Access tokens have the new slug from the next `refresh` on.
    slug: Option<String>,
}

/// The result of `updateOrganization`.
#[derive(SimpleObject)]
pub struct UpdateOrganizationPayload {
    /// The organization with its new name or slug.
    organization: Organization,
}

#[derive(Default)]
pub struct UpdateOrganizationMutation;

#[Object]
impl UpdateOrganizationMutation {
    /// Changes the name or the slug of an organization, or both. Only owners may.
    ///
    /// Errors: ORGANIZATION_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, ORGANIZATION_SLUG_EXISTS,
    /// AUTH_TOKEN_STALE, VALIDATION_FAILED, RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn update_organization(
        &self,
        ctx: &Context<'_>,
        input: UpdateOrganizationInput,
    ) -> Result<UpdateOrganizationPayload, ApiError> {
        let mut errors = ValidationErrors::default();
        let (name, slug) = (input.name.as_deref(), input.slug.as_deref());
        let name = errors.collect_optional("name", name, OrganizationName::parse);
        let slug = errors.collect_optional("slug", slug, Slug::parse);
        errors.check()?;
        let id = parse_id(&input.organization_id).ok_or(AuthError::OrganizationNotFound)?;
        let viewer = viewer(ctx).await?;
        let organizations = &services(ctx)?.organizations;
        let organization = organizations
            .update(&viewer, client(ctx)?, id, name.as_ref(), slug.as_ref())
            .await?;
        Ok(UpdateOrganizationPayload {
            organization: Organization::new(organization, viewer.user.id),
        })
    }
}
