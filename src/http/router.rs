//! Which path leads where, and what every answer carries.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response, map_response_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get};

use super::app_state::AppState;
use super::cors::RefusedOrigins;
use super::{
    access_log, account_pages, answer_memory, change_password, cors, discovery, graphiql, graphql,
    health, jwks, mailbox, request_head, request_id,
};

/// Returns everything that is served over HTTP.
pub fn router(state: AppState) -> Router {
    let state = Arc::new(state);
    let mut router = Router::new();
    if state.mailbox.is_some() {
        router = router
            .route("/mailbox", get(mailbox::list))
            .route("/mailbox/{id}", get(mailbox::show))
            .route("/mailbox/{id}/html", get(mailbox::html));
    }
    if state.options.graphiql {
        router = router.route("/graphiql/{asset}", get(graphiql::asset));
    }
    let mut api = get(graphql::get)
        .post(graphql::post)
        .fallback(graphql::method_not_allowed);
    if state.options.access_log {
        let proxies = state.options.trusted_proxies.clone();
        api = api.layer(from_fn_with_state(proxies, access_log::write));
    }
    let mut elsewhere = any(not_found);
    if let Some(cors) = cors::layer(&state.options.cors_origins) {
        api = api.layer(cors.clone());
        // A page that calls a wrong path reads that, and not that its origin is refused.
        elsewhere = elsewhere.layer(cors).layer(from_fn(for_pages));
    }
    let refused = RefusedOrigins::new(&state.options);
    api = api.layer(from_fn_with_state(refused, cors::log_refused));
    for place in discovery::PLACES {
        router = router
            .route(place, get(discovery::show))
            .route(&format!("{place}/{{*issuer}}"), get(discovery::show));
    }
    router
        .route("/graphql", api)
        .route("/account/{page}", get(account_pages::page))
        .route("/.well-known/jwks.json", get(jwks::show))
        .route(
            "/.well-known/change-password",
            get(change_password::redirect),
        )
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/", get(|| async { Redirect::to("/graphql") }))
        .fallback_service(elsewhere)
        .layer(from_fn(request_head::check))
        .layer(map_response_with_state(
            state.answer_memory.clone(),
            answer_memory::share,
        ))
        .layer(from_fn_with_state(Arc::clone(&state), request_id::name))
        // Outermost: the answer to a panic is made by the layer before.
        .layer(map_response(guarded))
        .with_state(state)
}

/// Keeps answers about origins for requests that name one: any other OPTIONS is no preflight.
async fn for_pages(request: Request, next: Next) -> Response {
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

/// What every answer says, unless it says more: its type is what it says, nothing on it runs or is
/// framed, and what it links to does not hear where the reader came from.
async fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        // No page of another site shares a window or a process with ours, or embeds what is here.
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
        headers.entry(name).or_insert(value);
    }
    response
}
