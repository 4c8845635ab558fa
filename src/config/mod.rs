//! Every setting: its flag, environment variable, unit and default, in one file for each section. `latchkey serve
//! --help` prints the reference. `reader` reads settings; `values`, `urls`, `log_filter` and `listen_address` parse them;
//! `help` and `redaction` prepare the output of the command line.
//!
//! To add a setting, add a field to a section: its doc comment is its help, and its name in capitals is its variable. Its
//! parser describes a wrong value, and [`Config::problems`] describes values that do not fit together.

mod accounts;
mod error;
mod help;
mod listen_address;
mod log_filter;
mod mail;
mod passkeys;
mod passwords;
mod rate_limits;
mod reader;
mod redaction;
mod requests;
mod server;
mod storage;
mod tokens;
mod urls;
mod values;

use std::time::Duration;

use clap::Args;

pub use self::accounts::AccountSettings;
pub use self::error::SettingError;
pub use self::listen_address::ListenAddress;
pub use self::mail::MailSettings;
pub use self::passkeys::PasskeySettings;
pub use self::passwords::PasswordSettings;
pub use self::rate_limits::RateLimitSettings;
pub use self::reader::{Environment, Flags, variable};
pub use self::redaction::without_secrets;
pub use self::requests::RequestSettings;
pub use self::server::{AddressSettings, LogFormat, ServerSettings};
pub use self::storage::StorageSettings;
pub use self::tokens::TokenSettings;
use self::values::delta;
use crate::graphql::{QueryLimits, ResponseLimits};
use crate::http::HttpOptions;
use crate::service::{AccountPolicy, PurgeOptions};

/// The settings.
#[derive(Args, Clone)]
#[group(skip)]
pub struct Config {
    #[command(flatten)]
    pub address: AddressSettings,
    #[command(flatten)]
    pub server: ServerSettings,
    #[command(flatten)]
    pub storage: StorageSettings,
    #[command(flatten)]
    pub tokens: TokenSettings,
    #[command(flatten)]
    pub passwords: PasswordSettings,
    #[command(flatten)]
    pub passkeys: PasskeySettings,
    #[command(flatten)]
    pub mail: MailSettings,
    #[command(flatten)]
    pub accounts: AccountSettings,
    #[command(flatten)]
    pub rate_limits: RateLimitSettings,
    #[command(flatten)]
    pub requests: RequestSettings,
    /// The problems of settings that could not be parsed.
    #[arg(skip)]
    unread: Vec<String>,
}

/// The settings that the keys of access tokens depend on.
#[derive(Args, Clone)]
#[group(skip)]
pub struct KeySettings {
    #[command(flatten)]
    pub storage: StorageSettings,
    #[command(flatten)]
    pub tokens: TokenSettings,
}

/// The settings that the outbox depends on.
#[derive(Args, Clone)]
#[group(skip)]
pub struct OutboxSettings {
    #[command(flatten)]
    pub address: AddressSettings,
    #[command(flatten)]
    pub storage: StorageSettings,
    #[command(flatten)]
    pub tokens: TokenSettings,
    #[command(flatten)]
    pub mail: MailSettings,
}

impl Config {
    /// Lists the settings that could not be parsed, and what to write.
    #[must_use]
    pub fn unread(&self) -> &[String] {
        &self.unread
    }

