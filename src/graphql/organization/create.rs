//! The creation of an organization.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use crate::domain::OrganizationName;
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, services, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::invalid;
use crate::graphql::organization::read::Organization;

/// The input of `createOrganization`.
#[derive(InputObject)]
pub struct CreateOrganizationInput {
    /// The name of the organization: 1 to 100 characters of any script. The slug is made from it.
    name: String,
}

/// The result of `createOrganization`.
#[derive(SimpleObject)]
pub struct CreateOrganizationPayload {
    /// The new organization.
    organization: Organization,
}

#[derive(Default)]
pub struct CreateOrganizationMutation;

#[Object]
impl CreateOrganizationMutation {
    /// Creates an organization with the signed-in user as its owner.
    ///
    /// Errors: VALIDATION_FAILED, RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn create_organization(
        &self,
        ctx: &Context<'_>,
        input: CreateOrganizationInput,
    ) -> Result<CreateOrganizationPayload, ApiError> {
        let name = OrganizationName::parse(&input.name).map_err(|error| invalid("name", error))?;
        let viewer = viewer(ctx).await?;
        let organizations = &services(ctx)?.organizations;
        let organization = organizations.create(&viewer, client(ctx)?, name).await?;
        Ok(CreateOrganizationPayload {
            organization: Organization::new(organization, viewer.user.id),
        })
    }
}
