//! The files of `SIGNING_KEY_FILE`.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use secrecy::zeroize::Zeroizing;

use crate::config::Config;
use crate::service::{SigningKey, SigningKeyError};

/// The keys in the files of `SIGNING_KEY_FILE`.
pub struct KeysInFiles {
    pub keys: Vec<SigningKey>,
    /// Advice about files that every user of this machine can read. They do not prevent a start, because mounted
    /// secrets often have that mode, on machines without other users.
    pub warnings: Vec<String>,
}

/// The reason why a file of `SIGNING_KEY_FILE` cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("SIGNING_KEY_FILE: {} {problem}", path.display())]
pub struct KeyFileError {
    path: PathBuf,
    problem: KeyFileProblem,
}

#[derive(Debug, thiserror::Error)]
enum KeyFileProblem {
    #[error("cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    #[error(transparent)]
    Key(#[from] SigningKeyError),
    #[error("is named already")]
    Duplicate,
    #[error("comes first, so it signs: it must be a private key")]
    PublicKeySigns,
}

/// Reads the files of `SIGNING_KEY_FILE`.
pub fn signing_keys(config: &Config) -> Result<KeysInFiles, KeyFileError> {
    let mut keys: Vec<SigningKey> = Vec::new();
    let mut warnings = Vec::new();
    let files = &config.tokens.signing_key_file;
    for path in &files.paths {
        let signs = files.sign && keys.is_empty();
        match read_key(path, &keys, signs) {
            Ok(key) => keys.push(key),
            Err(problem) => {
                let path = path.clone();
                return Err(KeyFileError { path, problem });
            }
        }
        if keys.last().is_some_and(SigningKey::can_sign) && is_readable_by_all(path) {
            warnings.push(format!(
                "SIGNING_KEY_FILE: {} can be read by every user of this machine, who can sign as anybody then: chmod 600 it",
                path.display()
            ));
        }
    }
    Ok(KeysInFiles { keys, warnings })
}

/// Reads a key that must differ from the others.
fn read_key(path: &Path, others: &[SigningKey], signs: bool) -> Result<SigningKey, KeyFileProblem> {
    let text = Zeroizing::new(fs::read_to_string(path)?);
    let key = SigningKey::from_pem(&text)?;
    if others.iter().any(|other| other.kid() == key.kid()) {
        return Err(KeyFileProblem::Duplicate);
    }
    if signs && !key.can_sign() {
        return Err(KeyFileProblem::PublicKeySigns);
    }
    Ok(key)
}

fn is_readable_by_all(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o004 != 0)
}