    /// Lists what prevents serving with these settings.
    ///
    /// Defaults that are only fit for a laptop are refused if other machines can connect.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = self.unread.clone();
        if !self.address.listen.is_loopback() {
            problems.extend(self.laptop_defaults());
        }
        problems.extend(self.missing_limits());
        problems.extend(self.storage.database().err().map(|error| error.to_string()));
        problems.extend(self.tokens.problems());
        problems.extend(self.passwords.problem());
        problems.extend(self.mail.problems(&self.address.base_url()));
        problems
    }

    /// Lists the settings that are necessary if other machines can connect, and missing.
    fn laptop_defaults(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut require = |missing: bool, name: &str, why: &str| {
            if missing {
                problems.push(format!(
                    "{name} is not set, and LISTEN={} can be reached from other machines: {why}",
                    self.address.listen
                ));
            }
        };
        require(
            matches!(self.tokens.secret(), Ok(None)),
            "SECRET_KEY",
            "set it to what openssl rand -base64 32 prints, the same on all nodes, kept where you keep secrets",
        );
        require(
            self.mail.smtp_url.is_none(),
            "SMTP_URL",
            "without a mail server, links that log people in would be printed to the log; set it to smtp://user:password@host",
        );
        require(
            self.address.public_url.is_none(),
            "PUBLIC_URL",
            "links in mails need it; set it to https://the-name-that-clients-use",
        );
        problems
    }

    /// Refuses to turn rate limits off if others can connect, directly or through a proxy.
    fn missing_limits(&self) -> Option<String> {
        let is_alone = self.address.is_for_this_machine() && self.server.trusted_proxies.is_empty();
        let problem = || {
            "RATE_LIMITS=off is for tests on one machine, but LISTEN, PUBLIC_URL or TRUSTED_PROXIES shows that other machines \
             can connect, and they could guess passwords without limit: leave it out, or listen on 127.0.0.1 without the \
             other two"
                .to_owned()
        };
        (!self.rate_limits.rate_limits && !is_alone).then(problem)
    }

    /// Lists what the operator should know, although the service can run with it.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        for network in self.server.trusted_proxies.too_wide() {
            warnings.push(format!(
                "TRUSTED_PROXIES={network} trusts every client: everybody can choose the address by which limits and logs \
                 know them. Name only the networks of your proxies, such as 10.0.0.0/8"
            ));
        }
        if let Some(url) = &self.address.public_url
            && url.scheme() == "http"
            && !server::is_here(url)
        {
            warnings.push(format!(
                "PUBLIC_URL={url} is plain http: passwords and tokens cross the network for everybody on it to read, and \
                 browsers get no cookie. Put a proxy with TLS in front, and write https://"
            ));
        }
        if let Some(memory) = self.passwords.little_memory() {
            warnings.push(format!(
                "HASH_MEMORY={memory} is {memory} KiB, so little that guessing a stolen hash is cheap: OWASP asks for at least \
                 7168. If you mean {memory} MiB, write {}",
                u64::from(memory) * 1024
            ));
        }
        if !self.rate_limits.rate_limits {
            warnings.push(
                "RATE_LIMITS=off: passwords, links and mails can be tried without limit. Use it only for tests"
                    .to_owned(),
            );
        }
        warnings
    }

    #[must_use]
    pub fn account_policy(&self) -> AccountPolicy {
        AccountPolicy {
            registration: self.accounts.registration,
            reserved_names: self.accounts.reserved_names.clone(),
            conceal_accounts: self.accounts.conceal_accounts,
            unverified_ttl: delta(self.accounts.unverified_ttl),
            session_ttl: self.tokens.session_ttl(),
            fresh_ttl: delta(self.tokens.fresh_ttl),
        }
    }

    /// Returns whether everybody may see captured mail, whose links log people in: only if nobody but this machine can
    /// connect.
    #[must_use]
    pub fn shows_mailbox(&self) -> bool {
        // A public URL elsewhere implies a proxy in front, and so does a trusted proxy.
        self.mail.smtp_url.is_none()
            && self.server.trusted_proxies.is_empty()
            && self.address.is_for_this_machine()
    }

    #[must_use]
    pub fn purge_options(&self) -> PurgeOptions {
        PurgeOptions {
            session_retention: delta(self.tokens.session_retention),
            mail_retention: delta(self.mail.mail_retention),
            event_retention: delta(self.accounts.security_event_retention),
            unverified_ttl: delta(self.accounts.unverified_ttl),
        }
    }

    #[must_use]
    pub fn query_limits(&self) -> QueryLimits {
        self.requests.query_limits(self.server.introspection)
    }

    #[must_use]
    pub fn response_limits(&self) -> ResponseLimits {
        self.requests.response_limits()
    }

    #[must_use]
    pub fn shutdown_delay(&self) -> Duration {
        self.server.shutdown_delay(&self.address)
    }

    #[must_use]
    pub fn http_options(&self) -> HttpOptions {
        HttpOptions {
            max_body: self.requests.max_body,
            timeout: self.server.request_timeout,
            trusted_proxies: self.server.trusted_proxies.clone(),
            cors_origins: self.server.cors_origins.clone(),
            cookies: self.server.cookie_options(&self.address),
            graphiql: self.server.graphiql,
            change_password_url: self.server.change_password_url.clone(),
            access_log: self.server.access_log,
        }
    }
}
