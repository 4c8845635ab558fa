//! Opening a database, to use it or only to inspect it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use super::error::StoreError;
use super::failover::Failover;
use super::pool::{Connections, Pool};
use super::retry::RetryPolicy;
use super::shared_lookups::SharedLookups;
use super::statement_mode::{POOLED, StatementMode};
use super::store::{Store, StoreOptions};
use super::url::DatabaseUrl;
use super::{postgres, private_file, sqlite};

impl Store {
    /// Opens the database. Does not migrate it.
    ///
    /// # Errors
    /// When it cannot be reached, or the service refuses to use it.
    pub async fn open(url: &DatabaseUrl, options: StoreOptions) -> Result<Self, StoreError> {
        let folder = url.folder();
        // If several processes open a new SQLite file at once, all but one would find it locked while its journal
        // becomes a write-ahead log, and SQLite does not let them wait for that.
        let _lock = folder.as_deref().map(sqlite::lock).transpose()?;
        let failover = Arc::new(Failover::default());
        let opened = match url {
            DatabaseUrl::SqliteFile(path) => open_file(path, options).await?,
            DatabaseUrl::SqliteMemory => open_memory(options).await?,
            DatabaseUrl::Postgres(url) => {
                open_postgres(url.expose_secret(), options, Arc::clone(&failover)).await?
            }
        };
        let retry = RetryPolicy::new(options.timeout, failover, opened.write.server());
        let mode = opened.mode;
        Ok(Self {
            read: Pool {
                connections: opened.read,
                mode,
                retry: retry.for_reads(),
            },
            write: Pool {
                connections: opened.write,
                mode,
                retry,
            },
            viewers: SharedLookups::default(),
            is_pooled: opened.is_pooled,
            folder,
        })
    }

    /// Opens a database to inspect it. A SQLite file must exist already, and stays byte for byte as it is.
    ///
    /// # Errors
    /// When it cannot be reached, or the service refuses to use it.
    pub async fn inspect(url: &DatabaseUrl, options: StoreOptions) -> Result<Self, StoreError> {
        let DatabaseUrl::SqliteFile(path) = url else {
            return Self::open(url, options).await;
        };
        // `open` would turn the journal into a write-ahead log, which is a change of the file.
        let file = SqliteConnectOptions::new()
            .filename(path)
            .busy_timeout(Duration::from_secs(5))
            .pragma("query_only", "ON");
        let pool = sqlite::pool(options, 1).connect_with(file).await?;
        sqlite::refuse_unsafe(&pool).await?;
        let pool = Pool {
            connections: Connections::Sqlite(pool),
            mode: StatementMode::Prepared,
            retry: RetryPolicy::new(options.timeout, Arc::default(), None).for_reads(),
        };
        Ok(Self {
            read: pool.clone(),
            write: pool,
            viewers: SharedLookups::default(),
            is_pooled: false,
            folder: None,
        })
    }
}

/// The connections of a database that was opened.
struct Opened {
    read: Connections,
    write: Connections,
    mode: StatementMode,
    is_pooled: bool,
}

impl Opened {
    /// Returns the connections of a SQLite database, which no pooler is in front of.
    fn sqlite(read: SqlitePool, write: SqlitePool) -> Self {
        Self {
            read: Connections::Sqlite(read),
            write: Connections::Sqlite(write),
            mode: StatementMode::Prepared,
            is_pooled: false,
        }
    }
}

/// Opens a SQLite file with one connection that writes, and several that read.
async fn open_file(path: &Path, options: StoreOptions) -> Result<Opened, StoreError> {
    private_file::make_private(path)?;
    let file = sqlite::options().filename(path).create_if_missing(true);
    let write = sqlite::pool(options, 1).connect_with(file.clone()).await?;
    sqlite::refuse_unsafe(&write).await?;
    let read = sqlite::pool(options, options.max_connections)
        .connect_lazy_with(file.pragma("query_only", "ON"));
    Ok(Opened::sqlite(read, write))
}

/// Opens a database in memory. It has a single connection, because each connection to `:memory:` would be a database of
/// its own.
async fn open_memory(options: StoreOptions) -> Result<Opened, StoreError> {
    let memory = sqlite::options().in_memory(true);
    let pool = sqlite::pool(options, 1)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(memory)
        .await?;
    sqlite::refuse_unsafe(&pool).await?;
    Ok(Opened::sqlite(pool.clone(), pool))
}

/// Opens a PostgreSQL database with one pool for everything.
async fn open_postgres(
    url: &str,
    options: StoreOptions,
    failover: Arc<Failover>,
) -> Result<Opened, StoreError> {
    let server = postgres::parse(url).map_err(|error| StoreError::Connect(error.to_string()))?;
    let server = options.statements.configure(server);
    let pool = postgres::connect(postgres::pool(options, failover), server.clone()).await?;
    let is_pooled = postgres::is_pooled(&server).await?;
    if is_pooled && options.statements == StatementMode::Prepared {
        return Err(StoreError::Connect(POOLED.to_owned()));
    }
    Ok(Opened {
        read: Connections::Postgres(pool.clone()),
        write: Connections::Postgres(pool),
        mode: options.statements,
        is_pooled,
    })
}
