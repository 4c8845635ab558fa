//! Every setting: a flag, an environment variable, its unit and its default. `latchkey serve --help`
//! prints this file as the reference.

mod limits;
mod mail;
mod tokens;
mod values;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use url::{Host, Url};

pub use self::limits::LimitSettings;
pub use self::mail::MailSettings;
pub use self::tokens::TokenSettings;
use self::values::{Unread, app_url, delta, duration, min_length};
use crate::graphql::Limits;
use crate::http::{
    CookieOptions, CookieSameSite, CookieScheme, CorsOrigins, HttpOptions, ServerOptions,
    TrustedProxies,
};
use crate::service::{Argon2Cost, EmailOptions, HasherOptions, PasswordPolicy, SweepOptions};
use crate::store::{DatabaseUrl, StatementMode, StoreOptions};

/// The settings. Prints nothing, since some are secret.
#[derive(Args, Clone)]
#[group(skip)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a setting that is on or off"
)]
pub struct Config {
    /// Address and port to listen on
    #[arg(long, env, global = true, default_value = "127.0.0.1:8000", help_heading = SERVER)]
    pub listen: SocketAddr,

    /// Where clients reach the service: links in mails and the tokens' issuer come from it, never from a request's Host header [default: http:// and the listening address]
    #[arg(long, env, global = true, help_heading = SERVER)]
    pub public_url: Option<Url>,

    /// Where your app is, such as https://app.example.com/login: the button "Continue" of the pages behind mailed links leads there [default: none; the pages say that they can be closed]
    #[arg(long, env, global = true, value_parser = app_url, help_heading = SERVER)]
    pub app_url: Option<Url>,

    /// Proxies whose X-Forwarded-For is believed: networks (10.0.0.0/8) or addresses, separated by commas
    #[arg(long, env, global = true, default_value = "", help_heading = SERVER)]
    pub trusted_proxies: TrustedProxies,

    /// Other sites whose scripts may call the API from a browser: origins (https://app.example.com), separated by commas
    #[arg(long, env, global = true, default_value = "", help_heading = SERVER)]
    pub cors_origins: CorsOrigins,

    /// With which requests that other sites cause browsers send the cookie of X-Token-Delivery: cookie
    #[arg(long, env, global = true, default_value = "strict", help_heading = SERVER)]
    pub cookie_same_site: CookieSameSite,

    /// Whether browsers get GraphiQL at /graphql
    #[arg(long, env, global = true, default_value = "true", action = clap::ArgAction::Set, help_heading = SERVER)]
    pub graphiql: bool,

    /// Whether the API tells its schema (which GraphiQL needs), and suggests names that were misspelt
    #[arg(long, env, global = true, default_value = "true", action = clap::ArgAction::Set, help_heading = SERVER)]
    pub introspection: bool,

    /// Time to read the body of a request, and to answer it, each
    #[arg(long, env, global = true, default_value = "10s", value_parser = duration, help_heading = SERVER)]
    pub request_timeout: Duration,

    /// A connection whose first request head does not arrive within so long is closed
    #[arg(long, env, global = true, default_value = "10s", value_parser = duration, help_heading = SERVER)]
    pub header_timeout: Duration,

    /// A connection on which nothing was asked for so long is closed: longer than a proxy in front keeps it
    #[arg(long, env, global = true, default_value = "75s", value_parser = duration, help_heading = SERVER)]
    pub idle_timeout: Duration,

    /// A client that takes less than 8 KiB of its answer, or of what is left of it, in so long is disconnected
    #[arg(long, env, global = true, default_value = "10s", value_parser = duration, help_heading = SERVER)]
    pub send_timeout: Duration,

    /// Most connections at once; when all are taken, those that idle for a second make room [at most the file descriptors that the system allows]
    #[arg(long, env, global = true, default_value = "4000", value_parser = clap::value_parser!(u32).range(1..=1_000_000), help_heading = SERVER)]
    pub max_connections: u32,

    /// Time after SIGTERM in which connections are still accepted while /health/ready answers 503, so that load balancers notice and send requests elsewhere; Ctrl-C skips it [default: 5s; none if LISTEN is an address of this machine alone]
    #[arg(long, env, global = true, value_parser = duration, help_heading = SERVER)]
    pub shutdown_delay: Option<Duration>,

    /// Time that running requests get to finish after that
    #[arg(long, env, global = true, default_value = "10s", value_parser = duration, help_heading = SERVER)]
    pub shutdown_grace: Duration,

