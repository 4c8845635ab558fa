//! The settings of the server: where it listens, whom it believes, how long it waits, what it logs.

use std::time::Duration;

use clap::{ArgAction, Args, ValueEnum};
use tracing_subscriber::EnvFilter;
use url::{Host, Url};

use super::listen_address::ListenAddress;
use super::values::{duration, log_filter, number, public_url, web_url, yes_or_no};
use crate::http::{
    CookieOptions, CookieSameSite, CookieScheme, CorsOrigins, ServerOptions, TrustedProxies,
};

/// Where the service is.
#[derive(Args, Clone)]
#[group(skip)]
#[command(next_help_heading = "Server")]
pub struct AddressSettings {
    /// Address and port to listen on: 127.0.0.1:8000 for this machine alone, 0.0.0.0:8000 or [::]:8000 for all; a name such as localhost:8000 is resolved
    #[arg(long, default_value = "127.0.0.1:8000")]
    pub listen: ListenAddress,

    /// Where clients reach the service: links in mails and the tokens' issuer come from it, never from a request's Host header [default: http:// and the listening address]
    #[arg(long, value_parser = public_url)]
    pub public_url: Option<Url>,
}

impl AddressSettings {
    /// Where clients reach the service, without a slash at its end.
    #[must_use]
    pub fn base_url(&self) -> String {
        match &self.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.listen),
        }
    }

    /// Whether nothing says that others than this machine come here.
    pub(super) fn is_for_this_machine(&self) -> bool {
        self.listen.is_loopback() && self.public_url.iter().all(is_here)
    }
}

/// How the server behaves.
#[derive(Args, Clone)]
#[group(skip)]
#[command(next_help_heading = "Server")]
pub struct ServerSettings {
    /// Proxies whose X-Forwarded-For is believed: networks (10.0.0.0/8) or addresses, separated by commas
    #[arg(long, default_value = "")]
    pub trusted_proxies: TrustedProxies,

    /// Other sites whose scripts may call the API from a browser: origins (https://app.example.com, capacitor://localhost), or patterns for one label before a name that is yours alone (https://*.preview.example.com), separated by commas
    #[arg(long, default_value = "")]
    pub cors_origins: CorsOrigins,

    /// With which requests that other sites cause browsers send the cookie of X-Token-Delivery: cookie
    #[arg(long, default_value = "strict", ignore_case = true)]
    pub cookie_same_site: SameSite,

    /// Where your app is, such as https://app.example.com/login: the button "Continue" of the pages behind mailed links leads there [default: none; the pages say that they can be closed]
    #[arg(long, value_parser = web_url)]
    pub app_url: Option<Url>,

    /// Your page on which people change their password: /.well-known/change-password leads there, where password managers look for it [default: none]
    #[arg(long, value_parser = web_url)]
    pub change_password_url: Option<Url>,

    /// Whether browsers get GraphiQL at /graphql
    #[arg(long, default_value = "true", action = ArgAction::Set, value_parser = yes_or_no)]
    pub graphiql: bool,

    /// Whether the API tells its schema (which GraphiQL needs), and suggests names that were misspelt
    #[arg(long, default_value = "true", action = ArgAction::Set, value_parser = yes_or_no)]
    pub introspection: bool,

    /// Time to read the body of a request, and to answer it, each
    #[arg(long, default_value = "10s", value_parser = duration)]
    pub request_timeout: Duration,

    /// A connection whose first request head does not arrive within so long is closed
    #[arg(long, default_value = "10s", value_parser = duration)]
    pub header_timeout: Duration,

    /// A connection on which nothing was asked for so long is closed: longer than a proxy in front keeps it
    #[arg(long, default_value = "75s", value_parser = duration)]
    pub idle_timeout: Duration,

    /// A client that takes less than 8 KiB of its answer, or of what is left of it, in so long is disconnected
    #[arg(long, default_value = "10s", value_parser = duration)]
    pub send_timeout: Duration,

    /// Most connections at once; when all are taken, those that idle for a second make room [at most the file descriptors that the system allows]
    #[arg(long, default_value = "4000", value_parser = number::<u32>(1, 1_000_000))]
    pub max_connections: u32,

    /// Time after SIGTERM in which connections are still accepted while /health/ready answers 503, so that load balancers notice and send requests elsewhere; Ctrl-C skips it [default: 5s; none if LISTEN is an address of this machine alone]
    #[arg(long, value_parser = duration)]
    pub shutdown_delay: Option<Duration>,

    /// Time that running requests get to finish after that
    #[arg(long, default_value = "10s", value_parser = duration)]
    pub shutdown_grace: Duration,

    /// What to log: off, error, warn, info, debug or trace, or targets with levels (info,latchkey=debug)
    #[arg(long, default_value = "info", value_parser = log_filter)]
    pub log: String,

    /// How to log: text for people, json for programs
    #[arg(long, default_value = "text", ignore_case = true)]
    pub log_format: LogFormat,

    /// Whether each request to the API is a line of the log at the level info: its client's address, session, operation, root fields, error codes, statements and time
    #[arg(long, default_value = "true", action = ArgAction::Set, value_parser = yes_or_no)]
    pub access_log: bool,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

/// The values of `COOKIE_SAME_SITE`.
#[derive(Clone, Copy, ValueEnum)]
pub enum SameSite {
    /// With none
    Strict,
    /// With links that are followed
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
        // `log_filter` has seen to it that this can be read.
        EnvFilter::new(&self.log)
    }

    /// Without a public URL, clients are where the service listens: here.
    pub(super) fn cookie_options(&self, address: &AddressSettings) -> CookieOptions {
        let scheme = match &address.public_url {
            Some(url) if url.scheme() == "https" => CookieScheme::Https,
            Some(url) if !is_here(url) => CookieScheme::PlainHttp,
            _ => CookieScheme::Loopback,
        };
        let own_origin = Url::parse(&address.base_url()).map(|url| url.origin());
        CookieOptions {
            scheme,
            own_origin: own_origin.map_or_else(|_| String::new(), |it| it.ascii_serialization()),
            same_site: self.cookie_same_site.into(),
        }
    }

    /// No load balancer is told of an address that only this machine reaches.
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

/// Whether a URL leads to this machine.
pub(super) fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
