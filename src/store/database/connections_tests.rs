//! Connections to databases in memory, each of which is a database of its own, so that they can be told apart; and to
//! PostgreSQL when `LATCHKEY_TEST_DATABASE` names a server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "that is how a test fails"
)]

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Postgres, Sqlite};
use tokio::net::{TcpListener, TcpStream};

use super::connections::{Connections, Taken};
use super::failover::Failover;

fn connections(max: u32, acquire_timeout: Duration) -> Connections<Sqlite> {
    let memory = SqliteConnectOptions::new().in_memory(true);
    Connections::new(memory, max, acquire_timeout, Arc::default())
}

/// Two connections at most, for which a caller waits as long as the test runs.
fn two() -> Connections<Sqlite> {
    connections(2, Duration::from_mins(1))
}

async fn mark(connection: &mut Taken<Sqlite>, number: i64) {
    let mark = AssertSqlSafe(format!("PRAGMA user_version = {number}"));
    sqlx::raw_sql(mark)
        .execute(&mut **connection)
        .await
        .unwrap();
}

/// Returns the mark of a connection; 0 for a new one.
async fn marked(connection: &mut Taken<Sqlite>) -> i64 {
    sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(&mut **connection)
        .await
        .unwrap()
}

async fn is_waiting<F: Future>(mut future: Pin<&mut F>) -> bool {
    std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_pending())).await
}

#[tokio::test]
async fn the_connection_that_was_used_last_is_used_again() {
    let connections = two();
    let mut one = connections.take().await.unwrap();
    let mut other = connections.take().await.unwrap();
    mark(&mut one, 1).await;
    mark(&mut other, 2).await;
    one.give_back();
    other.give_back();
    let mut last = connections.take().await.unwrap();
    assert_eq!(marked(&mut last).await, 2);
    assert_eq!(marked(&mut connections.take().await.unwrap()).await, 1);
}

#[tokio::test]
async fn a_connection_that_is_not_given_back_makes_room_for_a_new_one() {
    let connections = connections(1, Duration::from_mins(1));
    let mut one = connections.take().await.unwrap();
    mark(&mut one, 1).await;
    drop(one);
    assert_eq!(marked(&mut connections.take().await.unwrap()).await, 0);
}

#[tokio::test]
async fn callers_wait_in_turn_while_all_connections_are_in_use() {
    let connections = two();
    let mut one = connections.take().await.unwrap();
    let _other = connections.take().await.unwrap();
    mark(&mut one, 1).await;
    let mut first = pin!(connections.take());
    let mut second = pin!(connections.take());
    assert!(is_waiting(first.as_mut()).await);
    assert!(is_waiting(second.as_mut()).await);
    one.give_back();
    let mut first = first.await.unwrap();
    assert_eq!(marked(&mut first).await, 1);
    assert!(is_waiting(second.as_mut()).await);
    first.give_back();
    assert_eq!(marked(&mut second.await.unwrap()).await, 1);
}

#[tokio::test]
async fn a_caller_that_gives_up_takes_no_connection_away() {
    let connections = connections(1, Duration::from_mins(1));
    let one = connections.take().await.unwrap();
    {
        let mut gone = pin!(connections.take());
        assert!(is_waiting(gone.as_mut()).await);
    }
    one.give_back();
    connections.take().await.unwrap();
}

#[tokio::test]
async fn a_caller_waits_no_longer_than_the_acquire_timeout() {
    let connections = connections(1, Duration::from_millis(1));
    // The first connection may take longer to open.
    let one = loop {
        if let Ok(one) = connections.take().await {
            break one;
        }
    };
    let refused = connections.take().await.map(Taken::give_back);
    assert!(matches!(refused, Err(sqlx::Error::PoolTimedOut)));
    one.give_back();
    connections.take().await.unwrap();
}

#[tokio::test]
async fn closing_waits_for_the_connections_in_use_and_refuses_everybody_after() {
    let connections = two();
    let one = connections.take().await.unwrap();
    connections.take().await.unwrap().give_back();
    let mut closing = pin!(connections.close());
    assert!(is_waiting(closing.as_mut()).await);
    one.give_back();
    closing.await;
    let refused = connections.take().await.map(Taken::give_back);
    assert!(matches!(refused, Err(sqlx::Error::PoolClosed)));
    connections.close().await;
}

/// A connection to PostgreSQL that was opened before a failover may be read-only for ever.
#[tokio::test]
async fn a_connection_from_before_a_failover_is_replaced() {
    let server = std::env::var("LATCHKEY_TEST_DATABASE").unwrap_or_default();
    let Ok(server) = server.parse::<PgConnectOptions>() else {
        return;
    };
    let failover = Arc::new(Failover::default());
    let minute = Duration::from_mins(1);
    let connections: Connections<Postgres> =
        Connections::new(server, 1, minute, Arc::clone(&failover));
    let mut pids = Vec::new();
    for is_after_failover in [false, false, true, false] {
        if is_after_failover {
            failover.discard_connections();
        }
        let mut connection = connections.take().await.unwrap();
        let pid = sqlx::query_scalar("SELECT pg_backend_pid()");
        let pid: i32 = pid.fetch_one(&mut *connection).await.unwrap();
        pids.push(pid);
        connection.give_back();
    }
    let [first, second, third, last] = pids[..] else {
        unreachable!("{pids:?}");
    };
    assert!(
        first == second && second != third && third == last,
        "{pids:?}"
    );
}

/// As when all machines start at once, and the service is faster than its database.
#[tokio::test]
async fn a_caller_waits_for_a_server_that_starts() {
    let server = std::env::var("LATCHKEY_TEST_DATABASE").unwrap_or_default();
    let Ok(server) = server.parse::<PgConnectOptions>() else {
        return;
    };
    let database = (server.get_host().to_owned(), server.get_port());
    let reserved = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = reserved.local_addr().unwrap();
    drop(reserved);
    let late = server.host("127.0.0.1").port(address.port());
    let minute = Duration::from_mins(1);
    let connections: Connections<Postgres> = Connections::new(late, 1, minute, Arc::default());
    let mut taken = pin!(connections.take());
    assert!(is_waiting(taken.as_mut()).await);
    let started = async {
        let listener = TcpListener::bind(address).await.unwrap();
        let (mut client, _) = listener.accept().await.unwrap();
        let mut server = TcpStream::connect(database).await.unwrap();
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    };
    tokio::select! {
        taken = taken => taken.unwrap().give_back(),
        () = started => unreachable!("the connection stays open"),
    }
}