    /// What to log: a level, or targets with levels (info,latchkey=debug)
    #[arg(long, env, global = true, default_value = "info", help_heading = SERVER)]
    pub log: String,

    /// How to log: text for people, json for programs
    #[arg(long, env, global = true, default_value = "text", help_heading = SERVER)]
    pub log_format: LogFormat,

    /// Folder for the SQLite file and the generated secret
    #[arg(long, env, global = true, default_value = "./data", help_heading = STORAGE)]
    pub data_dir: PathBuf,

    /// postgres://user:password@host/database, or sqlite:path [default: sqlite:DATA_DIR/latchkey.db]
    #[arg(long, env, global = true, hide_env_values = true, help_heading = STORAGE)]
    pub database_url: Option<Unread>,

    /// Connections of this node to PostgreSQL, or readers of the SQLite file
    #[arg(long, env, global = true, default_value = "10", help_heading = STORAGE)]
    pub database_max_connections: std::num::NonZeroU32,

    /// How long a request waits for a connection before it answers UNAVAILABLE
    #[arg(long, env, global = true, default_value = "3s", value_parser = duration, help_heading = STORAGE)]
    pub database_acquire_timeout: Duration,

    /// How long one operation of the database may take, with that wait, before the request answers UNAVAILABLE
    #[arg(long, env, global = true, default_value = "4s", value_parser = duration, help_heading = STORAGE)]
    pub database_timeout: Duration,

    /// Whether statements are prepared once a connection: false for PgBouncer in transaction mode, where each statement costs two more round trips
    #[arg(long, env, global = true, default_value = "true", action = clap::ArgAction::Set, help_heading = STORAGE)]
    pub database_prepared_statements: bool,

    #[command(flatten)]
    pub tokens: TokenSettings,

    /// Fewest characters of a new password (NIST SP 800-63B-4 section 3.1.1.2)
    #[arg(long, env, global = true, default_value = "8", value_parser = min_length, help_heading = PASSWORDS)]
    pub password_min_length: usize,

    /// Lowest zxcvbn score of a new password, 0 (anything) to 4
    #[arg(long, env, global = true, default_value = "3", value_parser = clap::value_parser!(u8).range(..=i64::from(PasswordPolicy::MAX_SCORE)), help_heading = PASSWORDS)]
    pub password_min_score: u8,

    /// Argon2id memory, KiB (OWASP Password Storage Cheat Sheet)
    #[arg(long, env, global = true, default_value = "19456", help_heading = PASSWORDS)]
    pub hash_memory: u32,

    /// Argon2id passes over the memory
    #[arg(long, env, global = true, default_value = "2", help_heading = PASSWORDS)]
    pub hash_iterations: u32,

    /// Argon2id lanes
    #[arg(long, env, global = true, default_value = "1", help_heading = PASSWORDS)]
    pub hash_parallelism: u32,

    /// Threads that hash, each with its own HASH_MEMORY [default: half the cores, at least 1]
    #[arg(long, env, global = true, help_heading = PASSWORDS)]
    pub hash_threads: Option<NonZeroUsize>,

    /// Who would wait longer for a hash is answered OVERLOADED
    #[arg(long, env, global = true, default_value = "5s", value_parser = duration, help_heading = PASSWORDS)]
    pub hash_max_wait: Duration,

    #[command(flatten)]
    pub mail: MailSettings,

    /// Whether nobody may learn which addresses have accounts: `register` answers alike for a taken address and mails its owner; logging in then needs a verified address
    #[arg(long, env, global = true, default_value = "false", action = clap::ArgAction::Set, help_heading = ACCOUNTS)]
    pub conceal_accounts: bool,

    /// A registration that never proves its address makes way for a newer one after so long
    #[arg(long, env, global = true, default_value = "7days", value_parser = duration, help_heading = ACCOUNTS)]
    pub unverified_ttl: Duration,

    /// What happened to an account stays listed for so long
    #[arg(long, env, global = true, default_value = "180days", value_parser = duration, help_heading = ACCOUNTS)]
    pub security_event_retention: Duration,

    #[command(flatten)]
    pub attempts: LimitSettings,

    /// Largest request body, bytes
    #[arg(long, env, global = true, default_value = "65536", help_heading = LIMITS)]
    pub max_body: usize,

