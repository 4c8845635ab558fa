//! Opening a database, to use it or only to inspect it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;
use sqlx::Sqlite;
use sqlx::sqlite::SqliteConnectOptions;

use super::connections::Connections;
use super::error::StoreError;
use super::failover::Failover;
use super::pool::{AnyConnections, Pool};
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
        let file = open_sqlite(file, 1, options);
        sqlite::refuse_unsafe(&file).await?;
        let pool = Pool {
            connections: AnyConnections::Sqlite(file),
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
    read: AnyConnections,
    write: AnyConnections,
    mode: StatementMode,
    is_pooled: bool,
}

impl Opened {
    /// Returns the connections of a SQLite database, which no pooler is in front of.
    fn sqlite(read: Connections<Sqlite>, write: Connections<Sqlite>) -> Self {
        Self {
            read: AnyConnections::Sqlite(read),
            write: AnyConnections::Sqlite(write),
            mode: StatementMode::Prepared,
            is_pooled: false,
        }
    }
}

/// Opens a SQLite file with one connection that writes, and several that read.
async fn open_file(path: &Path, options: StoreOptions) -> Result<Opened, StoreError> {
    private_file::make_private(path)?;
    let file = sqlite::options().filename(path).create_if_missing(true);
    let write = open_sqlite(file.clone(), 1, options);
    sqlite::refuse_unsafe(&write).await?;
    let file = file.pragma("query_only", "ON");
    let read = open_sqlite(file, options.max_connections, options);
    Ok(Opened::sqlite(read, write))
}

/// Opens a database in memory. It has a single connection, because each connection to `:memory:` would be a database of
/// its own.
async fn open_memory(options: StoreOptions) -> Result<Opened, StoreError> {
    let memory = open_sqlite(sqlite::options().in_memory(true), 1, options);
    sqlite::refuse_unsafe(&memory).await?;
    Ok(Opened::sqlite(memory.clone(), memory))
}

/// Prepares the connections to a SQLite database. The first statement opens the first one.
fn open_sqlite(
    database: SqliteConnectOptions,
    max: u32,
    options: StoreOptions,
) -> Connections<Sqlite> {
    Connections::new(database, max, options.acquire_timeout, Arc::default())
}

/// Opens a PostgreSQL database with one pool for everything.
async fn open_postgres(
    url: &str,
    options: StoreOptions,
    failover: Arc<Failover>,
) -> Result<Opened, StoreError> {
    let server = postgres::parse(url).map_err(|error| StoreError::Connect(error.to_string()))?;
    let server = options.statements.configure(server);
    let connections = postgres::connect(server.clone(), options, failover).await?;
    let is_pooled = postgres::is_pooled(&server).await?;
    if is_pooled && options.statements == StatementMode::Prepared {
        return Err(StoreError::Connect(POOLED.to_owned()));
    }
    Ok(Opened {
        read: AnyConnections::Postgres(connections.clone()),
        write: AnyConnections::Postgres(connections),
        mode: options.statements,
        is_pooled,
    })
}
