//! Requests that arrive together share one statement that looks up their sessions, and each gets its own answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::{Body, to_bytes};
use axum::http::Request;
use futures_util::FutureExt;
use futures_util::future::join_all;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use tokio::task::JoinSet;

use crate::session::access_tokens::sign;
use crate::support::sql::Lock;
use crate::support::{SECRET, SignedIn, TestApp, TestDatabase, claims, nodes, sql};

/// The revocations. A look-up that joins a sent statement fails within the first hundreds.
const ROUNDS: u64 = 1_024;

/// The sessions that are revoked at the same time, each with two clients, one on each node.
const RACES: u64 = 32;

/// Calls `me` without a connection to the service.
fn me(app: &TestApp, token: &str) -> impl Future<Output = Value> + use<> {
    let body = json!({ "query": "{ me { username } }" }).to_string();
    let request = Request::post("/graphql")
        .header("content-type", "application/json")
        .header("host", "localhost")
        .header("authorization", format!("Bearer {token}"))
        .body(Body::from(body))
        .unwrap();
    let peer: SocketAddr = "127.0.0.1:1".parse().unwrap();
    let site = app.site.clone();
    async move {
        let response = site.answer(peer, request).await;
        let body = to_bytes(response.into_body(), usize::MAX).await;
        serde_json::from_slice(&body.unwrap()).unwrap()
    }
}

/// Returns the username or the code of an answer.
fn outcome(answer: &Value) -> &str {
    let code = answer.pointer("/errors/0/extensions/code");
    let outcome = code.or(answer.pointer("/data/me/username"));
    outcome.unwrap().as_str().unwrap()
}

/// Returns the access token of a user for another session.
fn token_for(user: &SignedIn, session_id: &str) -> String {
    let mut claims = claims(&user.access_token);
    claims["sid"] = session_id.into();
    let header = json!({ "typ": "at+jwt", "alg": "HS256" });
    sign(&header, &claims, SECRET.as_bytes())
}

/// Returns the id of a session that [`sql::copy_session`] makes.
fn copied(number: u64) -> String {
    let digits = format!("{number:016x}");
    format!("ffffffff-0000-7000-{}-{}", &digits[..4], &digits[4..])
}

/// Returns a database of PostgreSQL; `None` if the tests run on SQLite, whose requests share no statement.
async fn postgres() -> Option<TestDatabase> {
    let database = TestDatabase::shared().await;
    database.url.starts_with("postgres").then_some(database)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_that_begins_after_a_revocation_succeeds_on_any_node() {
    let Some(database) = postgres().await else {
        return;
    };
    let nodes = Arc::new(nodes(&database).await);
    let ada = nodes[0].verified("ada").await;
    ada.me().await.data(); // The first use of a session is recorded, and the copies need no record.
    sql::copy_session(&database.url, &ada.session_id, "ffffffff", ROUNDS, None).await;
    let mut races = JoinSet::new();
    for first in 1..=RACES {
        let (nodes, ada) = (Arc::clone(&nodes), ada.clone());
        let mut connection = PgConnection::connect(&database.url).await.unwrap();
        races.spawn(async move {
            for number in (first..=ROUNDS).step_by(RACES.try_into().unwrap()) {
                let session_id = copied(number);
                let token = token_for(&ada, &session_id);
                race(&nodes, &token, &session_id, &mut connection).await;
            }
        });
    }
    races.join_all().await;
}

/// Revokes a session while clients use it on both nodes.
async fn race(nodes: &[TestApp; 2], token: &str, session_id: &str, connection: &mut PgConnection) {
    let is_revoked = AtomicBool::new(false);
    let revoke = async {
        let revocation = "UPDATE sessions SET ended_at = created_at, end_reason = 'REVOKED' \
            WHERE id = CAST($1 AS uuid)";
        let revocation = sqlx::query(revocation).bind(session_id);
        let revoked = revocation.execute(connection).await.unwrap();
        assert_eq!(revoked.rows_affected(), 1);
        is_revoked.store(true, Ordering::SeqCst);
        let answers = tokio::join!(me(&nodes[0], token), me(&nodes[1], token));
        assert_eq!(outcome(&answers.0), "AUTH_SESSION_ENDED");
        assert_eq!(outcome(&answers.1), "AUTH_SESSION_ENDED");
    };
    tokio::join!(
        hammer(&nodes[0], token, &is_revoked),
        hammer(&nodes[1], token, &is_revoked),
        revoke
    );
}

/// Uses a session without pause, until a call that began after its revocation is refused.
async fn hammer(node: &TestApp, token: &str, is_revoked: &AtomicBool) {
    loop {
        let begins_after = is_revoked.load(Ordering::SeqCst);
        let answer = me(node, token).await;
        if begins_after {
            assert_eq!(outcome(&answer), "AUTH_SESSION_ENDED");
            return;
        }
    }
}

#[tokio::test]
async fn live_ended_unknown_and_repeated_sessions_get_their_own_answers_at_once() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let ended = app.verified("eve").await;
    ended
        .ask("mutation { logout { revokedSessions } }")
        .await
        .data();
    let unknown = token_for(&ada, "01900000-0000-7000-8000-000000000000");
    let foreign = token_for(&ada, &bob.session_id);
    let tokens = [
        (ada.access_token.as_str(), "ada"),
        (bob.access_token.as_str(), "bob"),
        (ended.access_token.as_str(), "AUTH_SESSION_ENDED"),
        (unknown.as_str(), "AUTH_UNAUTHENTICATED"),
        (foreign.as_str(), "AUTH_UNAUTHENTICATED"),
    ];
    // Twice as many as one statement answers.
    let calls = tokens.iter().cycle().take(128);
    let answers = calls.map(async |(token, expected)| (me(&app, token).await, *expected));
    for (answer, expected) in join_all(answers).await {
        assert_eq!(outcome(&answer), expected, "{answer}");
    }
}

