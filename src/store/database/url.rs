//! Where a database is.

use std::path::PathBuf;
use std::str::FromStr;

use super::{postgres, private_file};

/// Where the database is. Prints no password.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file, made when it is missing.
    SqliteFile(PathBuf),
    /// Gone with the process; for tests.
    SqliteMemory,
    /// A connection URL, which may hold a password.
    Postgres(String),
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::SqliteFile(path) => write!(f, "SQLite, {}", path.display()),
            Self::SqliteMemory => f.write_str("SQLite, in memory"),
            Self::Postgres(_) => f.write_str("PostgreSQL"),
        }
    }
}

impl FromStr for DatabaseUrl {
    type Err = String;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        if matches!(url, "sqlite::memory:" | "sqlite://:memory:") {
            Ok(Self::SqliteMemory)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            postgres::parse(url)?;
            Ok(Self::Postgres(url.to_owned()))
        } else if let Some(path) = url.strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
            if path.contains('?') {
                return Err("a SQLite path takes no options: they are ours to set".to_owned());
            }
            Ok(Self::SqliteFile(
                path.strip_prefix("//").unwrap_or(path).into(),
            ))
        } else {
            Err("must be postgres://user@host/database, sqlite:path or sqlite::memory:".to_owned())
        }
    }
}

impl DatabaseUrl {
    /// Lists those files of the database that other users of this machine can read or write.
    #[must_use]
    pub fn files_open_to_others(&self) -> Vec<PathBuf> {
        match self {
            Self::SqliteFile(path) => private_file::open_to_others(path),
            Self::SqliteMemory | Self::Postgres(_) => Vec::new(),
        }
    }

    /// The folder of the SQLite file; `None` for every other database.
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
