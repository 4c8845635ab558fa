//! Which path leads where, and what every answer carries.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{Redirect, Response};
use axum::routing::get;

use super::services::Services;
use super::{account_pages, graphiql, graphql, health, mailbox, request_id};

/// The whole of the HTTP floor.
pub fn router(services: Services) -> Router {
    let services = Arc::new(services);
    let mut router = Router::new();
    if services.mailbox.is_some() {
        router = router
            .route("/mailbox", get(mailbox::list))
            .route("/mailbox/{id}", get(mailbox::show))
            .route("/mailbox/{id}/html", get(mailbox::html));
    }
    router
        .route(
            "/graphql",
            get(graphql::get)
                .post(graphql::post)
                .fallback(graphql::method_not_allowed),
        )
        .route("/graphiql/{asset}", get(graphiql::asset))
        .route("/account/{page}", get(account_pages::page))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/", get(|| async { Redirect::to("/graphql") }))
        .fallback(not_found)
        .layer(map_response(never_sniffed))
        .layer(from_fn_with_state(Arc::clone(&services), request_id::name))
        .with_state(services)
}

async fn not_found() -> (StatusCode, &'static str) {
    (
        StatusCode::NOT_FOUND,
        "Nothing here: the API is at /graphql\n",
    )
}

async fn never_sniffed(mut response: Response) -> Response {
    let nosniff = HeaderValue::from_static("nosniff");
    response
        .headers_mut()
        .insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}
