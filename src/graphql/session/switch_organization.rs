//! The switch of a session to another organization, or to none.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{data, services, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::parse_optional_id;
use crate::graphql::loaders::Loaders;
use crate::graphql::membership::read::OrganizationRole;
use crate::graphql::organization::read::Organization;
use crate::graphql::scalars::count;
use crate::graphql::session::types::BEARER;

/// The input of `switchOrganization`.
#[derive(InputObject)]
pub struct SwitchOrganizationInput {
    /// The id of the organization to act for. If it is left out or null, the session acts for none.
    organization_id: Option<ID>,
}

/// The result of `switchOrganization`. The refresh token stays valid.
#[derive(SimpleObject)]
pub struct SwitchOrganizationPayload {
    /// The new access token: a JWT (RFC 9068) with the claims `org` and `org_role`. Send it in the header
    /// `Authorization: Bearer …`.
    access_token: String,
    /// The type of the access token: always `Bearer`.
    token_type: String,
    /// The number of seconds until the access token expires.
    expires_in: i32,
    /// The organization of the access token; null if it is for none.
    organization: Option<Organization>,
    /// The user's role in that organization; null if the access token is for none.
    role: Option<OrganizationRole>,
}

#[derive(Default)]
pub struct SwitchOrganizationMutation;

#[Object]
impl SwitchOrganizationMutation {
    /// Switches the current session to another organization of the signed-in user, or to none, and returns an access token for
    /// it. The refresh token is not rotated, and later refreshes keep the organization.
    ///
    /// Errors: ORGANIZATION_NOT_FOUND.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn switch_organization(
        &self,
        ctx: &Context<'_>,
        input: SwitchOrganizationInput,
    ) -> Result<SwitchOrganizationPayload, ApiError> {
        let organization_id = parse_optional_id(input.organization_id.as_ref());
        let viewer = viewer(ctx).await?;
        let switched = services(ctx)?
            .sessions
            .switch_organization(&viewer, organization_id)
            .await?;
        let organization = match &switched.active_organization {
            None => None,
            Some(active_organization) => {
                let id = active_organization.organization_id;
                let organization = data::<Loaders>(ctx)?.organization(id).await?;
                Some(Organization::new(organization, viewer.user.id))
            }
        };
        Ok(SwitchOrganizationPayload {
            access_token: switched.access_token.token,
            token_type: BEARER.to_owned(),
            expires_in: count(switched.access_token.expires_in),
            organization,
            role: switched
                .active_organization
                .map(|active_organization| active_organization.role.into()),
        })
    }
}
