//! Fresh databases for the store's own tests: SQLite in memory, and PostgreSQL when `LATCHKEY_TEST_DATABASE` names a
//! server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "that is how a test fails"
)]

use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::{DatabaseUrl, StatementMode, Store, StoreOptions};

/// Opens an empty database in memory.
pub async fn empty_sqlite() -> Store {
    open(&DatabaseUrl::SqliteMemory).await
}

/// Creates an empty database on the server under test; `None` when the suite runs without one.
pub async fn empty_postgres() -> Option<Store> {
    let server = std::env::var("LATCHKEY_TEST_DATABASE").ok()?;
    let (base, _) = server
        .strip_prefix("postgres")
        .and(server.rsplit_once('/'))?;
    let name = format!(
        "store_{}_{:?}",
        std::process::id(),
        std::thread::current().id()
    );
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let name = name.to_lowercase();
    let mut connection = PgConnection::connect(&server).await.unwrap();
    let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
    connection.execute(create).await.unwrap();
    let url = format!("{base}/{name}").parse().unwrap();
    Some(open(&url).await)
}

/// Opens a migrated database in memory.
pub async fn sqlite() -> Store {
    let store = empty_sqlite().await;
    store.migrate().await.unwrap();
    store
}

/// Creates a migrated database on the server under test; `None` when the suite runs without one.
pub async fn postgres() -> Option<Store> {
    let store = empty_postgres().await?;
    store.migrate().await.unwrap();
    Some(store)
}

async fn open(url: &DatabaseUrl) -> Store {
    let options = StoreOptions {
        statements: StatementMode::Prepared,
        max_connections: 2,
        acquire_timeout: Duration::from_secs(30),
        timeout: Duration::from_mins(1),
    };
    Store::open(url, options).await.unwrap()
}
