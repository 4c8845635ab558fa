//! `latchkey keys`: making keys for access tokens, and seeing which are in use.

use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};

use crate::app::{self, StartError};
use crate::config::{Config, Environment, Flags, KeySettings};
use crate::platform::secret_file;
use crate::service::{SigningAlgorithm, SigningKey};

/// What to do with keys.
#[derive(Subcommand)]
pub(super) enum KeysCommand {
    /// Make a private key for SIGNING_KEY_FILE
    Generate {
        /// What it signs with
        #[arg(long, default_value = "EdDSA")]
        algorithm: KeyAlgorithm,
        /// A file that is not there yet; it is made readable for its owner alone
        file: PathBuf,
    },
    /// List the keys that access tokens are verified with: the first signs
    List(Flags<KeySettings>),
}

/// What a key signs with, as it is written on the command line.
#[derive(Clone, Copy, ValueEnum)]
pub enum KeyAlgorithm {
    /// Ed25519: short and fast
    #[value(name = "EdDSA")]
    EdDsa,
    /// P-256: what every JWT library knows
    #[value(name = "ES256")]
    Es256,
    /// RSA of 3072 bits: for verifiers that know nothing newer
    #[value(name = "RS256")]
    Rs256,
}

impl From<KeyAlgorithm> for SigningAlgorithm {
    fn from(algorithm: KeyAlgorithm) -> Self {
        match algorithm {
            KeyAlgorithm::EdDsa => Self::EdDsa,
            KeyAlgorithm::Es256 => Self::Es256,
            KeyAlgorithm::Rs256 => Self::Rs256,
        }
    }
}

/// Runs one command and prints what it did.
///
/// # Errors
/// When the file is there already or cannot be written, or the settings name keys that are wrong.
pub(super) fn run(command: KeysCommand, environment: &Environment) -> Result<(), StartError> {
    match command {
        KeysCommand::Generate { algorithm, file } => generate(algorithm.into(), &file),
        KeysCommand::List(flags) => list(&app::read(&flags, environment)?),
    }
}

fn generate(algorithm: SigningAlgorithm, file: &Path) -> Result<(), StartError> {
    let pem = SigningKey::generate(algorithm).map_err(StartError::Machine)?;
    let key = SigningKey::from_pem(&pem).map_err(StartError::Machine)?;
    // Another file there may be a key that tokens are still signed with.
    secret_file::write_new(file, &pem).map_err(|error| {
        StartError::Machine(format!("{} cannot be made: {error}", file.display()))
    })?;
    println!("{}", key.kid());
    Ok(())
}

fn list(config: &Config) -> Result<(), StartError> {
    let keys = app::list_access_keys(config)?;
    println!("{:<43}  {:<9}  USE", "KID", "ALGORITHM");
    for key in keys {
        let does = if key.signs { "signs" } else { "verifies" };
        println!("{:<43}  {:<9}  {does}", key.kid, key.algorithm);
    }
    Ok(())
}
