//! The caller of a request: the viewer is looked up when the first field needs it, and kept for the rest of the request.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use async_graphql::Context;
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::token_delivery::RefreshTokens;
use crate::domain::{Client, Viewer};
use crate::graphql::error::ApiError;
use crate::service::{AuthError, Sessions};

/// The sender of one request.
pub struct Caller {
    pub sessions: Sessions,
    pub client: Client,
    /// The token after `Authorization: Bearer`; `None` if there was no such header.
    pub bearer: Option<String>,
    pub viewer: ViewerCell,
    /// The first session that the request is known to have come with, or to have made: for the access log.
    pub session: Arc<OnceLock<Uuid>>,
    pub refresh_tokens: Arc<RefreshTokens>,
}

/// The viewer, once it is known.
#[derive(Default)]
pub struct ViewerCell(Mutex<Known>);

type Known = Arc<OnceCell<Result<Arc<Viewer>, ApiError>>>;

impl Caller {
    /// The viewer, from one statement however many fields ask at once.
    pub async fn viewer(&self) -> Result<Arc<Viewer>, ApiError> {
        let known = Arc::clone(&self.viewer.0.lock().unwrap_or_else(PoisonError::into_inner));
        let viewer = known.get_or_init(|| async {
            let token = self.bearer.as_deref().ok_or(AuthError::Unauthenticated)?;
            let viewer = self.sessions.authenticate(token, &self.client).await?;
            self.session.get_or_init(|| viewer.session.id);
            Ok(Arc::new(viewer))
        });
        viewer.await.clone()
    }

    /// Asks anew from now on. The mutations of an operation run one after another, and the one
    /// before may have ended the session or renamed the user.
    pub fn forget_viewer(&self) {
        *self.viewer.0.lock().unwrap_or_else(PoisonError::into_inner) = Known::default();
    }
}

/// The viewer of the request.
pub async fn viewer(ctx: &Context<'_>) -> Result<Arc<Viewer>, ApiError> {
    of::<Caller>(ctx)?.viewer().await
}

/// The client that sent the request.
pub fn client<'a>(ctx: &Context<'a>) -> Result<&'a Client, ApiError> {
    Ok(&of::<Caller>(ctx)?.client)
}

/// Notes the session that the request has made, or keeps alive.
pub fn note_session(ctx: &Context<'_>, session_id: Uuid) -> Result<(), ApiError> {
    of::<Caller>(ctx)?.session.get_or_init(|| session_id);
    Ok(())
}

/// The way in which the request's refresh tokens travel.
pub fn refresh_tokens<'a>(ctx: &Context<'a>) -> Result<&'a RefreshTokens, ApiError> {
    Ok(&of::<Caller>(ctx)?.refresh_tokens)
}

/// A part of the service, or of the request, that a resolver works with.
pub fn of<'a, T: Send + Sync + 'static>(ctx: &Context<'a>) -> Result<&'a T, ApiError> {
    ctx.data_opt::<T>()
        .ok_or_else(|| ApiError::unexpected(std::any::type_name::<T>()))
}
