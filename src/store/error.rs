//! What can go wrong below the service.

/// A failure of the database. That a row is missing or taken is no failure, but an answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, or asks to come back later.
    #[error("the database is unavailable: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// The database refused a statement, or holds what it must not.
    #[error("the database failed: {0}")]
    Failed(#[source] sqlx::Error),
    /// A column holds a word that this version does not know.
    #[error("the database holds {0:?}, which this version does not know")]
    Unknown(String),
    /// The schema could not be brought up to date.
    #[error("the migrations failed: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
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

/// PostgreSQL: class 08 (connection), 57P (shutdown, crash, not yet started), 53300 (too many
/// connections), 25006 (a read-only replica after a failover), 40001 and 40P01 (lost to another
/// transaction: nothing was changed). SQLite's primary result codes: 5
/// busy, 10 I/O, 13 disk full, 14 cannot open; an extended code has the primary one in its low byte.
fn is_away(code: &str) -> bool {
    if code.len() == 5 {
        return code.starts_with("08")
            || code.starts_with("57P")
            || matches!(code, "53300" | "25006" | "40001" | "40P01");
    }
    code.parse::<u32>()
        .is_ok_and(|code| matches!(code & 0xff, 5 | 10 | 13 | 14))
}
