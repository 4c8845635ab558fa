//! The database: whether it answers, takes writes, is migrated, has an account and keeps the time.

use std::path::{Path, PathBuf};

use super::{Finding, password_hashes};
use crate::app::{self, SecretRecord};
use crate::config::Config;
use crate::platform::clock::Clock;
use crate::store::{DatabaseUrl, MigrationState, Store, StoreError};

/// Looks at the database, and reads what it knows of its secret.
pub(super) async fn examine(config: &Config) -> (Vec<Finding>, SecretRecord) {
    let unknown = SecretRecord::default();
    let database = |result| Finding::new("database", result);
    let Ok(url) = config.storage.database() else {
        return (Vec::new(), unknown); // That is a finding about the settings.
    };
    if let DatabaseUrl::SqliteFile(path) = &url
        && !path.exists()
    {
        let mut findings = vec![database(not_made_yet(path, url.folder()))];
        let warning = app::warn_without_accounts(config.accounts.registration);
        findings.extend(warning.map(no_accounts));
        return (findings, unknown);
    }
    let store = match Store::inspect(&url, config.storage.options()).await {
        Ok(store) => store,
        Err(error) => return (vec![database(Err(format!("{url:?}: {error}")))], unknown),
    };
    let state = store.migration_state().await;
    let is_pending = matches!(state, Ok(MigrationState::Pending(_)));
    let migrations = migrations(&store, state).await;
    let writable = match store.check_writable().await {
        Ok(()) if !url.files_open_to_others().is_empty() => Err(open_files(&url)),
        Ok(()) => Ok(format!("{url:?} answers")),
        Err(error) => Err(format!(
            "{url:?}: {error}; point DATABASE_URL at the primary, and see default_transaction_read_only"
        )),
    };
    // Where migrations are pending, there may be no such record, and no accounts either.
    let record = SecretRecord::read(&store).await.unwrap_or(unknown);
    let mut findings = vec![database(writable), migrations];
    findings.extend(accounts(config, &store, is_pending).await);
    findings.extend(password_hashes::examine(&store).await);
    findings.extend(clock(&store).await);
    store.close().await;
    (findings, record)
}

async fn migrations(store: &Store, state: Result<MigrationState, StoreError>) -> Finding {
    let result = match state {
        Ok(MigrationState::Current) => Ok("all are applied".to_owned()),
        Ok(MigrationState::Pending(count)) => Err(match store.check_may_migrate().await {
            Ok(()) => {
                format!("{count} are not applied yet: start the service, or run latchkey migrate")
            }
            Err(error) => format!("{count} are not applied yet: {error}"),
        }),
        Ok(MigrationState::Newer) => Err(StoreError::Newer.to_string()),
        Err(error) => Err(error.to_string()),
    };
    Finding::new("migrations", result)
}

/// Looks for the first account, where nobody else can register.
async fn accounts(config: &Config, store: &Store, is_pending: bool) -> Option<Finding> {
    let mode = config.accounts.registration;
    let warning = match app::missing_first_account(mode, store).await {
        Ok(warning) => warning,
        // An empty database has no table of accounts.
        Err(_) if is_pending => app::warn_without_accounts(mode),
        Err(_) => None, // There is a finding about the database.
    };
    warning.map(no_accounts)
}

fn no_accounts(warning: String) -> Finding {
    Finding {
        warnings: vec![warning],
        ..Finding::new("accounts", Ok("there are none yet".to_owned()))
    }
}

/// Compares the clocks of this machine and of a database server.
async fn clock(store: &Store) -> Option<Finding> {
    // A database that does not answer has been found out already.
    let offset = app::clock_offset(store, &Clock::system()).await.ok()??;
    let result = if offset.is_harmless() {
        Ok("this machine's and the database's agree".to_owned())
    } else {
        Err(offset.to_string())
    };
    Some(Finding::new("clock", result))
}

fn open_files(url: &DatabaseUrl) -> String {
    let files = url.files_open_to_others();
    let lines = files.iter().map(|path| {
        format!(
            "{} can be read or written by other users of this machine: chmod 600 it, or start the service, which does",
            path.display()
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn not_made_yet(path: &Path, folder: Option<PathBuf>) -> Result<String, String> {
    match folder.map(std::fs::metadata) {
        Some(Ok(meta)) if !meta.is_dir() => Err(format!(
            "{} cannot be made: its folder is a file",
            path.display()
        )),
        _ => Ok(format!(
            "{} will be made at the first start",
            path.display()
        )),
    }
}