/// Lets no statement read sessions.
async fn lock_sessions(database: &TestDatabase) -> Lock {
    Lock::take(&database.url, "LOCK TABLE sessions").await
}

/// Waits until this many statements wait for the lock, and returns the ids of their processes, the latest last.
async fn blocked(database: &TestDatabase, count: usize) -> Vec<String> {
    let query = "SELECT COALESCE(STRING_AGG(CAST(pid AS TEXT), ',' ORDER BY query_start), '') FROM pg_stat_activity \
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'SELECT viewer.%'";
    loop {
        let waiting = sql::text(&database.url, query).await;
        let pids = waiting.split(',').filter(|pid| !pid.is_empty());
        let pids: Vec<_> = pids.map(str::to_owned).collect();
        if pids.len() == count {
            return pids;
        }
    }
}

/// Ends the connection of the latest of this many statements and then, because a statement that only reads is repeated, that
/// of its repetition.
async fn end_latest(database: &TestDatabase, count: usize) {
    for _ in 0..2 {
        let latest = blocked(database, count).await.pop().unwrap();
        let end = format!("SELECT CAST(pg_terminate_backend({latest}, 60000) AS TEXT)");
        assert_eq!(sql::text(&database.url, &end).await, "true");
    }
}

#[tokio::test]
async fn a_connection_that_drops_fails_the_requests_of_its_statement_alone() {
    let Some(database) = postgres().await else {
        return;
    };
    let app = TestApp::start_on(&database, &[]).await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let lock = lock_sessions(&database).await;
    let begin = |user: &SignedIn| tokio::spawn(me(&app, &user.access_token));
    // The first two have a statement each. All others wait for the third, together, until those two have stalled.
    let calls = [&ada, &bob, &ada, &bob, &ada, &bob].map(begin);
    end_latest(&database, 3).await;
    let last = begin(&ada);
    blocked(&database, 3).await;
    lock.release().await;

    let answers = join_all(calls).await;
    let outcomes: Vec<_> = answers
        .iter()
        .map(|answer| outcome(answer.as_ref().unwrap()))
        .collect();
    let (alone, shared) = outcomes.split_at(2);
    assert_eq!(alone, ["ada", "bob"]);
    assert_eq!(shared, ["UNAVAILABLE"; 4]);
    assert_eq!(outcome(&last.await.unwrap()), "ada");
}

#[tokio::test]
async fn a_client_that_hangs_up_delays_nobody_who_shares_its_statement() {
    let Some(database) = postgres().await else {
        return;
    };
    let app = TestApp::start_on(&database, &[]).await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let lock = lock_sessions(&database).await;
    let mut calls: Vec<_> = [&ada, &ada, &ada, &bob, &ada]
        .into_iter()
        .map(|user| Box::pin(me(&app, &user.access_token)))
        .collect();
    for call in &mut calls {
        assert!(call.now_or_never().is_none());
    }
    blocked(&database, 2).await;
    let bobs = calls.remove(3);
    drop(calls);
    lock.release().await;
    assert_eq!(outcome(&bobs.await), "bob");
}
