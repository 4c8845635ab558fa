//! CORS: the sites whose scripts may call the API from a browser. There are none unless the settings name them.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::http::app_state::HttpOptions;
use crate::http::request::origins::CorsOrigins;

/// The number of refused origins that are logged. Anybody can make up more.
const MAX_LOGGED: usize = 100;

/// Returns the layer that answers preflights and names in each response who may read it; `None` if no other site may call.
pub fn layer(origins: &CorsOrigins) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    let origins = origins.clone();
    let exposed = [
        header::RETRY_AFTER,
        header::WWW_AUTHENTICATE,
        HeaderName::from_static("x-request-id"),
    ];
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, _| origins.has(origin)))
        .allow_methods([Method::GET, Method::POST])
        // Any headers: tracing and client libraries add their own, and the origin is checked.
        .allow_headers(AllowHeaders::mirror_request())
        // Only for these sites; and only the cookie that X-Token-Delivery asks for is read.
        .allow_credentials(true)
        .expose_headers(exposed)
        .max_age(Duration::from_hours(2)); // the longest that browsers keep it
    Some(layer)
}

/// The log of refused origins, one line for each. Browsers tell their pages only that a request failed.
#[derive(Clone)]
pub struct RefusedOrigins {
    origins: CorsOrigins,
    own_origin: String,
    logged: Arc<Mutex<HashSet<String>>>,
}

impl RefusedOrigins {
    pub fn new(options: &HttpOptions) -> Self {
        Self {
            origins: options.cors_origins.clone(),
            own_origin: options.cookies.own_origin.clone(),
            logged: Arc::default(),
        }
    }

    /// Returns the origin of a request that comes from a page of another site and is refused.
    fn refused<'a>(&self, request: &'a Request) -> Option<&'a str> {
        let headers = request.headers();
        let value = headers.get(header::ORIGIN)?;
        let origin = value.to_str().ok()?;
        let host = headers.get(header::HOST).map(HeaderValue::as_bytes);
        let http2 = request
            .uri()
            .authority()
            .map(|authority| authority.as_str().as_bytes());
        let host = host.or(http2);
        let authority = origin
            .split_once("://")
            .map(|(_, authority)| authority.as_bytes());
        // A page whose proxy forwards requests to this service calls its own origin.
        let is_same_origin = headers
            .get("sec-fetch-site")
            .is_some_and(|site| site == "same-origin");
        let is_own = is_same_origin
            || origin == self.own_origin
            || (authority.is_some() && authority == host);
        (!is_own && !self.origins.has(value)).then_some(origin)
    }

    /// Logs a request from a page that may not call the API.
    pub fn log(&self, request: &Request) {
        let Some(origin) = self.refused(request) else {
            return;
        };
        let Some(setting) = self.origins.with(origin) else {
            return; // No browser sends such an origin.
        };
        {
            let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
            if logged.len() >= MAX_LOGGED || !logged.insert(origin.to_owned()) {
                return;
            }
            if logged.len() == MAX_LOGGED {
                tracing::warn!(
                    "pages of {MAX_LOGGED} origins were refused; no more of them are logged"
                );
            }
        }
        if origin == "null" {
            tracing::warn!(
                origin,
                "a page may not call the API: files and sandboxed pages have no origin; serve the page from a web \
                 server, and name its origin in CORS_ORIGINS"
            );
        } else {
            tracing::warn!(
                origin,
                "a page may not call the API; if it is yours, set CORS_ORIGINS={setting}"
            );
        }
    }
}
