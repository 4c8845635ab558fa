//! The settings of tokens and sessions: what they are signed with, and how long they live.

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::Args;

use super::values::{Unread, delta, duration};
use crate::domain::SessionTtl;
use crate::service::{SecretKey, TokenOptions};

/// What signs access tokens, and what else may have.
#[derive(Clone, Debug, Default)]
pub struct KeyFiles {
    /// The key that signs is the first file's, rather than `SECRET_KEY`.
    pub sign: bool,
    pub paths: Vec<PathBuf>,
}

/// Stands in the list of files for the secret itself: while it is first, files are only made known.
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

/// The settings of tokens and sessions. Prints nothing, since some are secret.
#[derive(Args, Clone)]
#[group(skip)]
#[command(next_help_heading = "Tokens and sessions")]
pub struct TokenSettings {
    /// Signs and derives every token: at least 32 bytes (RFC 7518 section 3.2), the same on all nodes [default: made once and kept in DATA_DIR/secret]
    #[arg(long, allow_hyphen_values = true)]
    pub secret_key: Option<Unread>,

    /// The secret before SECRET_KEY: tokens and mail that it made are still believed, none is made with it
    #[arg(long, allow_hyphen_values = true)]
    pub secret_key_previous: Option<Unread>,

    /// Confirms that a secret is lost or has leaked: its fingerprint, as a refused start prints it. The secret of this start takes its place, everybody is logged out, mailed links stop working, and waiting mail is never sent
    #[arg(long)]
    pub secret_key_discarded: Option<String>,

    /// Files of keys for access tokens, separated by commas: Ed25519, P-256 or RSA in PEM (see latchkey keys); the first signs, all verify and stand in /.well-known/jwks.json; SECRET_KEY in the first place signs in theirs [default: SECRET_KEY signs, with HS256]
    #[arg(long, default_value = "")]
    pub signing_key_file: KeyFiles,

    /// The `iss` claim of access tokens [default: PUBLIC_URL]
    #[arg(long)]
    pub token_issuer: Option<String>,

    /// The `aud` claim of access tokens
    #[arg(long, default_value = "latchkey")]
    pub token_audience: String,

    /// Life of an access token
    #[arg(long, default_value = "30m", value_parser = duration)]
    pub access_token_ttl: Duration,

    /// A session that is not refreshed for so long ends
    #[arg(long, default_value = "30days", value_parser = duration)]
    pub session_idle_ttl: Duration,

    /// A session ends at this age, however often it is refreshed
    #[arg(long, default_value = "180days", value_parser = duration)]
    pub session_ttl: Duration,

    /// Ended sessions stay listed for so long
    #[arg(long, default_value = "90days", value_parser = duration)]
    pub session_retention: Duration,
}

impl TokenSettings {
    pub(super) fn problems(&self) -> Vec<String> {
        let secrets = [self.secret().err(), self.previous_secret().err()];
        let mut problems: Vec<_> = secrets.into_iter().flatten().collect();
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

    /// The secret of the settings; `None` leaves it to the data folder.
    ///
    /// # Errors
    /// When `SECRET_KEY` is too short; the message does not repeat it.
    pub fn secret(&self) -> Result<Option<SecretKey>, String> {
        read_secret(self.secret_key.as_ref(), "SECRET_KEY")
    }

    /// The secret before.
    ///
    /// # Errors
    /// When `SECRET_KEY_PREVIOUS` is too short; the message does not repeat it.
    pub fn previous_secret(&self) -> Result<Option<SecretKey>, String> {
        read_secret(self.secret_key_previous.as_ref(), "SECRET_KEY_PREVIOUS")
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

fn read_secret(text: Option<&Unread>, name: &str) -> Result<Option<SecretKey>, String> {
    let text = text.filter(|Unread(text)| !text.is_empty());
    text.map(|Unread(text)| SecretKey::new(text.as_str()))
        .transpose()
        .map_err(|error| format!("{name} {error}"))
}
