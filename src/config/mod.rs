//! Every setting: a flag, an environment variable, its unit and its default. `latchkey serve --help`
//! prints this file as the reference.

mod limits;
mod mail;
mod values;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use url::{Host, Url};

pub use self::limits::LimitSettings;
pub use self::mail::MailSettings;
use self::values::{Unread, delta, duration, min_length};
use crate::domain::SessionTtl;
use crate::graphql::Limits;
use crate::http::{CorsOrigins, HttpOptions, TrustedProxies};
use crate::service::{
    Argon2Cost, EmailOptions, HasherOptions, PasswordPolicy, SecretKey, SweepOptions, TokenOptions,
};
use crate::store::{DatabaseUrl, StoreOptions};

/// The settings. Prints nothing, since some are secret.
#[derive(Args, Clone)]
#[group(skip)]
pub struct Config {
    /// Address and port to listen on
    #[arg(long, env, global = true, default_value = "127.0.0.1:8000", help_heading = SERVER)]
    pub listen: SocketAddr,

    /// Where clients reach the service: links in mails and the tokens' issuer come from it, never from a request's Host header [default: http:// and the listening address]
    #[arg(long, env, global = true, help_heading = SERVER)]
    pub public_url: Option<Url>,

    /// Proxies whose X-Forwarded-For is believed: networks (10.0.0.0/8) or addresses, separated by commas
    #[arg(long, env, global = true, default_value = "", help_heading = SERVER)]
    pub trusted_proxies: TrustedProxies,

    /// Other sites whose scripts may call the API from a browser: origins (https://app.example.com), separated by commas
    #[arg(long, env, global = true, default_value = "", help_heading = SERVER)]
    pub cors_origins: CorsOrigins,

    /// Whether browsers get GraphiQL at /graphql
    #[arg(long, env, global = true, default_value = "true", action = clap::ArgAction::Set, help_heading = SERVER)]
    pub graphiql: bool,

    /// Whether the API tells its schema (which GraphiQL needs), and suggests names that were misspelt
    #[arg(long, env, global = true, default_value = "true", action = clap::ArgAction::Set, help_heading = SERVER)]
    pub introspection: bool,

    /// Time to read the body of a request, and to answer it, each
    #[arg(long, env, global = true, default_value = "10s", value_parser = duration, help_heading = SERVER)]
    pub request_timeout: Duration,

    /// Time that running requests get to finish after SIGTERM
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

    /// Signs and derives every token: at least 32 bytes (RFC 7518 section 3.2), the same on all nodes [default: made once and kept in DATA_DIR/secret]
    #[arg(long, env, global = true, hide_env_values = true, help_heading = TOKENS)]
    pub secret_key: Option<Unread>,

    /// The `iss` claim of access tokens [default: PUBLIC_URL]
    #[arg(long, env, global = true, help_heading = TOKENS)]
    pub token_issuer: Option<String>,

    /// The `aud` claim of access tokens
    #[arg(long, env, global = true, default_value = "latchkey", help_heading = TOKENS)]
    pub token_audience: String,

    /// Life of an access token
    #[arg(long, env, global = true, default_value = "30m", value_parser = duration, help_heading = TOKENS)]
    pub access_token_ttl: Duration,

    /// A session that is not refreshed for so long ends
    #[arg(long, env, global = true, default_value = "30days", value_parser = duration, help_heading = TOKENS)]
    pub session_idle_ttl: Duration,

    /// A session ends at this age, however often it is refreshed
    #[arg(long, env, global = true, default_value = "180days", value_parser = duration, help_heading = TOKENS)]
    pub session_ttl: Duration,

    /// Ended sessions stay listed for so long
    #[arg(long, env, global = true, default_value = "90days", value_parser = duration, help_heading = TOKENS)]
    pub session_retention: Duration,

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
}

const SERVER: &str = "Server";
const STORAGE: &str = "Storage";
const TOKENS: &str = "Tokens and sessions";
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
                self.secret_key.is_none(),
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
        problems.extend(self.secret().err());
        problems.extend(self.mail.problem());
        let is_plain = |url: &Url| url.query().is_none() && url.fragment().is_none();
        if !self.public_url.iter().all(is_plain) {
            problems.push("PUBLIC_URL must end before any ? or #: links go on after it".to_owned());
        }
        if self.access_token_ttl < Duration::from_secs(1) {
            problems.push("ACCESS_TOKEN_TTL must be at least a second".to_owned());
        }
        if self.session_idle_ttl > self.session_ttl {
            problems.push("SESSION_IDLE_TTL is longer than SESSION_TTL: a session would end before it could be idle; shorten the one or lengthen the other".to_owned());
        }
        if self.access_token_ttl > self.session_idle_ttl {
            problems.push(
                "ACCESS_TOKEN_TTL is longer than SESSION_IDLE_TTL: set it to minutes".to_owned(),
            );
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

    /// The secret of the settings; `None` leaves it to the data folder.
    ///
    /// # Errors
    /// When `SECRET_KEY` is too short; the message does not repeat it.
    pub fn secret(&self) -> Result<Option<SecretKey>, String> {
        let secret = self
            .secret_key
            .clone()
            .map(|Unread(text)| SecretKey::new(text));
        secret
            .transpose()
            .map_err(|error| format!("SECRET_KEY {error}"))
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
        }
    }

    #[must_use]
    pub fn token_options(&self) -> TokenOptions {
        TokenOptions {
            issuer: self.token_issuer.clone().unwrap_or_else(|| self.base_url()),
            audience: self.token_audience.clone(),
            access_ttl: delta(self.access_token_ttl),
        }
    }

    #[must_use]
    pub fn session_ttl(&self) -> SessionTtl {
        SessionTtl {
            idle: delta(self.session_idle_ttl),
            absolute: delta(self.session_ttl),
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
        let is_here = |url: &Url| match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        // A public URL that is not here tells of a proxy in front, and so does one that is trusted.
        self.mail.smtp_url.is_none()
            && self.trusted_proxies.is_empty()
            && self.listen.ip().to_canonical().is_loopback()
            && self.public_url.iter().all(is_here)
    }

    #[must_use]
    pub fn sweep_options(&self) -> SweepOptions {
        SweepOptions {
            session_retention: delta(self.session_retention),
            mail_retention: delta(self.mail.mail_retention),
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
            introspection: self.introspection,
        }
    }

    #[must_use]
    pub fn http_options(&self) -> HttpOptions {
        HttpOptions {
            max_body: self.max_body,
            timeout: self.request_timeout,
            trusted_proxies: self.trusted_proxies.clone(),
            cors_origins: self.cors_origins.clone(),
            graphiql: self.graphiql,
        }
    }
}

/// The screen refuses documents whose brackets nest deeper than 64, and every level of fields is a
/// bracket.
const MAX_USEFUL_DEPTH: u64 = 60;
