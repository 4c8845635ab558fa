//! Opening a database, closing it, and how its connections behave.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::database_url::DatabaseUrl;
use super::failover::Failover;
use super::health::Health;
use super::pool::{Connections, Pool};
use super::statement_mode::{POOLED, StatementMode};
use super::{StoreError, postgres, private_file};

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
                (Connections::Sqlite(read), Connections::Sqlite(write))
            }
            DatabaseUrl::SqliteMemory => {
                // Every connection to `:memory:` would be a database of its own, so there is one.
                let memory = sqlite_options().in_memory(true);
                let only = sqlite_pool(options, 1)
                    .idle_timeout(None)
                    .max_lifetime(None)
                    .connect_with(memory)
                    .await?;
                (Connections::Sqlite(only.clone()), Connections::Sqlite(only))
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
                (
                    Connections::Postgres(pool.clone()),
                    Connections::Postgres(pool),
                )
            }
        };
        let store = Self {
            read: Pool {
                connections: read,
                mode,
                timeout: options.timeout,
                health: Arc::clone(&health),
                failover: Arc::clone(&failover),
                only_reads: true,
            },
            write: Pool {
                connections: write,
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
            connections: Connections::Sqlite(pool),
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

    /// Lets one process at a time do what follows to a SQLite file, until the answer is dropped.
    pub(super) fn lock_folder(&self) -> Result<Option<File>, StoreError> {
        self.folder.as_deref().map(lock).transpose()
    }

    /// Waits for the statements under way and closes every connection.
    pub async fn close(&self) {
        for pool in [&self.read, &self.write] {
            match &pool.connections {
                Connections::Sqlite(db) => db.close().await,
                Connections::Postgres(db) => db.close().await,
            }
        }
    }

    /// SQLite before 3.51.3 can corrupt a file in WAL mode when a checkpoint and a writer meet.
    async fn refuse_unsafe_sqlite(&self) -> Result<(), StoreError> {
        const SAFE: (u32, u32, u32) = (3, 51, 3);
        let Connections::Sqlite(db) = &self.write.connections else {
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
