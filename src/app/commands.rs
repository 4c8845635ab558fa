//! The parts of the service that a single command uses: settings, keys, the store, the outbox.

use super::keys::Keys;
use super::services::mail;
use super::start_error::StartError;
use crate::config::{Config, Environment, Flags};
use crate::platform::clock::Clock;
use crate::platform::private_file;
use crate::platform::random::Random;
use crate::service::{KeyListing, Mailbox};
use crate::store::{DatabaseUrl, MigrationState, Store};

/// Reads the settings of a command that needs them.
///
/// # Errors
/// Says what could not be read.
pub fn read<S>(flags: &Flags<S>, environment: &Environment) -> Result<Config, StartError> {
    let config = Config::read(flags, environment);
    match config.unread() {
        [] => Ok(config),
        problems => Err(StartError::Settings(problems.to_vec())),
    }
}

/// Checks settings that were read.
///
/// # Errors
/// Names the settings that are wrong.
pub fn check(config: &Config) -> Result<(), StartError> {
    let problems = config.problems();
    if problems.is_empty() {
        return Ok(());
    }
    Err(StartError::Settings(problems))
}

/// Lists the keys that verify access tokens. Makes no secret.
///
/// # Errors
/// Says which key is wrong, or that there is no secret yet.
pub fn list_access_keys(config: &Config) -> Result<Vec<KeyListing>, StartError> {
    Ok(Keys::load_existing(config)?.access.list())
}

/// Opens the outbox for a command. Makes neither a secret nor a database.
///
/// # Errors
/// Says what is missing.
pub async fn open_mailbox(config: &Config) -> Result<Mailbox, StartError> {
    let keys = Keys::load_existing(config)?;
    let url = config.storage.database()?;
    if matches!(&url, DatabaseUrl::SqliteFile(path) if !path.exists()) {
        return Err(StartError::NoDatabase(url.to_string()));
    }
    let store = Store::open(&url, config.storage.options()).await?;
    if store.migration_state().await? != MigrationState::Current {
        return Err(StartError::OtherSchema);
    }
    let random = system_random()?;
    let clock = Clock::system();
    let mail = mail(config, &keys.secrets, &clock, &random)?;
    Ok(Mailbox::new(store, clock, mail))
}

/// Returns the randomness of the operating system.
///
/// # Errors
/// When the operating system has none.
pub fn system_random() -> Result<Random, StartError> {
    Ok(Random::system()?)
}

/// Opens the database that the settings name.
///
/// # Errors
/// When it cannot be reached.
pub async fn open_store(config: &Config) -> Result<Store, StartError> {
    let url = config.storage.database()?;
    if let Some(folder) = url.folder() {
        private_file::make_folder(&folder)?;
    }
    Ok(Store::open(&url, config.storage.options()).await?)
}
