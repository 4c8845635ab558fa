//! The switch of a session to another organization, or to none.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{of, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::optional_id;
use crate::graphql::loaders::Loaders;
use crate::graphql::membership::read::OrganizationRole;
use crate::graphql::organization::read::Organization;
use crate::graphql::scalars::count;
use crate::graphql::session::token_pair::BEARER;
use crate::service::Sessions;

/// Which organization to act for.
#[derive(InputObject)]
pub struct SwitchOrganizationInput {
    /// Null or left out: none.
    organization_id: Option<ID>,
}

/// An access token for the organization. The refresh token stays what it is.
#[derive(SimpleObject)]
pub struct SwitchOrganizationPayload {
    /// For `Authorization: Bearer`. A JWT (RFC 9068), with the claims `org` and `org_role`.
    access_token: String,
    /// Always `Bearer`.
    token_type: String,
    /// Seconds until the access token expires.
    expires_in: i32,
    /// Null: the token is for none.
    organization: Option<Organization>,
    /// What the user is there.
    role: Option<OrganizationRole>,
}

#[derive(Default)]
pub struct SwitchOrganizationMutation;

#[Object]
impl SwitchOrganizationMutation {
    /// Lets the current session act for another organization of the logged-in user, or for none: makes an
    /// access token that says so, and rotates nothing. Refreshes keep to it.
    ///
    /// Errors: ORGANIZATION_NOT_FOUND.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn switch_organization(
        &self,
        ctx: &Context<'_>,
        input: SwitchOrganizationInput,
    ) -> Result<SwitchOrganizationPayload, ApiError> {
        let organization_id = optional_id(input.organization_id.as_ref());
        let viewer = viewer(ctx).await?;
        let switched = of::<Sessions>(ctx)?
            .switch_organization(&viewer, organization_id)
            .await?;
        let organization = match &switched.acting {
            None => None,
            Some(acting) => {
                let id = acting.organization_id;
                let found = of::<Loaders>(ctx)?.organization(id).await?;
                Some(Organization::seen_by(found, viewer.user.id))
            }
        };
        Ok(SwitchOrganizationPayload {
            access_token: switched.access_token.token,
            token_type: BEARER.to_owned(),
            expires_in: count(switched.access_token.expires_in),
            organization,
            role: switched.acting.map(|acting| acting.role.into()),
        })
    }
}
