//! Opening a database.

use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;

use super::error::StoreError;
use super::failover::Failover;
use super::pool::{Connections, Pool};
use super::retry::RetryPolicy;
use super::statement_mode::{POOLED, StatementMode};
use super::store::{Store, StoreOptions};
use super::url::DatabaseUrl;
use super::{postgres, private_file, sqlite};

impl Store {
    /// Opens the database. Does not migrate it.
    ///
    /// # Errors
    /// When it cannot be reached, or is one that must not be trusted.
    pub async fn open(url: &DatabaseUrl, options: StoreOptions) -> Result<Self, StoreError> {
        let folder = url.folder();
        // Of several that open a new SQLite file at once, all but one would find it locked while its
        // journal becomes a write-ahead log, and SQLite does not let them wait for that.
        let _alone = folder.as_deref().map(sqlite::lock).transpose()?;
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
                let file = sqlite::options().filename(path).create_if_missing(true);
                let write = sqlite::pool(options, 1).connect_with(file.clone()).await?;
                sqlite::refuse_unsafe(&write).await?;
                let read = sqlite::pool(options, options.max_connections)
                    .connect_lazy_with(file.pragma("query_only", "ON"));
                (Connections::Sqlite(read), Connections::Sqlite(write))
            }
            DatabaseUrl::SqliteMemory => {
                // Every connection to `:memory:` would be a database of its own, so there is one.
                let memory = sqlite::options().in_memory(true);
                let only = sqlite::pool(options, 1)
                    .idle_timeout(None)
                    .max_lifetime(None)
                    .connect_with(memory)
                    .await?;
                sqlite::refuse_unsafe(&only).await?;
                (Connections::Sqlite(only.clone()), Connections::Sqlite(only))
            }
            DatabaseUrl::Postgres(url) => {
                let server = postgres::parse(url).map_err(StoreError::Connect)?;
                let server = options.statements.configure(server);
                let pool = postgres::pool(options, Arc::clone(&failover));
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
        let retry = RetryPolicy::new(options.timeout, failover, write.server());
        Ok(Self {
            read: Pool {
                connections: read,
                mode,
                retry: retry.for_reads(),
            },
            write: Pool {
                connections: write,
                mode,
                retry,
            },
            is_pooled,
            folder,
        })
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
            is_pooled: false,
            folder: None,
        })
    }
}
