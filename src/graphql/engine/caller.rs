//! The caller of a request: the viewer is looked up when the first field needs it, and kept for the rest of the request.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use async_graphql::Context;
use tokio::sync::OnceCell;

use super::services::Services;
use super::token_delivery::RefreshTokens;
use crate::domain::{Client, SessionId, Viewer};
use crate::graphql::access::NOT_SIGNED_IN;
use crate::graphql::error::ApiError;
use crate::service::AuthError;

/// The sender of one request.
pub struct Caller {
    pub services: Arc<Services>,
    pub client: Client,
    /// The token of the header `Authorization: Bearer`; `None` if there was no such header.
    pub bearer: Option<String>,
    pub viewer: ViewerCell,
    /// The first session that the request came with, or created: for the access log.
    pub session: Arc<OnceLock<SessionId>>,
    pub refresh_tokens: Arc<RefreshTokens>,
}

/// The viewer, once it has been looked up.
#[derive(Default)]
pub struct ViewerCell(Mutex<Lookup>);

type Lookup = Arc<OnceCell<Result<Arc<Viewer>, ApiError>>>;

impl Caller {
    /// Looks up the viewer with one statement, however many fields ask at once.
    pub async fn viewer(&self) -> Result<Arc<Viewer>, ApiError> {
        let lookup = Arc::clone(&self.viewer.0.lock().unwrap_or_else(PoisonError::into_inner));
        let viewer = lookup.get_or_init(|| async {
            let token = self.bearer.as_deref().ok_or(AuthError::Unauthenticated)?;
            let sessions = &self.services.sessions;
            // In a box, because each field that asks for the viewer holds the state of this, although one of them runs it.
            let viewer = Box::pin(sessions.authenticate(token, &self.client)).await?;
            self.session.get_or_init(|| viewer.session.id);
            Ok(Arc::new(viewer))
        });
        viewer.await.clone()
    }

    /// Makes the next field look up the viewer again. The mutations of an operation run one after another, and an earlier one
    /// may have ended the session or renamed the user.
    pub fn forget_viewer(&self) {
        *self.viewer.0.lock().unwrap_or_else(PoisonError::into_inner) = Lookup::default();
    }
}

/// Looks up the viewer of the request.
pub async fn viewer(ctx: &Context<'_>) -> Result<Arc<Viewer>, ApiError> {
    data::<Caller>(ctx)?.viewer().await
}

/// Looks up the viewer for a public field, which ignores a bearer token that is not valid: `None` if the caller is not signed
/// in. A failure of the lookup itself is an error.
pub async fn optional_viewer(ctx: &Context<'_>) -> Result<Option<Arc<Viewer>>, ApiError> {
    match viewer(ctx).await {
        Ok(viewer) => Ok(Some(viewer)),
        Err(refusal) if NOT_SIGNED_IN.contains(&refusal.code()) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// The client that sent the request.
pub fn client<'a>(ctx: &Context<'a>) -> Result<&'a Client, ApiError> {
    Ok(&data::<Caller>(ctx)?.client)
}

/// Notes the session that the request created or refreshed, for the access log.
pub fn note_session(ctx: &Context<'_>, session_id: SessionId) -> Result<(), ApiError> {
    data::<Caller>(ctx)?.session.get_or_init(|| session_id);
    Ok(())
}

/// The delivery of the request's refresh tokens.
pub fn refresh_tokens<'a>(ctx: &Context<'a>) -> Result<&'a RefreshTokens, ApiError> {
    Ok(&data::<Caller>(ctx)?.refresh_tokens)
}

/// The services.
pub fn services<'a>(ctx: &Context<'a>) -> Result<&'a Services, ApiError> {
    Ok(&**data::<Arc<Services>>(ctx)?)
}

/// A part of the request that the engine has put into the context.
pub fn data<'a, T: Send + Sync + 'static>(ctx: &Context<'a>) -> Result<&'a T, ApiError> {
    ctx.data_opt::<T>()
        .ok_or_else(|| ApiError::unexpected(std::any::type_name::<T>()))
}
