//! SQLite: the options of its connections, and the versions that are refused.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use sqlx::Sqlite;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

use super::connections::Connections;
use super::error::StoreError;

/// The first version of SQLite that is safe.
const SAFE_VERSION: (u32, u32, u32) = (3, 51, 3);

/// Returns the options of every connection that writes.
pub fn options() -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .journal_mode(SqliteJournalMode::Wal)
        // A confirmed change must survive a power cut; NORMAL loses the latest commits.
        .synchronous(SqliteSynchronous::Full)
}

/// Locks the folder of a database, until the returned file is dropped.
pub fn lock(folder: &Path) -> Result<File, StoreError> {
    let locked = File::open(folder).and_then(|file| file.lock().map(|()| file));
    locked.map_err(|error| {
        StoreError::Refused(format!("{} cannot be locked: {error}", folder.display()))
    })
}

/// Refuses SQLite before 3.51.3, which can corrupt a file in WAL mode when a checkpoint and a writer meet.
pub async fn refuse_unsafe(connections: &Connections<Sqlite>) -> Result<(), StoreError> {
    let mut connection = connections.take().await?;
    let version: String = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(&mut *connection)
        .await?;
    connection.give_back();
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut part = || parts.next().unwrap_or(0);
    if (part(), part(), part()) < SAFE_VERSION {
        return Err(StoreError::Refused(format!(
            "SQLite {version} can corrupt its write-ahead log; 3.51.3 is the first that is safe"
        )));
    }
    Ok(())
}
