//! The state that handlers share.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRef;
use tokio::sync::watch;
use url::Url;

use super::answer_memory::AnswerMemory;
use super::body_room::BodyRoom;
use super::client::TrustedProxies;
use super::cookies::CookieOptions;
use super::discovery::Discovery;
use super::jwks::Jwks;
use super::lifecycle::Lifecycle;
use super::origins::CorsOrigins;
use super::pages::Pages;
use crate::graphql::Engine;
use crate::platform::clock::Clock;
use crate::platform::random::Random;
use crate::service::Mailbox;
use crate::store::Store;

/// How HTTP behaves.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// Bytes.
    pub max_body: usize,
    /// For reading a request and for answering it, each.
    pub timeout: Duration,
    pub trusted_proxies: TrustedProxies,
    pub cors_origins: CorsOrigins,
    pub cookies: CookieOptions,
    /// Whether browsers get GraphiQL.
    pub graphiql: bool,
    /// A page of somebody else's where people change their password.
    pub change_password_url: Option<Url>,
    /// Whether each request to the API is a line of the log.
    pub access_log: bool,
}

/// Everything that a handler may need. One that needs little takes just that: see the implementations of [`FromRef`].
pub struct AppState {
    pub engine: Engine,
    /// For the health checks alone.
    pub store: Store,
    pub clock: Clock,
    pub random: Random,
    pub pages: Pages,
    pub jwks: Jwks,
    pub discovery: Discovery,
    /// Captured mail; `None` where it must not be shown to whoever asks.
    pub mailbox: Option<Mailbox>,
    pub options: HttpOptions,
    /// Whether the service is about to end.
    pub lifecycle: watch::Receiver<Lifecycle>,
    /// Memory that the bodies of all requests share.
    pub body_room: BodyRoom,
    /// Memory that answers on their way share.
    pub answer_memory: AnswerMemory,
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
