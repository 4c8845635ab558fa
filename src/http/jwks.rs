//! `/.well-known/jwks.json`: what other services verify access tokens with.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

/// Verifiers may keep the keys for so long: a new key must be here for that time before it signs.
pub(super) const MAX_AGE: &str = "public, max-age=300";

/// The public keys of access tokens as JSON (RFC 7517 section 5); none while `SECRET_KEY` signs.
#[derive(Clone)]
pub struct Jwks(pub Arc<str>);

/// The document.
pub(super) async fn show(State(Jwks(keys)): State<Jwks>) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "application/jwk-set+json"),
        (header::CACHE_CONTROL, MAX_AGE),
        // Public in every sense: a script of any site may verify.
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, keys.to_string())
}
