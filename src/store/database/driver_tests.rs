//! Operations that are dropped at each of their awaits. Later operations are still committed, and no transaction stays
//! open. On SQLite, and on PostgreSQL when `LATCHKEY_TEST_DATABASE` names a server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "that is how a test fails"
)]

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

use super::query::Query;
use super::{DatabaseUrl, Engine, StatementMode, Store, StoreError, StoreOptions};

/// The maximum number of rounds, in which some operations must have been dropped.
const MAX_ROUNDS: usize = 100;

/// More awaits than an operation of three statements has.
const MAX_AWAITS: usize = 300;

/// A table of numbers, in a database of its own or, on a server, dropped at the end of the test.
struct Numbers {
    store: Store,
    /// Sees only committed rows.
    observer: Store,
    table: String,
    _folder: tempfile::TempDir,
}

impl Numbers {
    /// Opens a single connection, so that each operation gets the connection of the operation before.
    async fn open(statements: StatementMode) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = std::env::var("LATCHKEY_TEST_DATABASE").unwrap_or_default();
        let url: DatabaseUrl = if server.starts_with("postgres") {
            a_millisecond_away(&server).await.parse().unwrap()
        } else {
            DatabaseUrl::SqliteFile(folder.path().join("test.db"))
        };
        let options = StoreOptions {
            statements,
            max_connections: 1,
            acquire_timeout: Duration::from_secs(30),
            timeout: Duration::from_mins(1),
        };
        let store = Store::open(&url, options).await.unwrap();
        let observer = Store::open(&url, options).await.unwrap();
        let id = format!("{}{:?}", std::process::id(), std::thread::current().id());
        let id: String = id.chars().filter(char::is_ascii_digit).collect();
        let numbers = Self {
            store,
            observer,
            table: format!("numbers_{id}"),
            _folder: folder,
        };
        numbers.run("CREATE TABLE table_name (number BIGINT)").await;
        numbers
    }

    /// Appends the text of a statement about the table to a query.
    fn ask<'t>(&self, mut query: Query<'t>, statement: &str) -> Query<'t> {
        query.push_test_sql(&statement.replace("table_name", &self.table));
        query
    }

    async fn run(&self, statement: &str) {
        let query = self.store.write.empty_query();
        self.ask(query, statement).execute().await.unwrap();
    }

    fn insert<'t>(&self, query: Query<'t>, number: i64) -> Query<'t> {
        self.ask(query, "INSERT INTO table_name VALUES ($1)")
            .bind(number)
    }

    async fn insert_one(&self, number: i64) -> Result<(), StoreError> {
        let query = self.store.write.empty_query();
        self.insert(query, number).execute().await.map(|_| ())
    }

    /// Inserts a number without waiting for the disk.
    async fn insert_relaxed(&self, number: i64) -> Result<(), StoreError> {
        let mut query = self.store.write.relaxed_query();
        query.push("INSERT INTO ").push_test_sql(&self.table);
        query.push(" SELECT $1 WHERE ").push_relaxed_condition();
        query.bind(number).execute().await.map(|_| ())
    }

    /// Asserts that the next commits wait for the disk.
    async fn assert_durable(&self, case: &str) {
        let mut query = self.store.write.empty_query();
        if self.store.engine() == Engine::Sqlite {
            query.push("PRAGMA synchronous");
            let full = 2;
            assert_eq!(query.scalar::<i64>().await.unwrap(), full, "{case}");
        } else {
            query.push("SHOW synchronous_commit");
            assert_eq!(query.scalar::<String>().await.unwrap(), "on", "{case}");
        }
    }

    /// Inserts a number twice, or not at all.
    async fn insert_two(&self, number: i64) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        for _ in 0..2 {
            self.insert(tx.empty_query(), number).execute().await?;
        }
        tx.commit_unrecorded(()).await
    }

    /// Inserts a number, and rolls back.
    async fn insert_none(&self, number: i64) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        self.insert(tx.empty_query(), number).execute().await?;
        Ok(())
    }

    async fn count(&self, number: i64) -> i64 {
        let query = self.observer.read.empty_query();
        self.ask(query, "SELECT COUNT(*) FROM table_name WHERE number = $1")
            .bind(number)
            .scalar()
            .await
            .unwrap()
    }

    async fn close(self) {
        self.run("DROP TABLE table_name").await;
        self.store.close().await;
        self.observer.close().await;
    }
}

