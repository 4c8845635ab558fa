//! Opening a database, and running one body of code on whichever engine is open.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use uuid::Uuid;

use super::StoreError;

/// Runs one body on whichever engine is open; the compiler checks it against both drivers.
macro_rules! on {
    ($pool:expr, |$db:ident| $body:expr) => {
        match $pool {
            $crate::store::pool::Pool::Sqlite($db) => $body,
            $crate::store::pool::Pool::Postgres($db) => $body,
        }
    };
}

/// Runs one body in a transaction and commits it. A `return` or `?` inside rolls back.
///
/// On SQLite it takes the write lock at once: a transaction that starts by reading and then wants to
/// write can be refused (`SQLITE_BUSY`) without waiting.
macro_rules! transaction {
    ($pool:expr, |$tx:ident| $body:block) => {
        match $pool {
            $crate::store::pool::Pool::Sqlite(db) => {
                let mut $tx = db.begin_with("BEGIN IMMEDIATE").await?;
                let outcome = $body;
                $tx.commit().await?;
                Ok(outcome)
            }
            $crate::store::pool::Pool::Postgres(db) => {
                let mut $tx = db.begin().await?;
                let outcome = $body;
                $tx.commit().await?;
                Ok(outcome)
            }
        }
    };
}

/// Names the statements of a file and lists them, so that a test can prepare each on both engines.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)+) => {
        $($(#[$doc])* pub(super) const $name: &str = $sql;)+
        #[cfg(test)]
        pub(super) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $sql)),+];
    };
}

pub(super) use {on, statements, transaction};

/// A pool of either engine.
#[derive(Clone, Debug)]
pub(super) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// The database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    /// For statements that only read.
    pub(super) read: Pool,
    /// For everything else. SQLite has one writer, so it has one connection: others would only wait
    /// on its lock.
    pub(super) write: Pool,
    /// Where the SQLite file is; `None` for every other database.
    folder: Option<PathBuf>,
}

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

/// How the pools behave.
#[derive(Clone, Copy, Debug)]
pub struct StoreOptions {
    /// Connections of one node to PostgreSQL, or readers of the SQLite file.
    pub max_connections: u32,
    /// How long a request waits for a connection before the database counts as away.
    pub acquire_timeout: Duration,
}

impl Store {
    /// Opens the database. Does not migrate it.
    ///
    /// # Errors
    /// When it cannot be reached, or is one that must not be trusted.
    pub async fn open(url: &DatabaseUrl, options: StoreOptions) -> Result<Self, StoreError> {
        let folder = url.folder();
        // Of several that open a new SQLite file at once, all but one would find it locked while its
        // journal becomes a write-ahead log, and SQLite does not let them wait for that.
        let _alone = folder.as_deref().map(lock).transpose()?;
        let (read, write) = match url {
            DatabaseUrl::SqliteFile(path) => {
                let file = sqlite_options().filename(path).create_if_missing(true);
                let write = sqlite_pool(options, 1).connect_with(file.clone()).await?;
                let read = sqlite_pool(options, options.max_connections)
                    .connect_lazy_with(file.pragma("query_only", "ON"));
                (Pool::Sqlite(read), Pool::Sqlite(write))
            }
            DatabaseUrl::SqliteMemory => {
                // Every connection to `:memory:` would be a database of its own, so there is one.
                let memory = sqlite_options().in_memory(true);
                let only = sqlite_pool(options, 1)
                    .idle_timeout(None)
                    .max_lifetime(None)
                    .connect_with(memory)
                    .await?;
                (Pool::Sqlite(only.clone()), Pool::Sqlite(only))
            }
            DatabaseUrl::Postgres(url) => {
                let pool = postgres_pool(options)
                    .connect_with(PgConnectOptions::from_str(url)?)
                    .await?;
                (Pool::Postgres(pool.clone()), Pool::Postgres(pool))
            }
        };
        let store = Self {
            read,
            write,
            folder,
        };
        store.refuse_unsafe_sqlite().await?;
        Ok(store)
    }

