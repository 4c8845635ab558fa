//! The routes.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get};

use super::app_state::AppState;
use super::layers::cors;
use super::pages::{account, graphiql, mailbox};
use super::{graphql, health, well_known};

/// The path of the API.
pub const API: &str = "/graphql";

/// Returns the routes of everything that is served over HTTP.
pub fn routes(state: &Arc<AppState>) -> Router {
    let mut api = get(graphql::get)
        .post(graphql::post)
        .fallback(graphql::method_not_allowed);
    let mut not_found = any(nothing_here);
    // A page that calls a wrong path reads that answer, and not that its origin is refused.
    if let Some(cors) = cors::layer(&state.options.cors_origins) {
        api = api.layer(cors.clone());
        not_found = not_found.layer(cors).layer(from_fn(only_with_origin));
    }
    let mut router = Router::new()
        .route(API, api)
        .route("/account/{page}", get(account::page))
        .route("/.well-known/jwks.json", get(well_known::jwks))
        .route(
            "/.well-known/change-password",
            get(well_known::change_password),
        )
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/", get(|| async { Redirect::to(API) }))
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
    router.with_state(Arc::clone(state))
}

/// Runs CORS only for requests that name an origin: any other OPTIONS request is not a preflight.
async fn only_with_origin(request: Request, next: Next) -> Response {
    if request.headers().contains_key(header::ORIGIN) {
        next.run(request).await
    } else {
        nothing_here().await.into_response()
    }
}

async fn nothing_here() -> (StatusCode, &'static str) {
    (
        StatusCode::NOT_FOUND,
        "Nothing here: the API is at /graphql\n",
    )
}
