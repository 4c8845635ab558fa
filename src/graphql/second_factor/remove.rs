//! The removal of the authenticator app.

use async_graphql::{Context, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, services, viewer};
use crate::graphql::error::ApiError;

/// The result of `removeTotp`.
#[derive(SimpleObject)]
pub struct RemoveTotpPayload {
    /// Whether there was an authenticator app to remove.
    removed: bool,
}

#[derive(Default)]
pub struct RemoveTotpMutation;

#[Object]
impl RemoveTotpMutation {
    /// Removes the authenticator app and the recovery codes: turns the second factor off. A notice is mailed to the user. The
    /// second factor no longer counts in any session.
    #[graphql(directive = access::apply(AccessLevel::Fresh))]
    async fn remove_totp(&self, ctx: &Context<'_>) -> Result<RemoveTotpPayload, ApiError> {
        let viewer = viewer(ctx).await?;
        let removed = services(ctx)?
            .second_factors
            .remove_totp(&viewer, client(ctx)?)
            .await?;
        Ok(RemoveTotpPayload { removed })
    }
}
