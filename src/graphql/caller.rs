//! Who sent this request: found out when the first field asks, and kept for the rest of it.

use async_graphql::Context;
use tokio::sync::OnceCell;

use super::error::ApiError;
use crate::domain::{Client, Viewer};
use crate::service::{AuthError, Sessions};

/// The sender of one request.
pub(super) struct Caller {
    pub sessions: Sessions,
    pub client: Client,
    /// What stood behind `Authorization: Bearer`; `None` if there was no such header.
    pub bearer: Option<String>,
    pub viewer: OnceCell<Result<Viewer, ApiError>>,
}

impl Caller {
    /// The viewer, from one statement however many fields ask.
    pub(super) async fn viewer(&self) -> Result<&Viewer, ApiError> {
        let viewer = self.viewer.get_or_init(|| async {
            let token = self.bearer.as_deref().ok_or(AuthError::Unauthenticated)?;
            Ok(self.sessions.authenticate(token).await?)
        });
        viewer.await.as_ref().map_err(ApiError::clone)
    }
}

/// The viewer of the request that is being answered.
pub(super) async fn viewer<'a>(ctx: &Context<'a>) -> Result<&'a Viewer, ApiError> {
    of::<Caller>(ctx)?.viewer().await
}

/// A part of the service, or of the request, that a resolver works with.
pub(super) fn of<'a, T: Send + Sync + 'static>(ctx: &Context<'a>) -> Result<&'a T, ApiError> {
    ctx.data_opt::<T>()
        .ok_or_else(|| ApiError::unexpected(std::any::type_name::<T>()))
}