/// Returns the URL of a server behind a slow network, on which every response has to be awaited.
async fn a_millisecond_away(server: &str) -> String {
    let mut url = url::Url::parse(server).unwrap();
    let host = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    url.set_port(Some(listener.local_addr().unwrap().port()))
        .unwrap();
    url.set_host(Some("127.0.0.1")).unwrap();
    url.query_pairs_mut()
        .append_pair("options[synchronous_commit]", "on");
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(&host).await.unwrap();
            let (client, server) = (client.into_split(), server.into_split());
            tokio::spawn(forward_slowly(client.0, server.1));
            tokio::spawn(forward_slowly(server.0, client.1));
        }
    });
    url.into()
}

async fn forward_slowly(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
    let mut bytes = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        tokio::time::sleep(Duration::from_millis(1)).await;
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}

/// Drops an operation at its n-th await. Returns its outcome if it completes before.
async fn give_up<T>(operation: impl Future<Output = T>, awaits: usize) -> Option<T> {
    let mut operation = pin!(operation);
    let mut met = 0;
    std::future::poll_fn(|context| {
        if let Poll::Ready(outcome) = operation.as_mut().poll(context) {
            return Poll::Ready(Some(outcome));
        }
        met += 1;
        if met < awaits {
            Poll::Pending
        } else {
            Poll::Ready(None)
        }
    })
    .await
}

#[tokio::test]
async fn whenever_an_operation_is_given_up_the_next_ones_are_kept() {
    // The second mode differs only on PostgreSQL.
    for mode in [StatementMode::Prepared, StatementMode::Unnamed] {
        give_up_everywhere(mode).await;
    }
}

async fn give_up_everywhere(mode: StatementMode) {
    let numbers = Numbers::open(mode).await;
    let mut number = 0;
    let mut given_up = 0;
    // SQLite answers from another thread, sometimes before the operation awaits it.
    for kind in (0..4).cycle().take(MAX_ROUNDS * 4) {
        for awaits in 1..=MAX_AWAITS {
            number += 2;
            let operation = async {
                match kind {
                    0 => numbers.insert_one(number).await,
                    1 => numbers.insert_two(number).await,
                    2 => numbers.insert_relaxed(number).await,
                    _ => numbers.insert_none(number).await,
                }
            };
            let outcome = give_up(operation, awaits).await;
            let next = number + 1;
            let case = format!("kind {kind}, await {awaits}");
            numbers.assert_durable(&case).await;
            numbers.insert_one(next).await.unwrap();
            assert_eq!(numbers.count(next).await, 1, "{case}");
            numbers.insert_two(next).await.unwrap();
            assert_eq!(numbers.count(next).await, 3, "{case}");
            let done = numbers.count(number).await;
            match kind {
                0 | 2 => assert!(done <= 1, "{case}"),
                1 => assert!(done == 0 || done == 2, "{case}: {done}"),
                _ => assert_eq!(done, 0, "{case}"),
            }
            if let Some(outcome) = outcome {
                outcome.unwrap();
                assert_eq!(done, [1, 2, 1, 0][kind], "{case}");
                break;
            }
            given_up += 1;
            assert!(awaits < MAX_AWAITS, "{case}");
        }
        if kind == 3 && given_up >= 4 {
            break;
        }
    }
    assert!(given_up >= 4, "{given_up} operations were given up");
    numbers.close().await;
}

#[tokio::test]
async fn an_operation_that_fails_leaves_nothing_behind() {
    let numbers = Numbers::open(StatementMode::Prepared).await;
    let mut tx = numbers.store.begin().await.unwrap();
    let insert = numbers.insert(tx.empty_query(), 1);
    insert.execute().await.unwrap();
    let nonsense = numbers.ask(tx.empty_query(), "SELECT nonsense");
    let failed = nonsense.execute().await;
    drop(tx);
    assert!(failed.is_err());
    numbers.insert_two(2).await.unwrap();
    assert_eq!(numbers.count(1).await, 0);
    assert_eq!(numbers.count(2).await, 2);
    numbers.close().await;
}
