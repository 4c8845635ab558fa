//! The state that handlers share, and the settings of HTTP.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRef;
use tokio::sync::watch;
use url::Url;

use super::layers::response_memory::ResponseMemory;
use super::lifecycle::Lifecycle;
use super::pages::Pages;
use super::request::body::BodyMemory;
use super::request::cookies::CookieOptions;
use super::request::origins::CorsOrigins;
use super::request::proxies::TrustedProxies;
use super::well_known::{ChangePasswordUrl, Discovery, Jwks};
use crate::graphql::Engine;
use crate::platform::clock::Clock;
use crate::platform::random::Random;
use crate::service::Mailbox;
use crate::store::Store;

/// The settings of HTTP.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// The largest body of a request, in bytes.
    pub max_body: usize,
    /// The time to read a request, and the time to execute it.
    pub timeout: Duration,
    pub trusted_proxies: TrustedProxies,
    pub cors_origins: CorsOrigins,
    pub cookies: CookieOptions,
    /// Whether browsers get GraphiQL.
    pub graphiql: bool,
    /// The page of the frontend where people change their password.
    pub change_password_url: Option<Url>,
    /// Whether each request to the API is logged.
    pub access_log: bool,
}

/// Everything that handlers need. A handler that needs one part takes only that, through [`FromRef`].
pub struct AppState {
    pub engine: Engine,
    /// Used by the health checks only.
    pub store: Store,
    pub clock: Clock,
    pub random: Random,
    pub pages: Pages,
    pub jwks: Jwks,
    pub discovery: Discovery,
    /// Captured mail; `None` where it must not be shown.
    pub mailbox: Option<Mailbox>,
    pub options: HttpOptions,
    pub lifecycle: watch::Receiver<Lifecycle>,
    /// The memory that the bodies of all requests share.
    pub body_memory: BodyMemory,
    /// The memory that all responses share until they are sent.
    pub response_memory: ResponseMemory,
}

impl FromRef<Arc<AppState>> for Jwks {
    fn from_ref(state: &Arc<AppState>) -> Self {
        state.jwks.clone()
    }
}

impl FromRef<Arc<AppState>> for Discovery {
    fn from_ref(state: &Arc<AppState>) -> Self {
        state.discovery.clone()
    }
}

impl FromRef<Arc<AppState>> for ChangePasswordUrl {
    fn from_ref(state: &Arc<AppState>) -> Self {
        Self(state.options.change_password_url.clone())
    }
}
