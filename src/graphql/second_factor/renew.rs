//! The replacement of recovery codes.

use async_graphql::{Context, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, services, viewer};
use crate::graphql::error::ApiError;

/// The result of `renewRecoveryCodes`.
#[derive(SimpleObject)]
pub struct RenewRecoveryCodesPayload {
    /// Ten recovery codes. They are shown this once; the earlier ones are void.
    recovery_codes: Vec<String>,
}

#[derive(Default)]
pub struct RenewRecoveryCodesMutation;

#[Object]
impl RenewRecoveryCodesMutation {
    /// Replaces the recovery codes by ten new ones, and returns them, once. A notice is mailed to the user.
    ///
    /// Errors: SECOND_FACTOR_NOT_FOUND, RATE_LIMITED, OVERLOADED.
    #[graphql(directive = access::apply(AccessLevel::Fresh))]
    async fn renew_recovery_codes(
        &self,
        ctx: &Context<'_>,
    ) -> Result<RenewRecoveryCodesPayload, ApiError> {
        let viewer = viewer(ctx).await?;
        let recovery_codes = services(ctx)?
            .second_factors
            .renew_recovery_codes(&viewer, client(ctx)?)
            .await?;
        Ok(RenewRecoveryCodesPayload { recovery_codes })
    }
}
