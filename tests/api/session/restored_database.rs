//! A backup that was restored, or a failover that lost commits: tokens that are ahead of the database.

use std::collections::HashSet;

use chrono::TimeDelta;
use serde_json::Value;

use crate::session::refresh::{access_token, assert_ended, prove_received, refresh_token};
use crate::support::{Answer, SignedIn, TestApp, TestDatabase, sql};

/// The restored service accepts the access tokens of the one before.
const ISSUER: [&str; 2] = ["--token-issuer", "https://auth.example.com"];

/// A copy of all sessions, to go back to.
struct Backup<'a>(&'a TestDatabase);

impl<'a> Backup<'a> {
    async fn make(database: &'a TestDatabase) -> Self {
        let copy = "CREATE TABLE sessions_before AS SELECT * FROM sessions";
        sql::execute(&database.url, copy).await;
        Self(database)
    }

    async fn restore(&self) {
        for statement in [
            "DELETE FROM sessions",
            "INSERT INTO sessions SELECT * FROM sessions_before",
        ] {
            sql::execute(&self.0.url, statement).await;
        }
    }
}

async fn service_with_ada() -> (TestDatabase, TestApp, SignedIn) {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    let ada = app.verified("ada").await;
    (database, app, ada)
}

async fn kinds(app: &TestApp, answer: &Answer) -> Vec<String> {
    let owner = app.anonymous().bearer(&access_token(answer));
    let events = owner.ask("{ securityEvents { nodes { kind } } }").await;
    let nodes = events.at("/securityEvents/nodes").as_array().unwrap();
    let kind = |node: &Value| node["kind"].as_str().unwrap().to_owned();
    nodes.iter().map(kind).collect()
}

async fn assert_no_alarm(app: &TestApp, email: &str) {
    let mails = app.templates_to(email).await;
    assert!(
        !mails
            .iter()
            .any(|template| template == "refresh_token_reused"),
        "{mails:?}"
    );
}

#[tokio::test]
async fn a_session_goes_on_in_a_copy_of_the_sqlite_file_from_before_its_refresh() {
    let folder = tempfile::tempdir().unwrap();
    let live = TestDatabase::sqlite_file(&folder.path().join("live.db"));
    let copy = folder.path().join("backup.db");
    let before = TestApp::start_on(&live, &ISSUER).await;
    let ada = before.verified("ada").await;
    sql::execute(&live.url, &format!("VACUUM INTO '{}'", copy.display())).await;
    let lost = before.anonymous().refresh(&ada.refresh_token).await;
    prove_received(&before, &lost).await;
    let late = before.anonymous().log_in(&ada.person).await;

    let restored = TestDatabase::sqlite_file(&copy);
    let app = TestApp::start_on(&restored, &ISSUER).await;
    app.advance(TimeDelta::minutes(30));
    let answer = app.anonymous().refresh(&refresh_token(&lost)).await;
    let next = app.anonymous().refresh(&refresh_token(&answer)).await;
    prove_received(&app, &next).await;
    assert_eq!(answer.text("/refresh/session/id"), ada.session_id);
    assert_eq!(kinds(&app, &next).await[0], "SESSION_RECOVERED");
    assert_no_alarm(&app, "ada@example.com").await;
    // The copy does not have the later login.
    let answer = app.anonymous().refresh(&late.refresh_token).await;
    assert_ended(&answer, "LOST");
}

#[tokio::test]
async fn a_token_that_is_ahead_of_the_database_continues_its_session_from_there() {
    let (database, app, ada) = service_with_ada().await;
    let backup = Backup::make(&database).await;
    let third = ada.refreshed().await.refreshed().await;
    backup.restore().await;
    app.advance(TimeDelta::hours(1));
    let fourth = app.anonymous().refresh(&third.refresh_token).await;
    // A response that is lost now is repeated, as always.
    let again = app.anonymous().refresh(&third.refresh_token).await;
    assert_eq!(refresh_token(&again), refresh_token(&fourth));
    prove_received(&app, &again).await;
    let recovered = kinds(&app, &again).await;
    let events = recovered.iter().filter(|kind| *kind == "SESSION_RECOVERED");
    assert_eq!(events.count(), 1);
    assert_no_alarm(&app, "ada@example.com").await;
    app.anonymous().refresh(&refresh_token(&again)).await.data();
}

#[tokio::test]
async fn an_access_token_that_is_ahead_brings_its_session_forward() {
    let (database, app, ada) = service_with_ada().await;
    let backup = Backup::make(&database).await;
    let third = ada.refreshed().await.refreshed().await;
    backup.restore().await;
    third.me().await.data();
    third.me().await.data();
    assert_no_alarm(&app, "ada@example.com").await;
    let events = third.ask("{ securityEvents { nodes { kind } } }").await;
    assert_eq!(
        events.text("/securityEvents/nodes/0/kind"),
        "SESSION_RECOVERED"
    );
    assert_ne!(
        events.text("/securityEvents/nodes/1/kind"),
        "SESSION_RECOVERED"
    );
    // A copied token from before the backup is refused as it was before.
    let copied = app.anonymous().refresh(&ada.refresh_token).await;
    assert_ended(&copied, "REFRESH_TOKEN_REUSED");
}

