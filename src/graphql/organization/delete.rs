//! The deletion of an organization.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, of, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::id;
use crate::service::{AuthError, Organizations};

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
pub struct DeleteOrganizationMutation;

#[Object]
impl DeleteOrganizationMutation {
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
