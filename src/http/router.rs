//! The routes, and the headers of every response.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response, map_response_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, any, get};

use super::app_state::AppState;
use super::layers::cors::{self, RefusedOrigins};
use super::layers::{access_log, request_head, request_id, response_memory};
use super::pages::{account, graphiql, mailbox};
use super::{graphql, health, well_known};

type Routes = MethodRouter<Arc<AppState>>;

/// Returns everything that is served over HTTP.
pub fn router(state: AppState) -> Router {
    let state = Arc::new(state);
    let (api, not_found) = with_cors(api(&state), any(not_found), &state);
    let mut router = Router::new()
        .route("/graphql", api)
        .route("/account/{page}", get(account::page))
        .route("/.well-known/jwks.json", get(well_known::jwks))
        .route(
            "/.well-known/change-password",
            get(well_known::change_password),
        )
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/", get(|| async { Redirect::to("/graphql") }))
        .fallback_service(not_found);
    for path in well_known::DISCOVERY_PATHS {
        router = router
            .route(path, get(well_known::discovery))
            .route(&format!("{path}/{{*issuer}}"), get(well_known::discovery));
    }
    if state.options.graphiql {
        router = router.route("/graphiql/{asset}", get(graphiql::asset));
    }
    if state.mailbox.is_some() {
        router = router
            .route("/mailbox", get(mailbox::list))
            .route("/mailbox/{id}", get(mailbox::show))
            .route("/mailbox/{id}/html", get(mailbox::html));
    }
    with_layers(router, &state).with_state(state)
}

/// Returns the GraphQL endpoint, with its access log.
fn api(state: &AppState) -> Routes {
    let api = get(graphql::get)
        .post(graphql::post)
        .fallback(graphql::method_not_allowed);
    if !state.options.access_log {
        return api;
    }
    let proxies = state.options.trusted_proxies.clone();
    api.layer(from_fn_with_state(proxies, access_log::write))
}

/// Adds CORS to the endpoint and to the answer for unknown paths: a page that calls a wrong path reads that answer, and not
/// that its origin is refused.
fn with_cors(api: Routes, not_found: MethodRouter, state: &AppState) -> (Routes, MethodRouter) {
    let refused = RefusedOrigins::new(&state.options);
    let log_refused = from_fn_with_state(refused, cors::log_refused);
    match cors::layer(&state.options.cors_origins) {
        Some(cors) => (
            api.layer(cors.clone()).layer(log_refused),
            not_found.layer(cors).layer(from_fn(only_with_origin)),
        ),
        None => (api.layer(log_refused), not_found),
    }
}

/// Adds the layers that every request passes. The last one added is the outermost.
fn with_layers(router: Router<Arc<AppState>>, state: &Arc<AppState>) -> Router<Arc<AppState>> {
    router
        .layer(from_fn(request_head::check))
        .layer(map_response_with_state(
            state.response_memory.clone(),
            response_memory::reserve,
        ))
        .layer(from_fn_with_state(Arc::clone(state), request_id::assign))
        // Outside the layer that answers for a panic.
        .layer(map_response(with_security_headers))
}

/// Runs CORS only for requests that name an origin: any other OPTIONS request is not a preflight.
async fn only_with_origin(request: Request, next: Next) -> Response {
    if request.headers().contains_key(header::ORIGIN) {
        next.run(request).await
    } else {
        not_found().await.into_response()
    }
}

async fn not_found() -> (StatusCode, &'static str) {
    (
        StatusCode::NOT_FOUND,
        "Nothing here: the API is at /graphql\n",
    )
}

/// Adds the headers that every response has unless it sets its own: no sniffing of its type, no scripts, no frames, no
/// referrer, and no window or process shared with pages of other sites.
async fn with_security_headers(mut response: Response) -> Response {
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ] {
        let value = HeaderValue::from_static(value);
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}
