//! An account with more sessions than one transaction may touch.

use chrono::TimeDelta;
use serde_json::Value;

use crate::session::refresh::assert_ended;
use crate::support::{Answer, SignedIn, TestApp, TestDatabase, sql};

/// More than twice the number of sessions that are ended individually.
const COPIES: u64 = 1_200;

const REVOKE_OTHERS: &str = "mutation { revokeOtherSessions { revokedSessions } }";

/// Returns a service, and a user whose session is older than [`COPIES`] others.
async fn user_with_many_sessions() -> (TestDatabase, TestApp, SignedIn) {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    let ada = app.verified("ada").await;
    sql::copy_session(&database.url, &ada.session_id, "ffffffff", COPIES, None).await;
    (database, app, ada)
}

async fn assert_over(app: &TestApp, session: &SignedIn, reason: &str) -> Value {
    assert_ended(&session.me().await, reason);
    let refreshed = app.anonymous().refresh(&session.refresh_token).await;
    assert_ended(&refreshed, reason);
    refreshed.error()["extensions"]["endedAt"].clone()
}

/// Returns the number of live sessions, and the ids of the first ones.
async fn live(caller: &SignedIn) -> (i64, Vec<String>) {
    let answer = caller
        .ask("{ sessions(first: 3) { totalCount nodes { id status } } }")
        .await;
    let nodes = answer.at("/sessions/nodes").as_array().unwrap();
    assert!(nodes.iter().all(|node| node["status"] == "ACTIVE"));
    let id = |node: &Value| node["id"].as_str().unwrap().to_owned();
    (
        answer.at("/sessions/totalCount").as_i64().unwrap(),
        nodes.iter().map(id).collect(),
    )
}

/// Counts the sessions whose own row records their end.
async fn written(database: &TestDatabase) -> u64 {
    let query = "SELECT CAST(COUNT(*) AS TEXT) FROM sessions WHERE ended_at IS NOT NULL";
    sql::text(&database.url, query).await.parse().unwrap()
}

fn revoked(answer: &Answer, field: &str) -> u64 {
    let pointer = format!("/{field}/revokedSessions");
    answer.at(&pointer).as_u64().unwrap()
}

#[tokio::test]
async fn many_other_sessions_end_at_once_and_a_purge_records_their_end() {
    let (database, app, ada) = user_with_many_sessions().await;
    let phone = app.anonymous().log_in(&ada.person).await;

    let answer = phone.ask(REVOKE_OTHERS).await;
    assert_eq!(revoked(&answer, "revokeOtherSessions"), COPIES + 1);
    let ended_at = assert_over(&app, &ada, "REVOKED").await;
    assert_eq!(live(&phone).await, (1, vec![phone.session_id.clone()]));
    assert!(
        written(&database).await <= 500,
        "the transaction touched all"
    );
    let phone = phone.refreshed().await;
    let again = phone.ask(REVOKE_OTHERS).await;
    assert_eq!(revoked(&again, "revokeOtherSessions"), 0);
    phone.me().await.data();

    app.advance(TimeDelta::minutes(5));
    app.purger.purge().await.unwrap();
    assert_eq!(written(&database).await, COPIES + 1);
    assert_eq!(assert_over(&app, &ada, "REVOKED").await, ended_at);
    assert!(sql::rows(&database.url, "ended_epochs").await.is_empty());
    let phone = phone.refreshed().await;
    assert_eq!(live(&phone).await, (1, vec![phone.session_id.clone()]));
}

#[tokio::test]
async fn each_of_two_ends_before_a_purge_keeps_its_own_reason_and_moment() {
    let (database, app, ada) = user_with_many_sessions().await;
    let phone = app.anonymous().log_in(&ada.person).await;
    phone.ask(REVOKE_OTHERS).await.data();
    let first = assert_over(&app, &ada, "REVOKED").await;

    app.advance(TimeDelta::minutes(5));
    let tablet = app.anonymous().log_in(&ada.person).await;
    sql::copy_session(&database.url, &tablet.session_id, "fffffffe", COPIES, None).await;
    let everywhere = "mutation { logout(input: { revokeAllSessions: true }) { revokedSessions } }";
    let answer = tablet.ask(everywhere).await;
    assert_eq!(revoked(&answer, "logout"), COPIES + 2);
    let second = assert_over(&app, &phone, "LOGOUT_ALL").await;
    assert_eq!(assert_over(&app, &tablet, "LOGOUT_ALL").await, second);
    assert_ne!(first, second);

    let ada_again = app.anonymous().log_in(&ada.person).await;
    for _ in 0..2 {
        assert_eq!(assert_over(&app, &ada, "REVOKED").await, first);
        assert_eq!(assert_over(&app, &phone, "LOGOUT_ALL").await, second);
        let own = vec![ada_again.session_id.clone()];
        assert_eq!(live(&ada_again).await, (1, own));
        app.purger.purge().await.unwrap();
    }
}

#[tokio::test]
async fn a_reset_of_the_password_ends_many_sessions_and_leaves_alone_those_that_had_expired() {
    let (database, app, ada) = user_with_many_sessions().await;
    let long_ago = Some("'2025-01-01T00:00:00+00:00'");
    sql::copy_session(&database.url, &ada.session_id, "00000001", 3, long_ago).await;
    let email = &ada.person.email;
    app.anonymous().request_password_reset(email).await.data();
    let token = app.token_of("reset_password", email);
    let reset = app
        .anonymous()
        .reset_password(&token, "a new and better password")
        .await;
    reset.data();
    assert_over(&app, &ada, "PASSWORD_RESET").await;

    let mut person = ada.person.clone();
    person.password = "a new and better password".to_owned();
    let ada = app.anonymous().log_in(&person).await;
    let oldest =
        "{ sessions(includeExpired: true, last: 4) { totalCount nodes { status endReason } } }";
    for _ in 0..2 {
        let answer = ada.ask(oldest).await;
        let ends = answer.at("/sessions/nodes").as_array().unwrap();
        let states: Vec<_> = ends
            .iter()
            .map(|end| {
                (
                    end["status"].as_str().unwrap(),
                    end["endReason"].as_str().unwrap(),
                )
            })
            .collect();
        assert_eq!(states[0], ("REVOKED", "PASSWORD_RESET"));
        assert_eq!(states[1].0, "EXPIRED");
        while !app.store.write_ends(200).await.unwrap().is_last {}
    }
}

/// In a rolling upgrade, a node of the previous version creates sessions of epoch 0.
#[tokio::test]
async fn a_session_of_a_node_that_knows_no_epochs_ends_with_all_others() {
    let (database, app, ada) = user_with_many_sessions().await;
    let phone = app.anonymous().log_in(&ada.person).await;
    phone.ask(REVOKE_OTHERS).await.data();
    app.purger.purge().await.unwrap();

    let tablet = app.anonymous().log_in(&ada.person).await;
    let id = sql::id(&database.url, &tablet.session_id);
    let forget = format!("UPDATE sessions SET epoch = 0 WHERE id = {id}");
    assert_eq!(sql::execute(&database.url, &forget).await, 1);
    sql::copy_session(&database.url, &tablet.session_id, "fffffffe", COPIES, None).await;
    tablet.me().await.data();
    phone.ask(REVOKE_OTHERS).await.data();
    for _ in 0..2 {
        assert_over(&app, &tablet, "REVOKED").await;
        phone.me().await.data();
        app.purger.purge().await.unwrap();
    }
}
