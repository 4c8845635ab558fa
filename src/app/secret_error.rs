//! The reasons why the secret of a start cannot be used.

use std::path::PathBuf;

use crate::config::SettingError;
use crate::platform::secret_file::SecretFileError;
use crate::service::{AuthError, SecretKeyError};

/// The reason why the secret of a start cannot be used. It says what to restore or to set.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error(transparent)]
    Setting(#[from] SettingError),
    #[error(transparent)]
    File(#[from] SecretFileError),
    #[error("{} {source}", path.display())]
    InFile {
        path: PathBuf,
        source: SecretKeyError,
    },
    /// The database is used with another secret.
    #[error(
        "{location} holds another secret (fingerprint {fingerprint}) than the one that this database is used with ({recorded}): nodes would refuse each other's tokens, and everybody would be logged out.\n\
         Use the secret of the other nodes, or of the last start. To replace a secret without logging anybody out, set SECRET_KEY_PREVIOUS to the old one as well.\n\
         {}",
        how_to_discard(recorded)
    )]
    Different {
        /// The setting or the file.
        location: String,
        fingerprint: String,
        recorded: String,
    },
    /// The database is used with a secret, and there is none.
    #[error(
        "{} is missing, and this database is used with a secret (fingerprint {recorded}).\n\
         Restore the file from a backup, or set SECRET_KEY to what it held.\n\
         {}",
        path.display(), how_to_discard(recorded)
    )]
    Missing { path: PathBuf, recorded: String },
    #[error(transparent)]
    Fingerprint(#[from] AuthError),
}

fn how_to_discard(fingerprint: &str) -> String {
    format!(
        "If that secret is lost for good or has leaked, start with SECRET_KEY_DISCARDED={fingerprint}: a new one takes \
         its place, everybody is logged out, mailed links stop working, and waiting mail is never sent."
    )
}
