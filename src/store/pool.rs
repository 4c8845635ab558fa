//! Opening a database, and running one body of code on whichever engine is open.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use uuid::Uuid;

use super::failover::Failover;
use super::health::Health;
use super::statement_mode::{POOLED, StatementMode};
use super::{StoreError, postgres, private_file};

/// Runs one statement on whichever engine is open; the compiler checks it against both drivers.
macro_rules! on {
    ($pool:expr, |$db:ident| $body:expr) => {{
        let pool: &$crate::store::pool::Pool = $pool;
        pool.attempt(|| async {
            match pool.driver() {
                $crate::store::pool::Driver::Sqlite(driver) => {
                    let mut lease = $crate::store::lease::Lease::take(driver, pool.mode()).await?;
                    let $db = &mut *lease;
                    let outcome = $body?;
                    lease.commit().await?;
                    Ok(outcome)
                }
                $crate::store::pool::Driver::Postgres(driver) => {
                    let mut lease = $crate::store::lease::Lease::take(driver, pool.mode()).await?;
                    let $db = &mut *lease;
                    let outcome = $body?;
                    lease.commit().await?;
                    Ok(outcome)
                }
            }
        })
        .await
    }};
}

/// Runs one body in a transaction and commits it. A `return` or `?` inside rolls back.
macro_rules! transaction {
    ($pool:expr, |$tx:ident| $body:block) => {{
        let pool: &$crate::store::pool::Pool = $pool;
        pool.attempt(|| async {
            match pool.driver() {
                $crate::store::pool::Driver::Sqlite(driver) => {
                    let mut $tx = $crate::store::lease::Lease::begin(driver, pool.mode()).await?;
                    let outcome = $body;
                    $tx.commit().await?;
                    Ok(outcome)
                }
                $crate::store::pool::Driver::Postgres(driver) => {
                    let mut $tx = $crate::store::lease::Lease::begin(driver, pool.mode()).await?;
                    let outcome = $body;
                    $tx.commit().await?;
                    Ok(outcome)
                }
            }
        })
        .await
    }};
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

/// Connections of either engine.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    driver: Driver,
    mode: StatementMode,
    /// For one operation, with the wait for a connection.
    timeout: Duration,
    health: Arc<Health>,
    failover: Arc<Failover>,
    /// Whether operations only read, and so may be run again.
    only_reads: bool,
}

/// The driver's own pool.
#[derive(Clone, Debug)]
pub(super) enum Driver {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Pool {
    pub fn driver(&self) -> &Driver {
        &self.driver
    }

    pub fn mode(&self) -> StatementMode {
        self.mode
    }

    /// Runs one operation in the time that it has; once again, on a new connection, if the first one was of before a
    /// failover and nothing can have been changed on it.
    pub async fn attempt<T, F>(&self, operation: impl Fn() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let mut outcome = self.in_time(Box::pin(operation())).await;
        if let Err(error) = &outcome
            && self.was_outdated(error).await
        {
            outcome = self.in_time(Box::pin(operation())).await;
        }
        if !self.only_reads {
            self.health.record(&outcome);
        }
        outcome
    }

    pub fn health(&self) -> &Health {
        &self.health
    }

    /// Whether an operation failed on a connection of before a failover. If so, all of those are discarded.
    async fn was_outdated(&self, error: &StoreError) -> bool {
        if self.only_reads && error.is_disconnection() {
            self.failover.discard_connections();
            return true;
        }
        error.is_read_only() && self.renews_connections().await
    }

    /// Discards the connections that there are, if new ones can write. Answers whether they can.
    pub async fn renews_connections(&self) -> bool {
        let Driver::Postgres(pool) = &self.driver else {
            return false;
        };
        let look = Box::pin(async { Ok(self.failover.takes_writes(pool).await) });
        let takes_writes = self.in_time(look).await.unwrap_or(false);
        if takes_writes {
            self.failover.discard_connections();
        }
        takes_writes
    }

