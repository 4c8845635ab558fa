//! The check of the database: that it answers, accepts writes, is migrated, has an account and the right time.

use std::path::{Path, PathBuf};

use super::finding::Finding;
use super::{passkeys, password_hashes, second_factors};
use crate::app::{self, SecretRecord};
use crate::config::Config;
use crate::platform::clock::Clock;
use crate::store::{DatabaseUrl, MigrationState, Store, StoreError};

const SUBJECT: &str = "database";

/// Checks the database, and reads its record of the secret.
pub(super) async fn examine(config: &Config) -> (Vec<Finding>, SecretRecord) {
    let unknown = SecretRecord::default();
    let Ok(url) = config.storage.database() else {
        return (Vec::new(), unknown); // The check of the settings reports it.
    };
    if let DatabaseUrl::SqliteFile(path) = &url
        && !path.exists()
    {
        let mut findings = vec![missing_file(path, url.folder())];
        let warning = app::warn_without_accounts(config.accounts.registration);
        findings.extend(warning.map(no_accounts));
        return (findings, unknown);
    }
    let store = match Store::inspect(&url, config.storage.options()).await {
        Ok(store) => store,
        Err(error) => {
            let finding = Finding::problem(SUBJECT, format!("{url}: {error}"));
            return (vec![finding], unknown);
        }
    };
    let state = store.migration_state().await;
    let is_pending = matches!(state, Ok(MigrationState::Pending(_)));
    let migrations = migrations(&store, state).await;
    let writable = match store.check_writable().await {
        Ok(()) if !url.files_open_to_others().is_empty() => {
            Finding::problem(SUBJECT, permission_problem(&url))
        }
        Ok(()) => Finding::ok(SUBJECT, format!("{url} answers")),
        Err(error) => {
            let advice = "point DATABASE_URL at the primary, and see default_transaction_read_only";
            Finding::problem(SUBJECT, format!("{url}: {error}; {advice}"))
        }
    };
    // If migrations are pending, there may be no such record.
    let record = SecretRecord::read(&store).await.unwrap_or(unknown);
    let mut findings = vec![writable, migrations];
    findings.extend(accounts(config, &store, is_pending).await);
    findings.extend(password_hashes::examine(&store).await);
    findings.extend(second_factors::examine(config, &store).await);
    findings.extend(passkeys::lost(config, &store).await);
    findings.extend(clock(&store).await);
    store.close().await;
    (findings, record)
}

async fn migrations(store: &Store, state: Result<MigrationState, StoreError>) -> Finding {
    let problem = match state {
        Ok(MigrationState::Current) => return Finding::ok("migrations", "all are applied"),
        Ok(MigrationState::Pending(count)) => match store.check_may_migrate().await {
            Ok(()) => {
                format!("{count} are not applied yet: start the service, or run latchkey migrate")
            }
            Err(error) => format!("{count} are not applied yet: {error}"),
        },
        Ok(MigrationState::Newer) => StoreError::Newer.to_string(),
        Err(error) => error.to_string(),
    };
    Finding::problem("migrations", problem)
}

/// Checks that there is an account if nobody can register.
async fn accounts(config: &Config, store: &Store, is_pending: bool) -> Option<Finding> {
    let mode = config.accounts.registration;
    let warning = match app::missing_first_account(mode, store).await {
        Ok(warning) => warning,
        // An empty database has no table of users.
        Err(_) if is_pending => app::warn_without_accounts(mode),
        Err(_) => None, // The check of the database reports it.
    };
    warning.map(no_accounts)
}

fn no_accounts(warning: String) -> Finding {
    Finding {
        warnings: vec![warning],
        ..Finding::ok("accounts", "there are none yet")
    }
}

/// Compares the clocks of this machine and of a database server.
async fn clock(store: &Store) -> Option<Finding> {
    // If the database does not answer, another finding reports it.
    let offset = app::clock_offset(store, &Clock::system()).await.ok()??;
    Some(if offset.is_harmless() {
        Finding::ok("clock", "this machine's and the database's agree")
    } else {
        Finding::problem("clock", offset)
    })
}

fn permission_problem(url: &DatabaseUrl) -> String {
    let files = url.files_open_to_others();
    let lines = files.iter().map(|path| {
        format!(
            "{} can be read or written by other users of this machine: chmod 600 it, or start the service, which does",
            path.display()
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn missing_file(path: &Path, folder: Option<PathBuf>) -> Finding {
    let file = path.display();
    match folder.map(std::fs::metadata) {
        Some(Ok(meta)) if !meta.is_dir() => Finding::problem(
            SUBJECT,
            format!("{file} cannot be made: its folder is a file"),
        ),
        _ => Finding::ok(SUBJECT, format!("{file} will be made at the first start")),
    }
}
