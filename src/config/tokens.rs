//! The settings of tokens and sessions: their keys and lifetimes.

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::Args;
use secrecy::{ExposeSecret, SecretString};

use super::error::SettingError;
use super::values::{delta, duration};
use crate::domain::SessionTtl;
use crate::service::{SecretKey, SecretKeyError, TokenOptions};

/// The files of keys for access tokens.
#[derive(Clone, Debug, Default)]
pub struct KeyFiles {
    /// Whether the key of the first file signs, instead of `SECRET_KEY`.
    pub sign: bool,
    pub paths: Vec<PathBuf>,
}

/// The entry for `SECRET_KEY` in the list of files. If it comes first, it signs, and the files are only published.
const THE_SECRET: &str = "SECRET_KEY";

impl FromStr for KeyFiles {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let entries = text.split(',').map(str::trim);
        let entries: Vec<_> = entries.filter(|entry| !entry.is_empty()).collect();
        let files = entries.iter().filter(|entry| **entry != THE_SECRET);
        Ok(Self {
            sign: entries.first().is_some_and(|first| *first != THE_SECRET),
            paths: files.map(PathBuf::from).collect(),
        })
    }
}

/// The settings of tokens and sessions.
#[derive(Args, Clone)]
#[group(skip)]
#[command(next_help_heading = "Tokens and sessions")]
pub struct TokenSettings {
    /// Secret that signs tokens, and from which every other key is derived: at least 32 bytes (RFC 7518 section 3.2), the same on all nodes [default: generated once and kept in DATA_DIR/secret]
    #[arg(long, allow_hyphen_values = true)]
    pub secret_key: Option<SecretString>,

    /// Former SECRET_KEY: its tokens, its mails and the authenticator apps that it sealed are still accepted, and no new ones are made with it
    #[arg(long, allow_hyphen_values = true)]
    pub secret_key_previous: Option<SecretString>,

    /// Fingerprint of a secret that is lost or has leaked, as a refused start prints it: the secret of this start replaces it, everybody is logged out, mailed links stop working, waiting mail is never sent, and of second factors only recovery codes still work
    #[arg(long)]
    pub secret_key_discarded: Option<String>,

    /// Files with keys for access tokens, separated by commas: Ed25519, P-256 or RSA in PEM (see latchkey keys); the first signs, and all verify and are published at /.well-known/jwks.json; if SECRET_KEY comes first in the list, it signs instead [default: SECRET_KEY signs, with HS256]
    #[arg(long, default_value = "")]
    pub signing_key_file: KeyFiles,

    /// `iss` claim of access tokens [default: PUBLIC_URL]
    #[arg(long)]
    pub token_issuer: Option<String>,

    /// `aud` claim of access tokens
    #[arg(long, default_value = "latchkey")]
    pub token_audience: String,

    /// Lifetime of an access token
    #[arg(long, default_value = "30m", value_parser = duration)]
    pub access_token_ttl: Duration,

    /// Time after which a session ends if it is not refreshed
    #[arg(long, default_value = "30days", value_parser = duration)]
    pub session_idle_ttl: Duration,

    /// Age at which a session ends, however often it is refreshed
    #[arg(long, default_value = "180days", value_parser = duration)]
    pub session_ttl: Duration,

    /// Time after a login or `reauthenticate` for which a session may change how its user signs in, without another proof
    #[arg(long, default_value = "5m", value_parser = duration)]
    pub fresh_ttl: Duration,

    /// Time for which ended sessions stay listed
    #[arg(long, default_value = "90days", value_parser = duration)]
    pub session_retention: Duration,
}

impl TokenSettings {
    pub(super) fn problems(&self) -> Vec<String> {
        let secrets = [self.secret().err(), self.previous_secret().err()];
        let errors = secrets.into_iter().flatten();
        let mut problems: Vec<_> = errors.map(|error| error.to_string()).collect();
        if self.access_token_ttl < Duration::from_secs(1) {
            problems.push("ACCESS_TOKEN_TTL must be at least a second".to_owned());
        }
        if self.fresh_ttl < Duration::from_secs(1) {
            problems.push(
                "FRESH_TTL must be at least a second: no proof would be recent enough otherwise"
                    .to_owned(),
            );
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

    /// Returns the secret; `None` if it is not set, and the data folder has it.
    pub fn secret(&self) -> Result<Option<SecretKey>, SettingError> {
        parse_secret(self.secret_key.as_ref()).map_err(SettingError::SecretKey)
    }

    /// Returns the previous secret, if it is set.
    pub fn previous_secret(&self) -> Result<Option<SecretKey>, SettingError> {
        parse_secret(self.secret_key_previous.as_ref()).map_err(SettingError::SecretKeyPrevious)
    }

    #[must_use]
    pub fn options(&self, base_url: &str) -> TokenOptions {
        TokenOptions {
            issuer: self
                .token_issuer
                .clone()
                .unwrap_or_else(|| base_url.to_owned()),
            audience: self.token_audience.clone(),
            access_ttl: delta(self.access_token_ttl),
        }
    }

    #[must_use]
    pub fn session_ttl(&self) -> SessionTtl {
        SessionTtl {
            idle: delta(self.session_idle_ttl),
            absolute: delta(self.session_ttl),
            retention: delta(self.session_retention),
        }
    }
}

fn parse_secret(text: Option<&SecretString>) -> Result<Option<SecretKey>, SecretKeyError> {
    let text = text.filter(|text| !text.expose_secret().is_empty());
    text.cloned().map(SecretKey::new).transpose()
}
