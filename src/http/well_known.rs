//! The URLs under `/.well-known/`: documents for services that verify access tokens, and a link for password managers.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::json;
use url::Url;

/// The paths of the discovery document (OpenID Connect Discovery 1.0, RFC 8414). Both specifications have the same members.
pub const DISCOVERY_PATHS: [&str; 2] = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
];

/// Verifiers may cache the keys for this long: a new key must be published for that time before it signs.
const MAX_AGE: &str = "public, max-age=300";

/// Every claim that an access token may have.
const CLAIMS: [&str; 13] = [
    "iss",
    "aud",
    "sub",
    "sid",
    "username",
    "auth_time",
    "amr",
    "gen",
    "iat",
    "exp",
    "jti",
    "org",
    "org_role",
];

/// The public keys of access tokens as JSON (RFC 7517 section 5); none while `SECRET_KEY` signs.
#[derive(Clone)]
pub struct Jwks(pub Arc<str>);

/// Serves the public keys.
pub async fn jwks(State(Jwks(keys)): State<Jwks>) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "application/jwk-set+json"),
        (header::CACHE_CONTROL, MAX_AGE),
        // The keys are public: scripts of any site may verify tokens.
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, keys.to_string())
}

/// The metadata of the issuer of access tokens, which leads verifiers to its keys.
#[derive(Clone)]
pub struct Discovery {
    /// The document, or the reason why there is none.
    document: Result<Arc<str>, &'static str>,
    /// The issuer's path without a trailing slash. RFC 8414 appends it to the well-known path.
    path: Arc<str>,
}

impl Discovery {
    /// Describes the issuer of a service that clients reach at `base_url`. `algorithms` are those of the published keys.
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
                "Access tokens are signed with SECRET_KEY, which is not published. Set SIGNING_KEY_FILE to a key \
                 pair (see latchkey keys), and this document leads to its public key.\n",
            )
        } else if url.is_none() {
            Err(
                "The issuer of access tokens is not a URL, so it has no such document. Set TOKEN_ISSUER to a URL, or \
                 take the keys from /.well-known/jwks.json.\n",
            )
        } else {
            Ok(json!({
                "issuer": issuer,
                "jwks_uri": format!("{base_url}/.well-known/jwks.json"),
                // There is no OAuth endpoint: people sign in through GraphQL.
                "response_types_supported": [],
                "subject_types_supported": ["public"],
                // Verifiers look here for the algorithms of every token, although there are no ID tokens.
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

    /// Returns whether the document is served at this path: for an issuer `https://example.com/auth`, at a well-known path
    /// itself and at one with `/auth` appended.
    fn is_at(&self, path: &str) -> bool {
        let rest = DISCOVERY_PATHS
            .iter()
            .find_map(|prefix| path.strip_prefix(prefix));
        rest.is_some_and(|rest| rest.is_empty() || rest.trim_end_matches('/') == &*self.path)
    }
}

/// Serves the discovery document.
pub async fn discovery(State(discovery): State<Discovery>, uri: Uri) -> Response {
    if !discovery.is_at(uri.path()) {
        let reason = "The issuer of access tokens has another path: see TOKEN_ISSUER.\n";
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

/// The page where people change their password, if the settings name one.
#[derive(Clone)]
pub struct ChangePasswordUrl(pub Option<Url>);

/// Redirects people whose password has leaked, whom their password manager sends here (W3C, "A Well-Known URL for Changing
/// Passwords").
pub async fn change_password(State(ChangePasswordUrl(page)): State<ChangePasswordUrl>) -> Response {
    if let Some(page) = page {
        return Redirect::to(page.as_str()).into_response();
    }
    let reason = "There is no page to change a password: set CHANGE_PASSWORD_URL to yours.\n";
    (StatusCode::NOT_FOUND, reason).into_response()
}
