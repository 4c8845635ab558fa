//! The failures of the database.

use std::borrow::Cow;
use std::sync::Arc;

use super::statement_mode::POOLED;

/// A failure of the database. A missing row or a taken name is a result, not a failure. Requests that share a statement
/// share its failure, so clones share the cause.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, or is temporarily not ready.
    #[error("the database is unavailable: {}", describe(.0))]
    Unavailable(#[source] Arc<sqlx::Error>),
    /// The first connection failed. The text says why, and what to do.
    #[error("{0}")]
    Connect(String),
    /// The database did not answer within the time limit of an operation.
    #[error("the database did not answer in time")]
    TimedOut,
    /// The database accepts no writes.
    #[error("the database can only be read")]
    ReadOnly,
    /// The database refused a statement, or contains invalid data.
    #[error("the database failed: {}", describe(.0))]
    Failed(#[source] Arc<sqlx::Error>),
    /// A column contains a value that this version does not know.
    #[error("the database holds {0:?}, which this version does not know")]
    Unknown(String),
    /// The schema could not be brought up to date.
    #[error("the migrations failed: {}", describe_migration(.0))]
    Migration(#[source] Arc<sqlx::migrate::MigrateError>),
    /// A newer version of the service has migrated the database.
    #[error("the database was migrated by a newer version: run that version, or an even newer one")]
    Newer,
    /// The service refuses to use this database.
    #[error("{0}")]
    Refused(String),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let is_unavailable = match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => true,
            sqlx::Error::Database(refusal) => {
                refusal.code().is_some_and(|code| means_unavailable(&code))
            }
            _ => false,
        };
        if is_unavailable {
            Self::Unavailable(Arc::new(error))
        } else {
            Self::Failed(Arc::new(error))
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        Self::Migration(Arc::new(error))
    }
}

impl StoreError {
    /// Returns the failure of an operation whose task ended without an outcome.
    pub(super) fn abandoned() -> Self {
        sqlx::Error::WorkerCrashed.into()
    }

    /// Returns whether every write fails: the disk is full or broken, or the database is read-only.
    pub(in crate::store) fn concerns_every_write(&self) -> bool {
        matches!(self, Self::ReadOnly) || self.code().is_some_and(|code| refuses_writes(&code))
    }

    /// Returns whether a row has a value that this version cannot read.
    pub(super) fn is_unreadable_row(&self) -> bool {
        match self {
            Self::Unknown(_) => true,
            Self::Failed(error) => {
                matches!(
                    **error,
                    sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)
                )
            }
            _ => false,
        }
    }

    /// Returns whether the same operation may succeed a moment later.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::TimedOut | Self::ReadOnly)
    }

    /// Returns whether the connection is read-only: to a replica, or from before the replica became the primary.
    pub(in crate::store) fn is_read_only(&self) -> bool {
        matches!(self, Self::ReadOnly) || self.code().is_some_and(|code| code == READ_ONLY)
    }

    /// Returns whether the connection broke, or the server closed it.
    pub(in crate::store) fn is_disconnection(&self) -> bool {
        matches!(self, Self::Unavailable(error) if matches!(**error, sqlx::Error::Io(_)))
            || self
                .code()
                .is_some_and(|code| code.starts_with("57P") || code.starts_with("08"))
    }

    /// Returns whether a unique column already has the value.
    pub(in crate::store) fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Failed(error)
            if error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation))
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Unavailable(error) | Self::Failed(error) => error.as_database_error()?.code(),
            _ => None,
        }
    }
}

/// Describes a driver's error for people. The driver's own text has a line number of PostgreSQL's source.
fn describe(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(refusal) => match refusal.code().as_deref() {
            Some(INSUFFICIENT_PRIVILEGE) => format!(
                "{}; run, as the owner of the tables: GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public \
                 TO the role of DATABASE_URL",
                refusal.message()
            ),
            Some(DUPLICATE_STATEMENT | UNKNOWN_STATEMENT) => {
                format!("{}; {POOLED}", refusal.message())
            }
            _ => refusal.message().to_owned(),
        },
        sqlx::Error::PoolTimedOut => {
            "no connection within DATABASE_ACQUIRE_TIMEOUT: the server does not answer, or \
             all DATABASE_MAX_CONNECTIONS are in use"
                .to_owned()
        }
        error => error.to_string(),
    }
}

fn describe_migration(error: &sqlx::migrate::MigrateError) -> String {
    match error {
        sqlx::migrate::MigrateError::Execute(error) => describe(error),
        sqlx::migrate::MigrateError::ExecuteMigration(error, version) => {
            format!("number {version}: {}", describe(error))
        }
        error => error.to_string(),
    }
}

/// The errors of prepared statements behind a pooler: another client prepared the same name, or the statement is on
/// another server connection.
const DUPLICATE_STATEMENT: &str = "42P05";
const UNKNOWN_STATEMENT: &str = "26000";

const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// PostgreSQL's `read_only_sql_transaction`.
const READ_ONLY: &str = "25006";

/// Returns whether a code means that the database is temporarily unavailable. PostgreSQL: class 08 (connection), 57P
/// (shutdown, crash, not yet started), 40001 and 40P01 (conflict with another transaction; nothing was changed).
/// SQLite's primary result codes: 5 busy, 7 no memory, 9 interrupted, 14 cannot open. And all codes of
/// [`refuses_writes`].
fn means_unavailable(code: &str) -> bool {
    let is_listed = match sqlite_code(code) {
        Some(code) => matches!(code, 5 | 7 | 9 | 14),
        None => {
            code.starts_with("08") || code.starts_with("57P") || matches!(code, "40001" | "40P01")
        }
    };
    is_listed || refuses_writes(code)
}

/// Returns whether a code means that every write fails. PostgreSQL: classes 53 (disk full, out of memory, too many
/// connections) and 58 (disk failure), and a read-only server. SQLite: 8 read-only, 10 I/O, 13 disk full.
fn refuses_writes(code: &str) -> bool {
    match sqlite_code(code) {
        Some(code) => matches!(code, 8 | 10 | 13),
        None => code.starts_with("53") || code.starts_with("58") || code == READ_ONLY,
    }
}

/// Returns SQLite's primary result code, which is the low byte of an extended code. Codes of five characters are
/// PostgreSQL's.
fn sqlite_code(code: &str) -> Option<u32> {
    if code.len() == 5 {
        return None;
    }
    code.parse::<u32>().ok().map(|code| code & 0xff)
}
