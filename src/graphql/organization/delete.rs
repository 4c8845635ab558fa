//! The deletion of an organization.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, services, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::parse_id;
use crate::service::AuthError;

/// The input of `deleteOrganization`.
#[derive(InputObject)]
pub struct DeleteOrganizationInput {
    /// The id of the organization to delete.
    organization_id: ID,
}

/// The result of `deleteOrganization`.
#[derive(SimpleObject)]
pub struct DeleteOrganizationPayload {
    /// The id of the organization that was deleted.
    deleted_organization_id: ID,
}

#[derive(Default)]
pub struct DeleteOrganizationMutation;

#[Object]
impl DeleteOrganizationMutation {
    /// Deletes an organization with all of its memberships and invitations. Only owners may, and it cannot be undone.
    ///
    /// The other owners are mailed a notice; of more than 50, those who have been members longest.
    ///
    /// Errors: ORGANIZATION_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, AUTH_TOKEN_STALE, RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn delete_organization(
        &self,
        ctx: &Context<'_>,
        input: DeleteOrganizationInput,
    ) -> Result<DeleteOrganizationPayload, ApiError> {
        let id = parse_id(&input.organization_id).ok_or(AuthError::OrganizationNotFound)?;
        let viewer = viewer(ctx).await?;
        let organizations = &services(ctx)?.organizations;
        organizations.delete(&viewer, client(ctx)?, id).await?;
        Ok(DeleteOrganizationPayload {
            deleted_organization_id: id.into(),
        })
    }
}
