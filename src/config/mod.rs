//! Every setting: a flag, an environment variable, its unit and its default; a file for each section. `latchkey serve
//! --help` prints them as the reference. `reader` reads them, `values` and `listen_address` have their types, `help` and
//! `redaction` are for what is printed.
//!
//! A further setting is a field of a section: its doc comment is its help, its name in capitals its variable. What is
//! wrong with a value is said by its parser, and what is wrong with several together by [`Config::problems`].

mod accounts;
mod help;
mod limits;
mod listen_address;
mod mail;
mod passwords;
mod reader;
mod redaction;
mod requests;
mod server;
mod storage;
mod tokens;
mod values;

use std::time::Duration;

use clap::Args;

pub use self::accounts::AccountSettings;
pub use self::limits::LimitSettings;
pub use self::listen_address::ListenAddress;
pub use self::mail::MailSettings;
pub use self::passwords::PasswordSettings;
pub use self::reader::{Environment, Flags, variable};
pub use self::redaction::without_secrets;
pub use self::requests::RequestSettings;
pub use self::server::{AddressSettings, LogFormat, ServerSettings};
pub use self::storage::StorageSettings;
pub use self::tokens::TokenSettings;
use self::values::delta;
use crate::graphql::Limits;
use crate::http::HttpOptions;
use crate::service::{EmailOptions, PurgeOptions};

/// The settings. Prints nothing, since some are secret.
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
    pub mail: MailSettings,
    #[command(flatten)]
    pub accounts: AccountSettings,
    #[command(flatten)]
    pub attempts: LimitSettings,
    #[command(flatten)]
    pub requests: RequestSettings,
    /// The problems of settings that could not be read.
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
    /// The settings that could not be read, and what to write; empty if all could.
    #[must_use]
    pub fn unread(&self) -> &[String] {
        &self.unread
    }

    /// What stands in the way of serving with these settings; empty if nothing does.
    ///
    /// Defaults that are fit for a laptop alone are refused where other machines can call.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = self.unread.clone();
        if !self.address.listen.is_loopback() {
            problems.extend(self.laptop_defaults());
        }
        problems.extend(self.missing_limits());
        problems.extend(self.storage.database().err());
        problems.extend(self.tokens.problems());
        problems.extend(self.passwords.problem());
        problems.extend(self.mail.problems(&self.address.base_url()));
        problems
    }

    /// The settings that are missing where other machines can call.
    fn laptop_defaults(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut need = |missing: bool, name: &str, why: &str| {
            if missing {
                problems.push(format!(
                    "{name} is not set, and LISTEN={} can be reached from other machines: {why}",
                    self.address.listen
                ));
            }
        };
        need(
            matches!(self.tokens.secret(), Ok(None)),
            "SECRET_KEY",
            "set it to what openssl rand -base64 32 prints, the same on all nodes, kept where you keep secrets",
        );
        need(
            self.mail.smtp_url.is_none(),
            "SMTP_URL",
            "without a mail server, links that log people in would be printed to the log; set it to smtp://user:password@host",
        );
        need(
            self.address.public_url.is_none(),
            "PUBLIC_URL",
            "links in mails need it; set it to https://the-name-that-clients-use",
        );
        problems
    }

    /// That attempts are not limited where others come, over the network or by way of a proxy.
    fn missing_limits(&self) -> Option<String> {
        let is_alone = self.address.is_for_this_machine() && self.server.trusted_proxies.is_empty();
        let problem = || {
            "RATE_LIMITS=off is for tests on one machine, and LISTEN, PUBLIC_URL or TRUSTED_PROXIES says that others come, \
             who could guess passwords without end: leave it out, or listen on 127.0.0.1 without the other two"
                .to_owned()
        };
        (!self.attempts.rate_limits && !is_alone).then(problem)
    }

    /// What the service runs with and its operator should know.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        for network in self.server.trusted_proxies.too_wide() {
            warnings.push(format!(
                "TRUSTED_PROXIES={network} believes whoever calls: everybody can choose the address that limits and logs \
                 know them by. Name the networks of your proxies alone, such as 10.0.0.0/8"
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
                "HASH_MEMORY={memory} is {memory} KiB, so little that guessing a stolen hash is cheap: OWASP asks for 7168 at \
                 least. If you mean {memory} MiB, write {}",
                u64::from(memory) * 1024
            ));
        }
        if !self.attempts.rate_limits {
            warnings.push(
                "RATE_LIMITS=off: passwords, links and mails may be tried without end. This is for tests alone"
                    .to_owned(),
            );
        }
        warnings
    }

    #[must_use]
    pub fn email_options(&self) -> EmailOptions {
        EmailOptions {
            verification_ttl: delta(self.mail.verification_ttl),
            change_ttl: delta(self.mail.email_change_ttl),
            unverified_ttl: delta(self.accounts.unverified_ttl),
            conceal_accounts: self.accounts.conceal_accounts,
        }
    }

    /// Whether captured mail, whose links log people in, may be shown to everybody who asks: only this machine does.
    #[must_use]
    pub fn shows_mailbox(&self) -> bool {
        // A public URL that is not here tells of a proxy in front, and so does one that is trusted.
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
    pub fn limits(&self) -> Limits {
        self.requests.limits(self.server.introspection)
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
