//! The secret of a start: that of the settings or of the data folder, and always the one that the database is
//! used with. A secret is made only for a database that has none.

use std::path::Path;

use chrono::{DateTime, Utc};
use secrecy::SecretString;

use super::secret_error::SecretError;
use super::start_error::StartError;
use crate::config::Config;
use crate::platform::random::Random;
use crate::platform::secret_file;
use crate::service::SecretKey;
use crate::store::{Store, StoreError};

/// The value of `SECRET_KEY_DISCARDED` for the secret of a database from before fingerprints were recorded.
const UNRECORDED: &str = "unrecorded";

/// The database's record of the secret that it is used with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretRecord {
    pub fingerprint: Option<String>,
    /// Whether accounts exist: then there has been a secret, even if it is not recorded.
    pub has_accounts: bool,
}

impl SecretRecord {
    /// Reads the record of a database that is migrated.
    pub async fn read(store: &Store) -> Result<Self, StoreError> {
        Ok(Self {
            fingerprint: store.find_secret_fingerprint().await?,
            has_accounts: store.has_users().await?,
        })
    }
}

/// Loads the secret of the data folder; `None` if there is none yet.
pub fn load(data_dir: &Path) -> Result<Option<SecretKey>, SecretError> {
    let text = secret_file::load(data_dir)?;
    text.map(|text| parse(data_dir, text)).transpose()
}

fn parse(data_dir: &Path, text: SecretString) -> Result<SecretKey, SecretError> {
    SecretKey::new(text).map_err(|source| SecretError::InFile {
        path: secret_file::path(data_dir),
        source,
    })
}

/// Finds the secret of the settings, or of the data folder.
pub fn find(config: &Config) -> Result<Option<SecretKey>, SecretError> {
    match config.tokens.secret()? {
        Some(secret) => Ok(Some(secret)),
        None => load(&config.storage.data_dir),
    }
}

/// Returns the secret of this start after comparing it with the database's record. Makes a secret if the database has
/// never been used with one.
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
        // Another process in this folder may have made one in the meantime.
        None => find(config)?,
    };
    check_secret(config, secret.as_ref(), &record)?;
    let secret = match secret {
        Some(secret) => secret,
        None => make(&config.storage.data_dir, random)?,
    };
    let fingerprint = secret.fingerprint()?;
    let replaceable = replaceable(config)?;
    let recorded = store
        .record_secret_fingerprint(&fingerprint, &replaceable, now)
        .await?;
    if recorded != fingerprint {
        // A node with another secret was first.
        let record = SecretRecord {
            fingerprint: Some(recorded),
            ..record
        };
        check_secret(config, Some(&secret), &record)?;
    }
    match record.fingerprint {
        Some(previous) if previous != fingerprint => {
            tracing::warn!("the secret {fingerprint} takes the place of {previous}");
        }
        _ => {}
    }
    Ok(secret)
}

fn make(data_dir: &Path, random: &Random) -> Result<SecretKey, SecretError> {
    parse(data_dir, secret_file::load_or_make(data_dir, random)?)
}

/// Checks that a secret, or a new one if there is none, may be used with the database that has this record.
pub fn check_secret(
    config: &Config,
    secret: Option<&SecretKey>,
    record: &SecretRecord,
) -> Result<(), SecretError> {
    let Some(secret) = secret else {
        return check_missing(config, record);
    };
    let Some(recorded) = &record.fingerprint else {
        return Ok(());
    };
    let fingerprint = secret.fingerprint()?;
    if fingerprint == *recorded || replaceable(config)?.contains(recorded) {
        return Ok(());
    }
    let location = if matches!(config.tokens.secret(), Ok(None)) {
        let path = secret_file::path(&config.storage.data_dir);
        path.display().to_string()
    } else {
        "SECRET_KEY".to_owned()
    };
    Err(SecretError::Different {
        location,
        fingerprint,
        recorded: recorded.clone(),
    })
}

/// Checks that a new secret may replace the missing one, which is so only if nothing is lost.
fn check_missing(config: &Config, record: &SecretRecord) -> Result<(), SecretError> {
    let recorded = match &record.fingerprint {
        Some(fingerprint) => fingerprint,
        None if record.has_accounts => UNRECORDED,
        None => return Ok(()),
    };
    if replaceable(config)?
        .iter()
        .any(|fingerprint| fingerprint == recorded)
    {
        return Ok(());
    }
    Err(SecretError::Missing {
        path: secret_file::path(&config.storage.data_dir),
        recorded: recorded.to_owned(),
    })
}

/// Lists the fingerprints of secrets that the secret of this start may replace.
fn replaceable(config: &Config) -> Result<Vec<String>, SecretError> {
    let mut fingerprints = Vec::new();
    if let Some(previous) = config.tokens.previous_secret()? {
        fingerprints.push(previous.fingerprint()?);
    }
    let discarded = config.tokens.secret_key_discarded.as_deref();
    fingerprints.extend(discarded.map(|text| text.trim().to_lowercase()));
    Ok(fingerprints)
}
