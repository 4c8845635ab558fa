//! The settings of the server: its addresses, trusted proxies, timeouts and logs.

use std::time::Duration;

use clap::{ArgAction, Args, ValueEnum};
use tracing_subscriber::EnvFilter;
use url::{Host, Url};

use super::listen_address::ListenAddress;
use super::log_filter::log_filter;
use super::urls::{public_url, web_url};
use super::values::{duration, number, yes_or_no};
use crate::http::{
    CookieOptions, CookieSameSite, CookieScheme, CorsOrigins, ServerOptions, TrustedProxies,
};

/// The addresses of the service.
#[derive(Args, Clone)]
#[group(skip)]
#[command(next_help_heading = "Server")]
pub struct AddressSettings {
    /// Address and port to listen on: 127.0.0.1:8000 for this machine alone, 0.0.0.0:8000 or [::]:8000 for all addresses, or a name such as localhost:8000
    #[arg(long, default_value = "127.0.0.1:8000")]
    pub listen: ListenAddress,

    /// URL at which clients reach the service; links in mails and the issuer of tokens begin with it, never with a request's Host header [default: http:// and the listening address]
    #[arg(long, value_parser = public_url)]
    pub public_url: Option<Url>,
}

impl AddressSettings {
    /// Returns the URL at which clients reach the service, without a slash at its end.
    #[must_use]
    pub fn base_url(&self) -> String {
        match &self.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.listen),
        }
    }

    /// Returns whether only this machine can connect, as far as these settings tell.
    pub(super) fn is_for_this_machine(&self) -> bool {
        self.listen.is_loopback() && self.public_url.iter().all(is_here)
    }
}

/// The behaviour of the server.
#[derive(Args, Clone)]
#[group(skip)]
#[command(next_help_heading = "Server")]
pub struct ServerSettings {
    /// Proxies whose X-Forwarded-For header is trusted: networks (10.0.0.0/8) or addresses, separated by commas
    #[arg(long, default_value = "")]
    pub trusted_proxies: TrustedProxies,

    /// Other sites whose scripts may call the API from a browser: origins (https://app.example.com, capacitor://localhost), or patterns for one label of a domain that is yours alone (https://*.preview.example.com), separated by commas
    #[arg(long, default_value = "")]
    pub cors_origins: CorsOrigins,

    /// Requests from other sites with which browsers send the cookie of X-Token-Delivery: cookie
    #[arg(long, default_value = "strict", ignore_case = true)]
    pub cookie_same_site: SameSite,

    /// URL of your app, such as https://app.example.com/login: the button "Go to the app" on the pages behind mailed links leads there [default: none; the pages say that they can be closed]
    #[arg(long, value_parser = web_url)]
    pub app_url: Option<Url>,

    /// URL of your page for changing a password: /.well-known/change-password, where password managers look, redirects there [default: none]
    #[arg(long, value_parser = web_url)]
    pub change_password_url: Option<Url>,

    /// Serves GraphiQL to browsers at /graphql
    #[arg(long, default_value = "true", action = ArgAction::Set, value_parser = yes_or_no)]
    pub graphiql: bool,

    /// Lets clients query the schema, which GraphiQL needs, and suggests names for misspelt ones
    #[arg(long, default_value = "true", action = ArgAction::Set, value_parser = yes_or_no)]
    pub introspection: bool,

    /// Time limit for reading the body of a request, and another of the same length for answering it
    #[arg(long, default_value = "10s", value_parser = duration)]
    pub request_timeout: Duration,

    /// Time after which a connection is closed if its first request head has not arrived
    #[arg(long, default_value = "10s", value_parser = duration)]
    pub header_timeout: Duration,

    /// Time after which an idle connection is closed; set it to longer than a proxy in front keeps connections
    #[arg(long, default_value = "75s", value_parser = duration)]
    pub idle_timeout: Duration,

    /// Time in which a client must receive 8 KiB of its answer, or the rest of it; a slower client is disconnected
    #[arg(long, default_value = "10s", value_parser = duration)]
    pub send_timeout: Duration,

    /// Maximum number of connections; if all are in use, connections that were idle for a second are closed [at most the file descriptors that the system allows]
    #[arg(long, default_value = "4000", value_parser = number::<u32>(1, 1_000_000))]
    pub max_connections: u32,

    /// Time after SIGTERM in which connections are still accepted while /health/ready answers 503, so that load balancers send new requests elsewhere; Ctrl-C skips it [default: 5s; none if LISTEN is an address of this machine alone]
    #[arg(long, value_parser = duration)]
    pub shutdown_delay: Option<Duration>,

    /// Time for running requests to finish after SHUTDOWN_DELAY
    #[arg(long, default_value = "10s", value_parser = duration)]
    pub shutdown_grace: Duration,

    /// Filter of the log: off, error, warn, info, debug or trace, or targets with levels (info,latchkey=debug)
    #[arg(long, default_value = "info", value_parser = log_filter)]
    pub log: String,

    /// Format of the log: text for people, json for programs
    #[arg(long, default_value = "text", ignore_case = true)]
    pub log_format: LogFormat,

    /// Logs each request to the API at the level info: client address, session, operation, root fields, error codes, statements and time
    #[arg(long, default_value = "true", action = ArgAction::Set, value_parser = yes_or_no)]
    pub access_log: bool,
}

/// The format of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

/// The values of `COOKIE_SAME_SITE`.
#[derive(Clone, Copy, ValueEnum)]
pub enum SameSite {
    /// No requests from other sites
    Strict,
    /// Only links that people follow
    Lax,
}

impl From<SameSite> for CookieSameSite {
    fn from(same_site: SameSite) -> Self {
        match same_site {
            SameSite::Strict => Self::Strict,
            SameSite::Lax => Self::Lax,
        }
    }
}

impl ServerSettings {
    #[must_use]
    pub fn log_filter(&self) -> EnvFilter {
        // `log_filter` has checked it.
        EnvFilter::new(&self.log)
    }

    /// Returns the settings of cookies. Without a public URL, clients are on this machine.
    pub(super) fn cookie_options(&self, address: &AddressSettings) -> CookieOptions {
        let scheme = match &address.public_url {
            Some(url) if url.scheme() == "https" => CookieScheme::Https,
            Some(url) if !is_here(url) => CookieScheme::PlainHttp,
            _ => CookieScheme::Loopback,
        };
        let own_origin = Url::parse(&address.base_url()).map(|url| url.origin());
        CookieOptions {
            scheme,
            own_origin: own_origin
                .map_or_else(|_| String::new(), |origin| origin.ascii_serialization()),
            same_site: self.cookie_same_site.into(),
        }
    }

    /// Returns how long to accept connections after SIGTERM. On a loopback address, no load balancer needs the time.
    pub(super) fn shutdown_delay(&self, address: &AddressSettings) -> Duration {
        let default = if address.listen.is_loopback() { 0 } else { 5 };
        self.shutdown_delay.unwrap_or(Duration::from_secs(default))
    }

    #[must_use]
    pub fn options(&self) -> ServerOptions {
        ServerOptions {
            header_timeout: self.header_timeout,
            idle_timeout: self.idle_timeout,
            send_timeout: self.send_timeout,
            max_connections: self.max_connections,
        }
    }
}

/// Returns whether a URL leads to this machine.
pub(super) fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
