//! `/.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`: from the issuer of a token to the
//! keys that verify it (OpenID Connect Discovery 1.0, RFC 8414).

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use url::Url;

use super::jwks::MAX_AGE;

/// Where the document is. Both specifications have the same members.
pub(super) const PLACES: [&str; 2] = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
];

/// Every claim that an access token may have.
const CLAIMS: [&str; 11] = [
    "iss", "aud", "sub", "sid", "username", "gen", "iat", "exp", "jti", "org", "org_role",
];

/// What is told of the issuer of access tokens.
#[derive(Clone)]
pub struct Discovery {
    /// The document, or why there is none.
    document: Result<Arc<str>, &'static str>,
    /// The issuer's path without a slash at its end. RFC 8414 puts it behind the well-known one.
    path: Arc<str>,
}

impl Discovery {
    /// For tokens with this issuer, of a service that clients reach at `base_url`; `algorithms` are those of the
    /// published keys.
    #[must_use]
    pub fn new(issuer: &str, base_url: &str, algorithms: &[String]) -> Self {
        let url = Url::parse(issuer).ok().filter(|url| {
            let is_web = matches!(url.scheme(), "https" | "http");
            is_web && url.query().is_none() && url.fragment().is_none()
        });
        let path = url
            .as_ref()
            .map(|url| url.path().trim_end_matches('/').to_owned());
        let document = if algorithms.is_empty() {
            Err(
                "Access tokens are signed with SECRET_KEY, which is published nowhere. Set SIGNING_KEY_FILE to a key \
                 pair (see latchkey keys), and this document names its public half.\n",
            )
        } else if url.is_none() {
            Err(
                "The issuer of access tokens is no URL, so nobody looks for it here. Set TOKEN_ISSUER to one, or \
                 take the keys from /.well-known/jwks.json.\n",
            )
        } else {
            Ok(json!({
                "issuer": issuer,
                "jwks_uri": format!("{base_url}/.well-known/jwks.json"),
                // There is no endpoint of OAuth here: people sign in by GraphQL.
                "response_types_supported": [],
                "subject_types_supported": ["public"],
                // Where verifiers look for the algorithms of every token; of ID tokens there are none.
                "id_token_signing_alg_values_supported": algorithms,
                "claims_supported": CLAIMS,
            })
            .to_string()
            .into())
        };
        Self {
            document,
            path: path.unwrap_or_default().into(),
        }
    }

    /// Whether the document is at this path: for an issuer `https://example.com/auth`, at the place itself and at the
    /// place with `/auth` behind it.
    fn is_at(&self, path: &str) -> bool {
        let behind = PLACES.iter().find_map(|place| path.strip_prefix(place));
        behind
            .is_some_and(|behind| behind.is_empty() || behind.trim_end_matches('/') == &*self.path)
    }
}

/// The document.
pub(super) async fn show(State(discovery): State<Discovery>, uri: Uri) -> Response {
    if !discovery.is_at(uri.path()) {
        let reason = "The issuer of access tokens is another: see TOKEN_ISSUER.\n";
        return (StatusCode::NOT_FOUND, reason).into_response();
    }
    match &discovery.document {
        Ok(document) => {
            let headers = [
                (header::CONTENT_TYPE, "application/json"),
                (header::CACHE_CONTROL, MAX_AGE),
                (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            ];
            (headers, document.to_string()).into_response()
        }
        Err(reason) => (StatusCode::NOT_FOUND, *reason).into_response(),
    }
}
