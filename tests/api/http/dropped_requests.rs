//! Abandoned requests: a client hangs up at any moment, and nothing is left half done.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::pin::pin;
use std::task::Poll;

use axum::body::Body;
use axum::http::{Request, Response};
use serde_json::json;
use sqlx::{Connection, Executor, SqliteConnection};

use crate::support::mutations::{MUTATIONS, Prepared, Stage};
use crate::support::{TestApp, TestDatabase, engine, sql};

/// A number of awaits that no request reaches.
const MAX_AWAITS: usize = 200;

/// The pool has fewer connections than there are abandoned requests, so that a leak is noticed.
const CONNECTIONS: [&str; 2] = ["--database-max-connections", "3"];

/// Sends a call and drops it at its n-th await; the response if it came before.
async fn give_up(app: &TestApp, call: &Prepared, awaits: usize) -> Option<Response<Body>> {
    let body = json!({ "query": call.query, "variables": call.variables }).to_string();
    let mut request = Request::post("/graphql")
        .header("content-type", "application/json")
        .header("host", "localhost")
        .body(Body::from(body))
        .unwrap();
    request.headers_mut().extend(call.caller.headers().clone());
    let peer: SocketAddr = "127.0.0.1:1".parse().unwrap();
    let mut answering = pin!(app.site.answer(peer, request));
    let mut met = 0;
    std::future::poll_fn(|context| {
        if let Poll::Ready(response) = answering.as_mut().poll(context) {
            return Poll::Ready(Some(response));
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

/// Waits until no connection of the service is in a transaction.
async fn assert_no_transaction_stays_open(database: &TestDatabase, what: &str) {
    if !engine().starts_with("postgres") {
        return; // The one writer of SQLite would refuse the next write.
    }
    let open = "SELECT CAST(COUNT(*) AS TEXT) FROM pg_stat_activity \
        WHERE datname = current_database() AND pid <> pg_backend_pid() \
        AND state LIKE 'idle in transaction%' AND state_change < now() - INTERVAL '3 seconds'";
    assert_eq!(sql::text(&database.url, open).await, "0", "{what}");
}

#[test]
fn every_mutation_of_the_schema_has_a_call() {
    let sdl = include_str!("../../../schema.graphql");
    let (_, fields) = sdl.split_once("\ntype Mutation {").unwrap();
    let (fields, _) = fields.split_once("\n}").unwrap();
    let fields = fields.lines().filter(|line| line.contains("@access"));
    let names = fields.filter_map(|line| line.trim().split(['(', ':']).next());
    let names: BTreeSet<_> = names.collect();
    assert_eq!(names, BTreeSet::from(MUTATIONS));
}

#[tokio::test]
async fn whenever_a_client_hangs_up_no_promise_to_others_is_broken() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &CONNECTIONS).await;
    let mailed = async |template: &str, email: &str| app.token_of(template, email);
    let stage = Stage::set(app.anonymous(), mailed).await;
    let mut given_up = 0;
    for field in MUTATIONS {
        for awaits in 1..=MAX_AWAITS {
            let call = stage.prepare(field, awaits).await;
            let what = format!("{field}, await {awaits}");
            let response = give_up(&app, &call, awaits).await;
            // The next requests use the connections that this one has returned.
            for _ in 0..3 {
                let session = app.anonymous().log_in(&stage.owner.person).await;
                let id = sql::id(&database.url, &session.session_id);
                let count = format!("SELECT CAST(COUNT(*) AS TEXT) FROM sessions WHERE id = {id}");
                assert_eq!(sql::text(&database.url, &count).await, "1", "{what}");
            }
            if response.is_some() {
                break;
            }
            assert!(awaits < MAX_AWAITS, "{what}");
            given_up += 1;
        }
        assert_no_transaction_stays_open(&database, field).await;
    }
    assert!(given_up >= MUTATIONS.len(), "{given_up} were given up");
}

#[tokio::test]
async fn a_mutation_whose_client_hangs_up_is_still_executed() {
    let app = TestApp::start().await;
    let mailed = async |template: &str, email: &str| app.token_of(template, email);
    let stage = Stage::set(app.anonymous(), mailed).await;
    let call = stage.prepare("createOrganization", 1).await;
    // The first await is for the task that executes the mutation.
    assert!(give_up(&app, &call, 1).await.is_none());
    let query = "{ me { memberships { organization { name } } } }";
    loop {
        let answer = stage.owner.ask(query).await;
        if answer.data().to_string().contains("createorganization1") {
            break;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_limited_number_of_abandoned_mutations_is_executed_and_nobody_waits_for_them() {
    let database = TestDatabase::shared().await;
    let Some(file) = database.url.strip_prefix("sqlite:") else {
        return; // Only SQLite has a single writer that a test can block.
    };
    let app = TestApp::start_on(&database, &["--max-connections", "3"]).await;
    let mailed = async |template: &str, email: &str| app.token_of(template, email);
    let stage = Stage::set(app.anonymous(), mailed).await;

    let mut writer = SqliteConnection::connect(file).await.unwrap();
    writer.execute("BEGIN IMMEDIATE").await.unwrap();
    for number in 1..=6 {
        let call = stage.prepare("createOrganization", number).await;
        assert!(give_up(&app, &call, 1).await.is_none());
    }
    assert_eq!(stage.owner.me().await.text("/me/username"), "owner");
    let release = async {
        writer.execute("ROLLBACK").await.unwrap();
    };
    let (answer, ()) = tokio::join!(stage.owner.create_organization("Aboard"), release);
    answer.data();
    let query = "{ me { memberships { organization { name } } } }";
    let executed_mutations = async || {
        let answer = stage.owner.ask(query).await;
        (1..=6)
            .map(|number| {
                answer
                    .data()
                    .to_string()
                    .contains(&format!("createorganization{number}"))
            })
            .collect()
    };
    let mut executed: Vec<bool> = executed_mutations().await;
    while executed.iter().filter(|is_executed| **is_executed).count() < 3 {
        tokio::task::yield_now().await;
        executed = executed_mutations().await;
    }
    assert_eq!(executed, [true, true, true, false, false, false]);
    writer.close().await.unwrap();
}
