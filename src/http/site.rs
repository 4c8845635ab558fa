//! The site: what every request passes on its way to a route, and its response on the way back.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use hyper::body::Body as _;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use tokio::task::yield_now;
use tokio::time::Instant;
use tracing::Instrument;

use super::app_state::AppState;
use super::arrival::Arrival;
use super::layers::access_log::AccessLog;
use super::layers::cors::RefusedOrigins;
use super::layers::request_head;
use super::router::{API, routes};
use crate::graphql::crashed;
use crate::platform::statement_count::StatementCount;

/// The time of a request after which the tasks of other connections go first. Without a pause, hyper answers up to 16
/// requests that wait on one connection, each of which may take many milliseconds to compute.
const LONG: Duration = Duration::from_millis(1);

/// Everything that is served over HTTP.
#[derive(Clone)]
pub struct Site {
    routes: TowerToHyperService<Router>,
    state: Arc<AppState>,
    refused_origins: RefusedOrigins,
    access_log: Option<AccessLog>,
}

impl Site {
    #[must_use]
    pub fn new(state: AppState) -> Self {
        let state = Arc::new(state);
        let options = &state.options;
        Self {
            routes: TowerToHyperService::new(routes(&state)),
            refused_origins: RefusedOrigins::new(options),
            access_log: (options.access_log)
                .then(|| AccessLog::new(options.trusted_proxies.clone())),
            state,
        }
    }

    /// Returns how many requests on one HTTP/2 connection may compute at the same time: one, as on a connection of
    /// HTTP/1.1, or one on each core if a trusted proxy carries the requests of many clients on it.
    pub fn turns(&self, peer: SocketAddr) -> usize {
        let proxies = &self.state.options.trusted_proxies;
        if proxies.trusts(peer.ip().to_canonical()) {
            available_parallelism().map_or(1, NonZeroUsize::get)
        } else {
            1
        }
    }

    /// Answers a request. All its log lines have its id, and so has the response.
    pub async fn answer(&self, peer: SocketAddr, request: Request) -> Response {
        let began = Instant::now();
        let id = self.state.random.id(self.state.clock.now()).to_string();
        let span = tracing::info_span!("request", id);
        let arrival = Arrival {
            peer,
            id: id.into(),
        };
        let is_head = request.method() == Method::HEAD;
        let answering = self.survive_panics(arrival.clone(), request);
        let mut response = answering.instrument(span).await;
        if is_head {
            remove_body(&mut response);
        }
        add_security_headers(&mut response);
        if let Ok(id) = HeaderValue::try_from(&*arrival.id) {
            response.headers_mut().insert("x-request-id", id);
        }
        if began.elapsed() > LONG {
            yield_now().await;
        }
        response
    }

    /// Answers a request that panics, which is a bug and ends only this request.
    async fn survive_panics(&self, arrival: Arrival, request: Request) -> Response {
        let id = Arc::clone(&arrival.id);
        let answering = AssertUnwindSafe(self.pass(arrival, request));
        answering.catch_unwind().await.unwrap_or_else(|_| {
            tracing::error!("a request panicked");
            let json = [(header::CONTENT_TYPE, "application/json; charset=utf-8")];
            (StatusCode::INTERNAL_SERVER_ERROR, json, crashed(&id)).into_response()
        })
    }

    /// Passes a request on to its route, unless its head is refused, and takes memory for the response.
    async fn pass(&self, arrival: Arrival, mut request: Request) -> Response {
        let method = request.method().clone();
        let path =
            tracing::enabled!(tracing::Level::DEBUG).then(|| request.uri().path().to_owned());
        let response = match request_head::check(&mut request) {
            Ok(()) => self.route(arrival, request).await,
            Err(refusal) => *refusal,
        };
        let response = self.state.response_memory.reserve(response).await;
        tracing::debug!(%method, path, status = response.status().as_u16(), "answered");
        response
    }

    /// Passes a request to its route, and logs it if it is one to the API.
    async fn route(&self, arrival: Arrival, mut request: Request) -> Response {
        if request.uri().path() == API {
            self.refused_origins.log(&request);
        }
        let log = self.access_log.as_ref();
        let logged = log.map(|log| log.begin(request.headers(), arrival.peer));
        request.extensions_mut().insert(arrival);
        let answering = self.routes.call(request);
        let Some(logged) = logged else {
            let Ok(response) = answering.await;
            return response;
        };
        let statements = StatementCount::default();
        let Ok(response) = statements.count(answering).await;
        logged.end(&response, &statements);
        response
    }
}

/// Removes the body of a response to a HEAD request, and keeps its length. The routes do so themselves, but not what
/// answers before them.
fn remove_body(response: &mut Response) {
    let length = response
        .body()
        .size_hint()
        .exact()
        .filter(|length| *length > 0);
    if let Some(length) = length {
        let headers = response.headers_mut();
        headers
            .entry(header::CONTENT_LENGTH)
            .or_insert(length.into());
    }
    *response.body_mut() = Body::empty();
}

/// Adds the headers that every response has unless it sets its own: no sniffing of its type, no scripts, no frames, no
/// referrer, and no window or process shared with pages of other sites.
fn add_security_headers(response: &mut Response) {
    const HEADERS: [(HeaderName, HeaderValue); 5] = [
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(
                "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            ),
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            HeaderValue::from_static("same-origin"),
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("same-origin"),
        ),
    ];
    let headers = response.headers_mut();
    headers.reserve(HEADERS.len() + 2); // with the id, and the date
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(value);
    }
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
