//! A name for each request: in its log lines, in `X-Request-ID`, and in what the client is told when
//! something unexpected happens.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use super::router::Services;

/// The name of the request at hand. Always our own: a client's could repeat, or forge a log line.
#[derive(Clone, Debug)]
pub(super) struct RequestId(pub String);

/// Names a request and answers the name.
pub(super) async fn name(
    State(services): State<Arc<Services>>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = services.random.id(services.clock.now()).to_string();
    let span = tracing::info_span!("request", id);
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    async move {
        let mut response = next.run(request).await;
        tracing::debug!(%method, path, status = response.status().as_u16(), "answered");
        if let Ok(id) = HeaderValue::try_from(id) {
            response.headers_mut().insert("x-request-id", id);
        }
        response
    }
    .instrument(span)
    .await
}
