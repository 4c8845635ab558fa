//! The founding of an organization.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use crate::domain::OrganizationName;
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, of, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::invalid;
use crate::graphql::organization::read::Organization;
use crate::service::Organizations;

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

#[derive(Default)]
pub struct CreateOrganizationMutation;

#[Object]
impl CreateOrganizationMutation {
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
}