    /// Deepest nesting of fields in a document
    #[arg(long, env, global = true, default_value = "20", value_parser = clap::value_parser!(u64).range(1..=MAX_USEFUL_DEPTH), help_heading = LIMITS)]
    pub max_depth: u64,

    /// Most fields, spreads and inline fragments of a document, after expansion
    #[arg(long, env, global = true, default_value = "500", value_parser = clap::value_parser!(u64).range(1..=10_000), help_heading = LIMITS)]
    pub max_fields: u64,

    /// Most aliases of a document, after expansion
    #[arg(long, env, global = true, default_value = "30", value_parser = clap::value_parser!(u64).range(1..=1_000), help_heading = LIMITS)]
    pub max_aliases: u64,

    /// Most directives of a document, after expansion
    #[arg(long, env, global = true, default_value = "30", value_parser = clap::value_parser!(u64).range(1..=1_000), help_heading = LIMITS)]
    pub max_directives: u64,

    /// Most fields on the first level of a document, after expansion
    #[arg(long, env, global = true, default_value = "20", value_parser = clap::value_parser!(u64).range(1..=1_000), help_heading = LIMITS)]
    pub max_root_fields: u64,

    /// Most fragment definitions of a document
    #[arg(long, env, global = true, default_value = "30", value_parser = clap::value_parser!(u64).range(1..=1_000), help_heading = LIMITS)]
    pub max_fragments: u64,

    /// Most objects in the lists of one answer together: pages are bounded one by one, but lists within lists multiply
    #[arg(long, env, global = true, default_value = "10000", value_parser = clap::value_parser!(u32).range(1..=1_000_000), help_heading = LIMITS)]
    pub max_objects: u32,

    /// Most values of one answer, which are fields of all of its objects
    #[arg(long, env, global = true, default_value = "100000", value_parser = clap::value_parser!(u32).range(1..=10_000_000), help_heading = LIMITS)]
    pub max_values: u32,

    /// Largest answer to a GraphQL request, bytes
    #[arg(long, env, global = true, default_value = "1048576", value_parser = clap::value_parser!(u32).range(1_024..=1_073_741_824), help_heading = LIMITS)]
    pub max_answer: u32,
}

const SERVER: &str = "Server";
const STORAGE: &str = "Storage";
const PASSWORDS: &str = "Passwords";
const ACCOUNTS: &str = "Accounts";
const LIMITS: &str = "Limits of a request";

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

