//! Which secret a start uses: that of the settings or of the data folder, and always the one that the database is
//! used with. A secret is made only for a database that has none.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::start_error::StartError;
use crate::config::Config;
use crate::platform::random::Random;
use crate::platform::secret_file;
use crate::service::SecretKey;
use crate::store::{Store, StoreError};

/// Stands in `SECRET_KEY_DISCARDED` for the secret of a database from before fingerprints were recorded.
const UNRECORDED: &str = "unrecorded";

/// The secret that a database is used with, as far as it knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretRecord {
    pub fingerprint: Option<String>,
    /// Accounts exist, so there has been a secret, whether or not it is on record.
    pub has_accounts: bool,
}

impl SecretRecord {
    /// Reads it from a database that is migrated.
    pub async fn read(store: &Store) -> Result<Self, StoreError> {
        Ok(Self {
            fingerprint: store.find_secret_fingerprint().await?,
            has_accounts: store.has_users().await?,
        })
    }
}

/// Reads the secret of the data folder; `None` if there is none yet.
///
/// # Errors
/// When it cannot be read, is too short, or others may read it.
pub fn load(data_dir: &Path) -> Result<Option<SecretKey>, String> {
    let text = secret_file::load(data_dir)?;
    text.map(|text| parse(data_dir, &text)).transpose()
}

fn parse(data_dir: &Path, text: &str) -> Result<SecretKey, String> {
    let path = secret_file::path(data_dir);
    SecretKey::new(text).map_err(|error| format!("{} {error}", path.display()))
}

/// Finds the secret of the settings, or of the data folder.
pub(super) fn find(config: &Config) -> Result<Option<SecretKey>, String> {
    match config.tokens.secret()? {
        Some(secret) => Ok(Some(secret)),
        None => load(&config.storage.data_dir),
    }
}

/// Returns the secret of this start, once the database agrees that it is the one. Makes it if the database has
/// never been used with any.
pub(super) async fn agree(
    config: &Config,
    secret: Option<SecretKey>,
    store: &Store,
    now: DateTime<Utc>,
    random: &Random,
) -> Result<SecretKey, StartError> {
    let record = SecretRecord::read(store).await?;
    let secret = match secret {
        Some(secret) => Some(secret),
        // Another process in this folder may have made it in the meantime.
        None => find(config).map_err(StartError::Machine)?,
    };
    check_secret(config, secret.as_ref(), &record).map_err(StartError::Machine)?;
    let secret = match secret {
        Some(secret) => secret,
        None => secret_file::load_or_make(&config.storage.data_dir, random)
            .and_then(|text| parse(&config.storage.data_dir, &text))
            .map_err(StartError::Machine)?,
    };
    let mine = secret.fingerprint()?;
    let replaceable = replaceable(config).map_err(StartError::Machine)?;
    let recorded = store
        .record_secret_fingerprint(&mine, &replaceable, now)
        .await?;
    if recorded != mine {
        // A node with another secret was first, just now.
        let record = SecretRecord {
            fingerprint: Some(recorded),
            ..record
        };
        check_secret(config, Some(&secret), &record).map_err(StartError::Machine)?;
    }
    match record.fingerprint {
        Some(before) if before != mine => {
            tracing::warn!("the secret {mine} takes the place of {before}");
        }
        _ => {}
    }
    Ok(secret)
}

/// Checks that a secret, or a new one if there is none, may be used with the database that this is on record of.
///
/// # Errors
/// Says what to restore or to set.
pub fn check_secret(
    config: &Config,
    secret: Option<&SecretKey>,
    record: &SecretRecord,
) -> Result<(), String> {
    let Some(secret) = secret else {
        return check_lost(config, record);
    };
    let Some(recorded) = &record.fingerprint else {
        return Ok(());
    };
    let mine = fingerprint(secret)?;
    if mine == *recorded || replaceable(config)?.contains(recorded) {
        return Ok(());
    }
    let name = if matches!(config.tokens.secret(), Ok(None)) {
        secret_file::path(&config.storage.data_dir)
            .display()
            .to_string()
    } else {
        "SECRET_KEY".to_owned()
    };
    Err(format!(
        "{name} holds another secret (fingerprint {mine}) than the one that this database is used with ({recorded}): \
         nodes would refuse each other's tokens, and everybody would be logged out.\n\
         Use the secret of the other nodes, or of the last start. To replace a secret without logging anybody out, set \
         SECRET_KEY_PREVIOUS to the old one as well.\n\
         {}",
        discard(recorded)
    ))
}

/// A new secret takes the place of the one that is missing only where nothing is lost by it.
fn check_lost(config: &Config, record: &SecretRecord) -> Result<(), String> {
    let lost = match &record.fingerprint {
        Some(fingerprint) => fingerprint,
        None if record.has_accounts => UNRECORDED,
        None => return Ok(()),
    };
    if replaceable(config)?.iter().any(|it| it == lost) {
        return Ok(());
    }
    Err(format!(
        "{} is missing, and this database is used with a secret (fingerprint {lost}).\n\
         Restore the file from a backup, or set SECRET_KEY to what it held.\n\
         {}",
        secret_file::path(&config.storage.data_dir).display(),
        discard(lost)
    ))
}

fn discard(fingerprint: &str) -> String {
    format!(
        "If that secret is lost for good or has leaked, start with SECRET_KEY_DISCARDED={fingerprint}: a new one takes \
         its place, everybody is logged out, mailed links stop working, and waiting mail is never sent."
    )
}

/// Lists the fingerprints whose place the secret of this start may take.
fn replaceable(config: &Config) -> Result<Vec<String>, String> {
    let mut fingerprints = Vec::new();
    if let Some(previous) = config.tokens.previous_secret()? {
        fingerprints.push(fingerprint(&previous)?);
    }
    let discarded = config.tokens.secret_key_discarded.as_deref();
    fingerprints.extend(discarded.map(|text| text.trim().to_lowercase()));
    Ok(fingerprints)
}

fn fingerprint(secret: &SecretKey) -> Result<String, String> {
    secret.fingerprint().map_err(|error| error.to_string())
}