    async fn in_time<T>(
        &self,
        operation: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let ended = tokio::time::timeout(self.timeout, operation).await;
        ended.unwrap_or(Err(StoreError::TimedOut))
    }
}

/// The database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    /// For statements that only read.
    pub(super) read: Pool,
    /// For everything else. SQLite has one writer, so it has one connection: others would only wait
    /// on its lock.
    pub(super) write: Pool,
    /// Whether a pooler gives each transaction whichever server connection is free.
    pub(super) is_pooled: bool,
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

/// How the pools behave.
#[derive(Clone, Copy, Debug)]
pub struct StoreOptions {
    /// Connections of one node to PostgreSQL, or readers of the SQLite file.
    pub max_connections: u32,
    /// How long a request waits for a connection before the database counts as away.
    pub acquire_timeout: Duration,
    /// How long one operation may take, with that wait, before the database counts as away.
    pub timeout: Duration,
    /// How statements are sent to PostgreSQL.
    pub statements: StatementMode,
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
        let health = Arc::new(Health::default());
        let failover = Arc::new(Failover::default());
        let mut is_pooled = false;
        let mode = match url {
            DatabaseUrl::Postgres(_) => options.statements,
            // Nobody pools connections to a file.
            DatabaseUrl::SqliteFile(_) | DatabaseUrl::SqliteMemory => StatementMode::Prepared,
        };
        let (read, write) = match url {
            DatabaseUrl::SqliteFile(path) => {
                private_file::make_private(path)?;
                let file = sqlite_options().filename(path).create_if_missing(true);
                let write = sqlite_pool(options, 1).connect_with(file.clone()).await?;
                let read = sqlite_pool(options, options.max_connections)
                    .connect_lazy_with(file.pragma("query_only", "ON"));
                (Driver::Sqlite(read), Driver::Sqlite(write))
            }
            DatabaseUrl::SqliteMemory => {
                // Every connection to `:memory:` would be a database of its own, so there is one.
                let memory = sqlite_options().in_memory(true);
                let only = sqlite_pool(options, 1)
                    .idle_timeout(None)
                    .max_lifetime(None)
                    .connect_with(memory)
                    .await?;
                (Driver::Sqlite(only.clone()), Driver::Sqlite(only))
            }
            DatabaseUrl::Postgres(url) => {
                let server = postgres::parse(url).map_err(StoreError::Connect)?;
                let server = options.statements.configure(server);
                let pool = postgres_pool(options, Arc::clone(&failover));
                let pool = postgres::connect(pool, server.clone()).await?;
                is_pooled = postgres::is_pooled(&server).await?;
                if is_pooled && options.statements == StatementMode::Prepared {
                    return Err(StoreError::Connect(POOLED.to_owned()));
                }
                (Driver::Postgres(pool.clone()), Driver::Postgres(pool))
            }
        };
        let store = Self {
            read: Pool {
                driver: read,
                mode,
                timeout: options.timeout,
                health: Arc::clone(&health),
                failover: Arc::clone(&failover),
                only_reads: true,
            },
            write: Pool {
                driver: write,
                mode,
                timeout: options.timeout,
                health,
                failover,
                only_reads: false,
            },
            is_pooled,
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
        let pool = Pool {
            driver: Driver::Sqlite(pool),
            mode: StatementMode::Prepared,
            timeout: options.timeout,
            health: Arc::default(),
            failover: Arc::default(),
            only_reads: true,
        };
        let store = Self {
            read: pool.clone(),
            write: pool,
            is_pooled: false,
            folder: None,
        };
        store.refuse_unsafe_sqlite().await?;
        Ok(store)
    }

    pub(super) fn is_postgres(&self) -> bool {
        matches!(self.write.driver, Driver::Postgres(_))
    }

    /// Of the few statements that the engines do not share, the one of the engine that is open.
    pub(super) fn engines(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match &self.write.driver {
            Driver::Sqlite(_) => sqlite,
            Driver::Postgres(_) => postgres,
        }
    }

    /// Lets one process at a time do what follows to a SQLite file, until the answer is dropped.
    pub(super) fn lock_folder(&self) -> Result<Option<File>, StoreError> {
        self.folder.as_deref().map(lock).transpose()
    }

    /// Waits for the statements under way and closes every connection.
    pub async fn close(&self) {
        for pool in [&self.read, &self.write] {
            match &pool.driver {
                Driver::Sqlite(db) => db.close().await,
                Driver::Postgres(db) => db.close().await,
            }
        }
    }

    /// SQLite before 3.51.3 can corrupt a file in WAL mode when a checkpoint and a writer meet.
    async fn refuse_unsafe_sqlite(&self) -> Result<(), StoreError> {
        const SAFE: (u32, u32, u32) = (3, 51, 3);
        let Driver::Sqlite(db) = &self.write.driver else {
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

fn postgres_pool(options: StoreOptions, failover: Arc<Failover>) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(options.max_connections)
        .acquire_timeout(options.acquire_timeout)
        // A ping before every statement costs a third of the throughput. A connection that was in
        // use a moment ago was alive then (the pool also pings it as it comes back); only one that
        // lay idle may have been hung up on.
        .test_before_acquire(false)
        .before_acquire(move |connection, meta| {
            let is_accepted = failover.accepts(meta.age);
            Box::pin(async move {
                if !is_accepted {
                    return Ok(false);
                }
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
