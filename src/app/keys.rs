//! The keys of the service, from the settings, the secret and files.

use super::key_file::{KeysInFiles, signing_keys};
use super::secret;
use super::start_error::StartError;
use crate::config::Config;
use crate::service::{AccessKeys, SecretKey, SecretKeys};

/// Every key that signs, encrypts and verifies.
pub(super) struct Keys {
    pub secrets: SecretKeys,
    pub access: AccessKeys,
    warnings: Vec<String>,
}

impl Keys {
    /// Loads the keys of the settings, with this secret.
    pub(super) fn load(config: &Config, secret: SecretKey) -> Result<Self, StartError> {
        let keys = Self::of(config, secret)?;
        for warning in &keys.warnings {
            tracing::warn!("{warning}");
        }
        Ok(keys)
    }

    /// Loads the keys of the settings, for commands that must not make a secret.
    pub(super) fn load_existing(config: &Config) -> Result<Self, StartError> {
        let secret = secret::find(config)?;
        Self::of(config, secret.ok_or(StartError::NoSecret)?)
    }

    fn of(config: &Config, secret: SecretKey) -> Result<Self, StartError> {
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
