//! Where keys come from: the settings, the secret, and files.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::secret;
use super::start_error::StartError;
use crate::config::Config;
use crate::service::{AccessKeys, SecretKey, SecretKeys, SigningKey};

/// Everything that signs, seals and verifies.
pub(super) struct Keys {
    pub secrets: SecretKeys,
    pub access: AccessKeys,
    warnings: Vec<String>,
}

/// The keys in the files of `SIGNING_KEY_FILE`.
pub struct KeysInFiles {
    pub keys: Vec<SigningKey>,
    /// What to do about those that every user of this machine can read. No reason to refuse a start, since
    /// secrets that are mounted often have that mode where nobody else is.
    pub warnings: Vec<String>,
}

impl Keys {
    /// Loads the keys of the settings, with this secret.
    pub(super) fn load(config: &Config, secret: SecretKey) -> Result<Self, StartError> {
        let keys = Self::of(config, secret).map_err(StartError::Machine)?;
        for warning in &keys.warnings {
            tracing::warn!("{warning}");
        }
        Ok(keys)
    }

    /// Loads the keys of the settings, for commands that make no secret.
    pub(super) fn load_existing(config: &Config) -> Result<Self, StartError> {
        let secret = secret::find(config)
            .and_then(|secret| secret.ok_or_else(|| "there is no secret yet".to_owned()));
        secret
            .and_then(|secret| Self::of(config, secret))
            .map_err(StartError::Machine)
    }

    fn of(config: &Config, secret: SecretKey) -> Result<Self, String> {
        let secrets = SecretKeys::new(secret, config.tokens.previous_secret()?);
        let KeysInFiles { keys, warnings } = signing_keys(config)?;
        let access = AccessKeys::new(&secrets, keys, config.tokens.signing_key_file.sign)?;
        Ok(Self {
            secrets,
            access,
            warnings,
        })
    }
}

/// Reads the files of `SIGNING_KEY_FILE`.
///
/// # Errors
/// Says which file is wrong.
pub fn signing_keys(config: &Config) -> Result<KeysInFiles, String> {
    let mut keys: Vec<SigningKey> = Vec::new();
    let mut warnings = Vec::new();
    let files = &config.tokens.signing_key_file;
    for path in &files.paths {
        let at = path.display();
        let problem = |what: String| format!("SIGNING_KEY_FILE: {at} {what}");
        let text = fs::read_to_string(path)
            .map_err(|error| problem(format!("cannot be read: {error}")))?;
        let key = SigningKey::from_pem(&text).map_err(problem)?;
        if keys.iter().any(|other| other.kid() == key.kid()) {
            return Err(problem("is named already".to_owned()));
        }
        if files.sign && keys.is_empty() && !key.can_sign() {
            return Err(problem(
                "comes first, so it signs: it must be a private key".to_owned(),
            ));
        }
        let mode = fs::metadata(path).map(|meta| meta.permissions().mode());
        if key.can_sign() && mode.is_ok_and(|mode| mode & 0o004 != 0) {
            let what = "can be read by every user of this machine, who can sign as anybody then: chmod 600 it";
            warnings.push(problem(what.to_owned()));
        }
        keys.push(key);
    }
    Ok(KeysInFiles { keys, warnings })
}