    /// Opens a database to look at it. A SQLite file must be there already, and stays byte for byte
    /// as it is.
    ///
    /// # Errors
    /// When it cannot be reached, or is one that must not be trusted.
    pub async fn inspect(url: &DatabaseUrl, options: StoreOptions) -> Result<Self, StoreError> {
        let DatabaseUrl::SqliteFile(path) = url else {
            return Self::open(url, options).await;
        };
        // `open` would turn the journal into a write-ahead log, which is a change of the file.
        let file = SqliteConnectOptions::new()
            .filename(path)
            .busy_timeout(Duration::from_secs(5))
            .pragma("query_only", "ON");
        let pool = sqlite_pool(options, 1).connect_with(file).await?;
        let store = Self {
            read: Pool::Sqlite(pool.clone()),
            write: Pool::Sqlite(pool),
            folder: None,
        };
        store.refuse_unsafe_sqlite().await?;
        Ok(store)
    }

    pub(super) fn is_postgres(&self) -> bool {
        matches!(self.write, Pool::Postgres(_))
    }

    /// Of the few statements that the engines do not share, the one of the engine that is open.
    pub(super) fn engines(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match &self.write {
            Pool::Sqlite(_) => sqlite,
            Pool::Postgres(_) => postgres,
        }
    }

    /// Lets one process at a time do what follows to a SQLite file, until the answer is dropped.
    pub(super) fn lock_folder(&self) -> Result<Option<File>, StoreError> {
        self.folder.as_deref().map(lock).transpose()
    }

    /// Waits for the statements under way and closes every connection.
    pub async fn close(&self) {
        for pool in [&self.read, &self.write] {
            on!(pool, |db| db.close().await);
        }
    }

    /// SQLite before 3.51.3 can corrupt a file in WAL mode when a checkpoint and a writer meet.
    async fn refuse_unsafe_sqlite(&self) -> Result<(), StoreError> {
        const SAFE: (u32, u32, u32) = (3, 51, 3);
        let Pool::Sqlite(db) = &self.write else {
            return Ok(());
        };
        let version: String = sqlx::query_scalar("SELECT sqlite_version()")
            .fetch_one(db)
            .await?;
        let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
        let mut part = || parts.next().unwrap_or(0);
        if (part(), part(), part()) < SAFE {
            return Err(StoreError::Refused(format!(
                "SQLite {version} can corrupt its write-ahead log; 3.51.3 is the first that is safe"
            )));
        }
        Ok(())
    }
}

fn lock(folder: &Path) -> Result<File, StoreError> {
    let locked = File::open(folder).and_then(|file| file.lock().map(|()| file));
    locked.map_err(|error| {
        StoreError::Refused(format!("{} cannot be locked: {error}", folder.display()))
    })
}

fn sqlite_options() -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .journal_mode(SqliteJournalMode::Wal)
        // A caller who was told "done" must find it done after a power cut; NORMAL loses the latest
        // commits.
        .synchronous(SqliteSynchronous::Full)
}

fn sqlite_pool(options: StoreOptions, connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(options.acquire_timeout)
        .test_before_acquire(false) // a file does not hang up
}

fn postgres_pool(options: StoreOptions) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(options.max_connections)
        .acquire_timeout(options.acquire_timeout)
        // A ping before every statement costs a third of the throughput. A connection that was in
        // use a moment ago was alive then (the pool also pings it as it comes back); only one that
        // lay idle may have been hung up on.
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > Duration::from_secs(1) {
                    return Ok(sqlx::Connection::ping(connection).await.is_ok());
                }
                Ok(true)
            })
        })
}

/// Adds `(id, id, …)` for an `IN`. The list must not be empty.
pub(super) fn push_ids<DB: sqlx::Database>(query: &mut sqlx::QueryBuilder<DB>, ids: &[Uuid])
where
    Uuid: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
{
    query.push("(");
    let mut list = query.separated(", ");
    for id in ids {
        list.push_bind(*id);
    }
    query.push(")");
}
