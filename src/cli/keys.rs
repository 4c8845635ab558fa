//! `latchkey keys`: generates keys for access tokens, and lists those in use.

use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};
use secrecy::ExposeSecret;

use super::command_error::CommandError;
use crate::app;
use crate::config::{Config, Environment, Flags, KeySettings};
use crate::platform::private_file;
use crate::service::{SigningAlgorithm, SigningKey};

/// The commands for keys.
#[derive(Subcommand)]
pub(super) enum KeysCommand {
    /// Generate a private key for SIGNING_KEY_FILE
    Generate {
        /// Algorithm that the key signs with
        #[arg(long, default_value = "EdDSA")]
        algorithm: KeyAlgorithm,
        /// New file for the key, which only its owner can read
        file: PathBuf,
    },
    /// List the keys that verify access tokens; the first one signs them
    List(Flags<KeySettings>),
}

/// An algorithm as it is written on the command line.
#[derive(Clone, Copy, ValueEnum)]
pub enum KeyAlgorithm {
    /// Ed25519: short and fast
    #[value(name = "EdDSA")]
    EdDsa,
    /// P-256: supported by every JWT library
    #[value(name = "ES256")]
    Es256,
    /// RSA with 3072 bits: for verifiers that support nothing newer
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

/// Runs one command and prints its result.
pub(super) fn run(command: KeysCommand, environment: &Environment) -> Result<(), CommandError> {
    match command {
        KeysCommand::Generate { algorithm, file } => generate(algorithm.into(), &file),
        KeysCommand::List(flags) => list(&app::read(&flags, environment)?),
    }
}

fn generate(algorithm: SigningAlgorithm, file: &Path) -> Result<(), CommandError> {
    let pem = SigningKey::generate(algorithm)?;
    let key = SigningKey::from_pem(pem.expose_secret())?;
    // An existing file is not replaced: it may be a key that still signs tokens.
    private_file::write_new(file, pem.expose_secret()).map_err(|source| CommandError::KeyFile {
        path: file.to_owned(),
        source,
    })?;
    println!("{}", key.kid());
    Ok(())
}

fn list(config: &Config) -> Result<(), CommandError> {
    let keys = app::list_access_keys(config)?;
    println!("{:<43}  {:<9}  USE", "KID", "ALGORITHM");
    for key in keys {
        let usage = if key.signs { "signs" } else { "verifies" };
        println!("{:<43}  {:<9}  {usage}", key.kid, key.algorithm);
    }
    Ok(())
}
