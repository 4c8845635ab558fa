//! The id of a request: in its log lines, in `X-Request-ID`, and in the response to an unexpected error.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tracing::Instrument;

use crate::graphql::crashed;
use crate::http::app_state::AppState;

/// The id of a request. The service always makes it: one from a client could repeat, or forge a log line.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Assigns an id to a request, and adds it to the response. A panic is a bug, and ends only this request.
pub async fn assign(
    State(state): State<Arc<AppState>>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = state.random.id(state.clock.now()).to_string();
    let span = tracing::info_span!("request", id);
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    async move {
        let outcome = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        let mut response = outcome.unwrap_or_else(|_| {
            tracing::error!("a request panicked");
            let json = [(header::CONTENT_TYPE, "application/json; charset=utf-8")];
            (StatusCode::INTERNAL_SERVER_ERROR, json, crashed(&id)).into_response()
        });
        tracing::debug!(%method, path, status = response.status().as_u16(), "answered");
        if let Ok(id) = HeaderValue::try_from(id) {
            response.headers_mut().insert("x-request-id", id);
        }
        response
    }
    .instrument(span)
    .await
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_panic_is_answered_with_the_requests_name() {
        let body: serde_json::Value =
            serde_json::from_slice(&crate::graphql::crashed("the-id")).unwrap();
        let extensions = &body["errors"][0]["extensions"];
        assert_eq!(extensions["code"], "INTERNAL");
        assert_eq!(extensions["requestId"], "the-id");
    }
}
