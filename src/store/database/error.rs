//! What can go wrong below the service.

use std::borrow::Cow;

use super::statement_mode::POOLED;

/// A failure of the database. That a row is missing or taken is no failure, but an answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, or asks to come back later.
    #[error("the database is unavailable: {}", words(.0))]
    Unavailable(#[source] sqlx::Error),
    /// No connection was made at the start; says why, and what to do.
    #[error("{0}")]
    Connect(String),
    /// The database did not answer in the time that an operation has.
    #[error("the database did not answer in time")]
    TimedOut,
    /// The database takes no writes.
    #[error("the database can only be read")]
    ReadOnly,
    /// The database refused a statement, or holds what it must not.
    #[error("the database failed: {}", words(.0))]
    Failed(#[source] sqlx::Error),
    /// A column holds a word that this version does not know.
    #[error("the database holds {0:?}, which this version does not know")]
    Unknown(String),
    /// The schema could not be brought up to date.
    #[error("the migrations failed: {}", migration_words(.0))]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A newer version of the service has migrated the database.
    #[error("the database was migrated by a newer version: run that version, or an even newer one")]
    Newer,
    /// The database is one that the service refuses to trust with data.
    #[error("{0}")]
    Refused(String),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let away = match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => true,
            sqlx::Error::Database(refusal) => refusal.code().is_some_and(|code| is_away(&code)),
            _ => false,
        };
        if away {
            Self::Unavailable(error)
        } else {
            Self::Failed(error)
        }
    }
}

impl StoreError {
    /// Whether the database takes no writes at all: its disk is full or fails, or it can only be read.
    pub(in crate::store) fn concerns_every_write(&self) -> bool {
        matches!(self, Self::ReadOnly) || self.code().is_some_and(|code| refuses_writes(&code))
    }

    /// Whether the database is there and may take the same operation a moment later.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::TimedOut | Self::ReadOnly)
    }

    /// Whether the connection that was asked can only read: a replica, or a primary that was one a moment ago.
    pub(in crate::store) fn is_read_only(&self) -> bool {
        matches!(self, Self::ReadOnly) || self.code().is_some_and(|code| code == READ_ONLY)
    }

    /// Whether the connection broke, or the server ended it.
    pub(in crate::store) fn is_disconnection(&self) -> bool {
        matches!(self, Self::Unavailable(sqlx::Error::Io(_)))
            || self
                .code()
                .is_some_and(|code| code.starts_with("57P") || code.starts_with("08"))
    }

    /// Whether a row would have had a value that another row has in a unique column.
    pub(in crate::store) fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Failed(sqlx::Error::Database(refusal)) if refusal.is_unique_violation())
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Unavailable(sqlx::Error::Database(refusal))
            | Self::Failed(sqlx::Error::Database(refusal)) => refusal.code(),
            _ => None,
        }
    }
}

/// Returns a driver's error in words for people. The driver itself adds a line number of PostgreSQL's own source.
fn words(error: &sqlx::Error) -> String {
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

fn migration_words(error: &sqlx::migrate::MigrateError) -> String {
    match error {
        sqlx::migrate::MigrateError::Execute(error) => words(error),
        sqlx::migrate::MigrateError::ExecuteMigration(error, version) => {
            format!("number {version}: {}", words(error))
        }
        error => error.to_string(),
    }
}

/// Of prepared statements: what a pooler's other clients have left behind, or taken along.
const DUPLICATE_STATEMENT: &str = "42P05";
const UNKNOWN_STATEMENT: &str = "26000";

const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// PostgreSQL's `read_only_sql_transaction`.
const READ_ONLY: &str = "25006";

/// PostgreSQL: class 08 (connection), 57P (shutdown, crash, not yet started), 40001 and 40P01 (lost to another
/// transaction: nothing was changed). SQLite's primary result codes: 5 busy, 7 no memory, 9 interrupted, 14
/// cannot open. And all that [`refuses_writes`].
fn is_away(code: &str) -> bool {
    let here = match sqlite_code(code) {
        Some(code) => matches!(code, 5 | 7 | 9 | 14),
        None => {
            code.starts_with("08") || code.starts_with("57P") || matches!(code, "40001" | "40P01")
        }
    };
    here || refuses_writes(code)
}

/// PostgreSQL: classes 53 (a full disk, no memory, too many connections) and 58 (the disk fails), and a server
/// that can only be read. SQLite: 8 read-only, 10 I/O, 13 disk full.
fn refuses_writes(code: &str) -> bool {
    match sqlite_code(code) {
        Some(code) => matches!(code, 8 | 10 | 13),
        None => code.starts_with("53") || code.starts_with("58") || code == READ_ONLY,
    }
}

/// SQLite's primary result code, which an extended one has in its low byte. PostgreSQL's codes have five
/// characters, and SQLite's none of that length.
fn sqlite_code(code: &str) -> Option<u32> {
    if code.len() == 5 {
        return None;
    }
    code.parse::<u32>().ok().map(|code| code & 0xff)
}