impl Config {
    /// What stands in the way of serving with these settings; empty if nothing does.
    ///
    /// Defaults that are fit for a laptop alone are refused where other machines can call.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if !self.listen.ip().to_canonical().is_loopback() {
            let mut need = |missing: bool, name: &str, why: &str| {
                if missing {
                    problems.push(format!(
                        "{name} is not set, and LISTEN={} can be reached from other machines: {why}",
                        self.listen
                    ));
                }
            };
            need(
                matches!(self.tokens.secret(), Ok(None)),
                "SECRET_KEY",
                "set it to at least 32 random bytes, the same on all nodes, kept where you keep secrets",
            );
            need(
                self.mail.smtp_url.is_none(),
                "SMTP_URL",
                "without a mail server, links that sign people in would be printed to the log; set it to smtp://user:password@host",
            );
            need(
                self.public_url.is_none(),
                "PUBLIC_URL",
                "links in mails need it; set it to https://the-name-that-clients-use",
            );
        }
        problems.extend(self.database().err());
        problems.extend(self.tokens.problems());
        problems.extend(self.mail.problem());
        let is_plain = |url: &Url| url.query().is_none() && url.fragment().is_none();
        if !self.public_url.iter().all(is_plain) {
            problems.push("PUBLIC_URL must end before any ? or #: links go on after it".to_owned());
        }
        problems
    }

    /// The database, by default the file in the data folder.
    ///
    /// # Errors
    /// When `DATABASE_URL` is none; the message does not repeat it.
    pub fn database(&self) -> Result<DatabaseUrl, String> {
        match &self.database_url {
            Some(Unread(url)) => url.parse().map_err(|error| format!("DATABASE_URL {error}")),
            None => Ok(DatabaseUrl::SqliteFile(self.data_dir.join("latchkey.db"))),
        }
    }

    /// Where clients reach the service, without a slash at its end.
    #[must_use]
    pub fn base_url(&self) -> String {
        match &self.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.listen),
        }
    }

    #[must_use]
    pub fn store_options(&self) -> StoreOptions {
        StoreOptions {
            max_connections: self.database_max_connections.get(),
            acquire_timeout: self.database_acquire_timeout,
            timeout: self.database_timeout,
            statements: if self.database_prepared_statements {
                StatementMode::Prepared
            } else {
                StatementMode::Unnamed
            },
        }
    }

    #[must_use]
    pub fn email_options(&self) -> EmailOptions {
        EmailOptions {
            verification_ttl: delta(self.mail.verification_ttl),
            change_ttl: delta(self.mail.email_change_ttl),
            unverified_ttl: delta(self.unverified_ttl),
            conceal_accounts: self.conceal_accounts,
        }
    }

    /// Whether captured mail, whose links sign people in, may be shown to whoever asks: nobody but
    /// this machine does.
    #[must_use]
    pub fn shows_mailbox(&self) -> bool {
        // A public URL that is not here tells of a proxy in front, and so does one that is trusted.
        self.mail.smtp_url.is_none()
            && self.trusted_proxies.is_empty()
            && self.listen.ip().to_canonical().is_loopback()
            && self.public_url.iter().all(is_here)
    }

    /// Without a public URL, clients are where the service listens: here.
    fn cookie_options(&self) -> CookieOptions {
        let scheme = match &self.public_url {
            Some(url) if url.scheme() == "https" => CookieScheme::Https,
            Some(url) if !is_here(url) => CookieScheme::PlainHttp,
            _ => CookieScheme::Loopback,
        };
        let own_origin = Url::parse(&self.base_url()).map(|url| url.origin());
        CookieOptions {
            scheme,
            own_origin: own_origin.map_or_else(|_| String::new(), |it| it.ascii_serialization()),
            same_site: self.cookie_same_site,
        }
    }

    #[must_use]
    pub fn sweep_options(&self) -> SweepOptions {
        SweepOptions {
            session_retention: delta(self.tokens.session_retention),
            mail_retention: delta(self.mail.mail_retention),
            event_retention: delta(self.security_event_retention),
            unverified_ttl: delta(self.unverified_ttl),
        }
    }

    #[must_use]
    pub fn password_policy(&self) -> PasswordPolicy {
        PasswordPolicy {
            min_chars: self.password_min_length,
            min_score: self.password_min_score,
        }
    }

    #[must_use]
    pub fn hasher_options(&self) -> HasherOptions {
        // More threads than this make `me` wait behind a storm of logins: README, "Numbers".
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let threads = self
            .hash_threads
            .map_or((cores / 2).max(1), NonZeroUsize::get);
        HasherOptions {
            cost: Argon2Cost {
                memory_kib: self.hash_memory,
                iterations: self.hash_iterations,
                parallelism: self.hash_parallelism,
            },
            threads,
            max_wait: self.hash_max_wait,
        }
    }

    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            depth: self.max_depth,
            fields: self.max_fields,
            aliases: self.max_aliases,
            directives: self.max_directives,
            root_fields: self.max_root_fields,
            fragments: self.max_fragments,
            objects: usize::try_from(self.max_objects).unwrap_or(usize::MAX),
            values: usize::try_from(self.max_values).unwrap_or(usize::MAX),
            bytes: usize::try_from(self.max_answer).unwrap_or(usize::MAX),
            introspection: self.introspection,
        }
    }

    /// No load balancer is told of an address that only this machine reaches.
    #[must_use]
    pub fn shutdown_delay(&self) -> Duration {
        let is_local = self.listen.ip().to_canonical().is_loopback();
        let default = if is_local { 0 } else { 5 };
        self.shutdown_delay.unwrap_or(Duration::from_secs(default))
    }

    #[must_use]
    pub fn server_options(&self) -> ServerOptions {
        ServerOptions {
            header_timeout: self.header_timeout,
            idle_timeout: self.idle_timeout,
            send_timeout: self.send_timeout,
            max_connections: self.max_connections,
        }
    }

    #[must_use]
    pub fn http_options(&self) -> HttpOptions {
        HttpOptions {
            max_body: self.max_body,
            timeout: self.request_timeout,
            trusted_proxies: self.trusted_proxies.clone(),
            cors_origins: self.cors_origins.clone(),
            cookies: self.cookie_options(),
            graphiql: self.graphiql,
        }
    }
}

/// Whether a URL leads to this machine.
fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The screen refuses documents whose brackets nest deeper than 64, and every level of fields is a
/// bracket.
const MAX_USEFUL_DEPTH: u64 = 60;
