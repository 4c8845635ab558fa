//! Errors of settings that are parsed late, because clap would print a value that it cannot parse.

use crate::service::{SecretKeyError, SenderError, SmtpUrlError};
use crate::store::DatabaseUrlError;

/// The reason why a setting cannot be used. It does not repeat a value that may contain a secret.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    #[error("DATABASE_URL {0}")]
    DatabaseUrl(#[from] DatabaseUrlError),
    #[error("SECRET_KEY {0}")]
    SecretKey(#[source] SecretKeyError),
    #[error("SECRET_KEY_PREVIOUS {0}")]
    SecretKeyPrevious(#[source] SecretKeyError),
    #[error("SMTP_URL {0}")]
    SmtpUrl(#[from] SmtpUrlError),
    /// The setting is missing, and the host of `PUBLIC_URL` cannot send mail.
    #[error("MAIL_FROM {0}")]
    MailFrom(#[from] SenderError),
}
