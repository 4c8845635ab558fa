//! The reasons why the service does not start.

use crate::config::SettingError;
use crate::platform::private_file::FolderError;
use crate::platform::random::RandomError;
use crate::service::{AccessKeysError, AuthError, HasherError, SmtpError, TemplateError};
use crate::store::StoreError;

use super::key_file::KeyFileError;
use super::secret_error::SecretError;

/// A reason why the service, or a command, does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{}", .0.join("\n"))]
    Settings(Vec<String>),
    #[error(transparent)]
    Setting(#[from] SettingError),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error("there is no secret yet")]
    NoSecret,
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    #[error(transparent)]
    AccessKeys(#[from] AccessKeysError),
    #[error("MAIL_TEMPLATES: {0}")]
    Templates(#[from] TemplateError),
    #[error(transparent)]
    Smtp(#[from] SmtpError),
    #[error(transparent)]
    Hasher(#[from] HasherError),
    #[error(transparent)]
    Random(#[from] RandomError),
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error("{0} is not there yet")]
    NoDatabase(String),
    #[error("the database has another schema: see latchkey doctor")]
    OtherSchema,
    /// The schema or a page of this build is wrong, which a test would have found.
    #[error(transparent)]
    Build(Box<dyn std::error::Error + Send + Sync>),
    #[error(transparent)]
    Service(#[from] AuthError),
    #[error(transparent)]
    Store(#[from] StoreError),
}
