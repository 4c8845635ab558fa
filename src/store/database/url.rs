//! The location of a database.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use secrecy::SecretString;

use super::postgres::PostgresUrlError;
use super::{postgres, private_file};

/// The location of a database.
#[derive(Clone, Debug)]
pub enum DatabaseUrl {
    /// A file. It is created if it does not exist.
    SqliteFile(PathBuf),
    /// A database in memory, which ends with the process. For tests.
    SqliteMemory,
    /// A connection URL, which may contain a password.
    Postgres(SecretString),
}

/// The reason why a text is not the URL of a database. It repeats nothing that may be part of a password.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseUrlError {
    #[error("must be postgres://user@host/database, sqlite:path or sqlite::memory:")]
    Malformed,
    #[error("a SQLite path takes no options: they are ours to set")]
    SqliteOptions,
    #[error(transparent)]
    Postgres(#[from] PostgresUrlError),
}

impl fmt::Display for DatabaseUrl {
    /// Names the database without any secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SqliteFile(path) => write!(f, "SQLite, {}", path.display()),
            Self::SqliteMemory => f.write_str("SQLite, in memory"),
            Self::Postgres(_) => f.write_str("PostgreSQL"),
        }
    }
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(url: &str) -> Result<Self, DatabaseUrlError> {
        if matches!(url, "sqlite::memory:" | "sqlite://:memory:") {
            Ok(Self::SqliteMemory)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            postgres::parse(url)?;
            Ok(Self::Postgres(url.into()))
        } else if let Some(path) = url.strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
            if path.contains('?') {
                return Err(DatabaseUrlError::SqliteOptions);
            }
            Ok(Self::SqliteFile(
                path.strip_prefix("//").unwrap_or(path).into(),
            ))
        } else {
            Err(DatabaseUrlError::Malformed)
        }
    }
}

impl DatabaseUrl {
    /// Lists the files of the database that other users of this machine can read or write.
    #[must_use]
    pub fn files_open_to_others(&self) -> Vec<PathBuf> {
        match self {
            Self::SqliteFile(path) => private_file::open_to_others(path),
            Self::SqliteMemory | Self::Postgres(_) => Vec::new(),
        }
    }

    /// Returns the folder of the SQLite file; `None` for every other database.
    #[must_use]
    pub fn folder(&self) -> Option<PathBuf> {
        let Self::SqliteFile(path) = self else {
            return None;
        };
        Some(match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::DatabaseUrl;

    #[test]
    fn a_password_is_not_printed() {
        let url = "postgres://latchkey:hidden@127.0.0.1/latchkey";
        let url: DatabaseUrl = url.parse().unwrap();
        let printed = format!("{url} {url:?}");
        assert!(!printed.contains("hidden"), "{printed}");
        assert_eq!(url.to_string(), "PostgreSQL");
    }
}