#[tokio::test]
async fn a_token_that_the_lost_future_had_replaced_counts_as_copied_once_its_successor_was_used() {
    let (database, app, ada) = service_with_ada().await;
    let backup = Backup::make(&database).await;
    let second = ada.refreshed().await;
    let third = second.refreshed().await;
    backup.restore().await;
    app.anonymous().refresh(&third.refresh_token).await.data();
    let copied = app.anonymous().refresh(&second.refresh_token).await;
    assert_ended(&copied, "REFRESH_TOKEN_REUSED");
}

#[tokio::test]
async fn a_thief_from_the_lost_future_is_caught_when_owner_and_thief_have_used_the_same_token() {
    let (database, app, ada) = service_with_ada().await;
    let backup = Backup::make(&database).await;
    let second = ada.refreshed().await;
    let third = second.refreshed().await;
    backup.restore().await;
    // The service no longer knows that the third was received.
    let stolen = app.anonymous().refresh(&second.refresh_token).await;
    assert_eq!(refresh_token(&stolen), third.refresh_token);
    let own = app.anonymous().refresh(&third.refresh_token).await;
    prove_received(&app, &own).await;
    app.advance(TimeDelta::seconds(11));
    let copied = app.anonymous().refresh(&refresh_token(&stolen)).await;
    assert_ended(&copied, "REFRESH_TOKEN_REUSED");
}

#[tokio::test]
async fn thirty_two_refreshes_on_two_nodes_with_a_token_that_is_ahead_give_one_successor() {
    let database = TestDatabase::shared().await;
    let nodes = [
        TestApp::start_on(&database, &ISSUER).await,
        TestApp::start_on(&database, &ISSUER).await,
    ];
    let ada = nodes[0].verified("ada").await;
    let backup = Backup::make(&database).await;
    let second = ada.refreshed().await;
    backup.restore().await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..32 {
        let client = nodes[number % 2].anonymous();
        let token = second.refresh_token.clone();
        tasks.spawn(async move { client.refresh(&token).await });
    }
    let answers = tasks.join_all().await;
    let successors: HashSet<_> = answers.iter().map(refresh_token).collect();
    assert_eq!(successors.len(), 1);
    let recovered = kinds(&nodes[0], &answers[0]).await;
    let events = recovered.iter().filter(|kind| *kind == "SESSION_RECOVERED");
    assert_eq!(events.count(), 1);
}

#[tokio::test]
async fn two_nodes_that_are_shown_two_tokens_of_the_lost_future_at_once_make_one_chain() {
    let database = TestDatabase::shared().await;
    let nodes = [
        TestApp::start_on(&database, &ISSUER).await,
        TestApp::start_on(&database, &ISSUER).await,
    ];
    let backup_of = async |name: &str| {
        let ada = nodes[0].verified(name).await;
        sql::try_execute(&database.url, "DROP TABLE sessions_before")
            .await
            .ok();
        (ada, Backup::make(&database).await)
    };
    for round in 0..8 {
        let (ada, backup) = backup_of(&format!("ada{round}")).await;
        let second = ada.refreshed().await;
        let third = second.refreshed().await;
        backup.restore().await;
        let (one, other) = (nodes[0].anonymous(), nodes[1].anonymous());
        let (left, right) = tokio::join!(
            one.refresh(&second.refresh_token),
            other.refresh(&third.refresh_token)
        );
        if left.body.get("errors").is_none() {
            // The older one came first: its response was the newer one, and then the next.
            assert_eq!(refresh_token(&left), third.refresh_token);
            nodes[0]
                .anonymous()
                .refresh(&refresh_token(&right))
                .await
                .data();
        } else {
            // The newer one came first, and proved that the older one had been replaced.
            assert_ended(&left, "REFRESH_TOKEN_REUSED");
            let dead = nodes[0].anonymous().refresh(&third.refresh_token).await;
            assert_ended(&dead, "REFRESH_TOKEN_REUSED");
        }
    }
}

#[tokio::test]
async fn a_session_that_had_ended_before_the_backup_stays_ended() {
    let (database, app, ada) = service_with_ada().await;
    let next = ada.refreshed().await;
    ada.ask("mutation { logout { revokedSessions } }")
        .await
        .data();
    let back = format!(
        "UPDATE sessions SET generation = 1 WHERE id = {}",
        sql::id(&database.url, &ada.session_id)
    );
    sql::execute(&database.url, &back).await;
    let answer = app.anonymous().refresh(&next.refresh_token).await;
    assert_ended(&answer, "LOGOUT");
    assert_ended(&next.me().await, "LOGOUT");
}

#[tokio::test]
async fn a_session_that_the_restored_database_does_not_know_is_lost_and_not_expired() {
    let (database, app, ada) = service_with_ada().await;
    let bob = app.verified("bob").await;
    sql::execute(&database.url, "DELETE FROM sessions").await;
    sql::execute(&database.url, "DELETE FROM users WHERE username = 'bob'").await;
    for user in [&ada, &bob] {
        let me = user.me().await;
        let refreshed = app.anonymous().refresh(&user.refresh_token).await;
        for answer in [me, refreshed] {
            assert_ended(&answer, "LOST");
            assert_eq!(answer.error()["extensions"]["endedAt"], Value::Null);
        }
    }
    app.anonymous().log_in(&ada.person).await.me().await.data();
}
