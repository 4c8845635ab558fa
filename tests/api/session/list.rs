//! Listing and ending sessions.

use chrono::TimeDelta;
use latchkey::store::{Expired, ExpiredRows};
use serde_json::{Value, json};

use crate::support::sql::Lock;
use crate::support::{Answer, SignedIn, TestApp, TestDatabase, noon, sql};

const REVOKE: &str = "mutation($id: ID!) { revokeSession(input: { sessionId: $id }) {
    session { id status endedAt endReason current } } }";

async fn revoke(caller: &SignedIn, id: &str) -> Answer {
    caller.call(REVOKE, json!({ "id": id })).await
}

const REVOKE_OTHERS: &str = "mutation { revokeOtherSessions { revokedSessions } }";

async fn list(caller: &SignedIn, arguments: &str) -> Answer {
    let query = format!(
        "{{ sessions{arguments} {{ totalCount pageInfo {{ hasPreviousPage hasNextPage startCursor endCursor }}
           edges {{ cursor node {{ id }} }} nodes {{ id status current endReason }} }} }}"
    );
    caller.ask(&query).await
}

fn ids(answer: &Answer) -> Vec<String> {
    let nodes = answer.at("/sessions/nodes").as_array().unwrap();
    nodes
        .iter()
        .map(|node| node["id"].as_str().unwrap().to_owned())
        .collect()
}

/// Returns a user with this many sessions, an hour apart: the ids, newest first, and the newest session.
async fn user_with_sessions(app: &TestApp, count: usize) -> (SignedIn, Vec<String>) {
    let mut ada = app.verified("ada").await;
    let mut ids = vec![ada.session_id.clone()];
    for _ in 1..count {
        app.advance(TimeDelta::hours(1));
        ada = app.anonymous().log_in(&ada.person).await;
        ids.insert(0, ada.session_id.clone());
    }
    (ada, ids)
}

#[tokio::test]
async fn sessions_are_listed_newest_first_and_the_current_one_is_marked() {
    let app = TestApp::start().await;
    let (ada, all) = user_with_sessions(&app, 3).await;
    let answer = list(&ada, "").await;
    assert_eq!(ids(&answer), all);
    assert_eq!(answer.at("/sessions/totalCount"), 3);
    let current: Vec<_> = (0..3)
        .map(|n| answer.at(&format!("/sessions/nodes/{n}/current")))
        .collect();
    assert_eq!(current, [true, false, false]);
    let page = json!({ "hasPreviousPage": false, "hasNextPage": false });
    assert_eq!(
        answer.at("/sessions/pageInfo/hasNextPage"),
        &page["hasNextPage"]
    );
    assert_eq!(
        answer.at("/sessions/pageInfo/hasPreviousPage"),
        &page["hasPreviousPage"]
    );
}

#[tokio::test]
async fn ended_sessions_are_listed_only_when_asked_for() {
    let app = TestApp::start().await;
    let (ada, all) = user_with_sessions(&app, 3).await;
    revoke(&ada, &all[1]).await.data();
    let live = list(&ada, "").await;
    assert_eq!(ids(&live), [all[0].clone(), all[2].clone()]);
    assert_eq!(live.at("/sessions/totalCount"), 2);
    let with_ended = list(&ada, "(includeExpired: true)").await;
    assert_eq!(ids(&with_ended), all);
    assert_eq!(with_ended.at("/sessions/totalCount"), 3);
    assert_eq!(with_ended.at("/sessions/nodes/1/status"), "REVOKED");
    assert_eq!(with_ended.at("/sessions/nodes/1/endReason"), "REVOKED");
    assert_eq!(with_ended.at("/sessions/nodes/0/endReason"), &Value::Null);
}

#[tokio::test]
async fn an_expired_session_is_listed_as_expired() {
    let app = TestApp::start().await;
    let old = app.verified("ada").await;
    app.advance(TimeDelta::days(31));
    let ada = app.anonymous().log_in(&old.person).await;
    assert_eq!(ids(&list(&ada, "").await), [ada.session_id.as_str()]);
    let answer = list(&ada, "(includeExpired: true)").await;
    assert_eq!(answer.at("/sessions/nodes/1/status"), "EXPIRED");
    assert_eq!(answer.at("/sessions/nodes/1/endReason"), "IDLE");
}

#[tokio::test]
async fn ended_sessions_stay_listed_for_ninety_days() {
    let app = TestApp::start().await;
    let (ada, all) = user_with_sessions(&app, 2).await;
    revoke(&ada, &all[1]).await.data();
    let fresh = async |days: i64| {
        app.advance(TimeDelta::days(days));
        app.purger.purge().await.unwrap();
        app.anonymous().log_in(&ada.person).await
    };
    let later = fresh(90).await;
    assert!(ids(&list(&later, "(includeExpired: true)").await).contains(&all[1]));
    let later = fresh(1).await;
    assert!(!ids(&list(&later, "(includeExpired: true)").await).contains(&all[1]));
}

#[tokio::test]
async fn pages_follow_one_another_in_both_directions() {
    let app = TestApp::start().await;
    let (ada, all) = user_with_sessions(&app, 5).await;
    let first = list(&ada, "(first: 2)").await;
    assert_eq!(ids(&first), all[..2]);
    assert_eq!(first.at("/sessions/totalCount"), 5);
    assert_eq!(first.at("/sessions/pageInfo/hasNextPage"), true);
    assert_eq!(first.at("/sessions/pageInfo/hasPreviousPage"), false);
    let cursor = first.text("/sessions/pageInfo/endCursor");
    let second = list(&ada, &format!("(first: 2, after: {cursor:?})")).await;
    assert_eq!(ids(&second), all[2..4]);
    assert_eq!(second.at("/sessions/pageInfo/hasNextPage"), true);
    assert_eq!(second.at("/sessions/pageInfo/hasPreviousPage"), true);
    let cursor = second.text("/sessions/pageInfo/endCursor");
    let third = list(&ada, &format!("(first: 2, after: {cursor:?})")).await;
    assert_eq!(ids(&third), all[4..]);
    assert_eq!(third.at("/sessions/pageInfo/hasNextPage"), false);
    // Backwards, from the end and from the middle.
    let last = list(&ada, "(last: 2)").await;
    assert_eq!(ids(&last), all[3..]);
    assert_eq!(last.at("/sessions/pageInfo/hasPreviousPage"), true);
    let cursor = last.text("/sessions/pageInfo/startCursor");
    let before = list(&ada, &format!("(last: 2, before: {cursor:?})")).await;
    assert_eq!(ids(&before), all[1..3]);
    let between = list(
        &ada,
        &format!(
            "(after: {:?}, before: {:?})",
            first.text("/sessions/edges/0/cursor"),
            last.text("/sessions/edges/1/cursor"),
        ),
    )
    .await;
    assert_eq!(ids(&between), all[1..4]);
}

#[tokio::test]
async fn bad_page_arguments_are_named() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    for (arguments, path) in [
        ("(first: -1)", "first"),
        ("(first: 101)", "first"),
        ("(last: 101)", "last"),
        ("(first: 1, last: 1)", "last"),
        ("(after: \"nonsense\")", "after"),
        ("(before: \"\")", "before"),
    ] {
        assert_eq!(
            list(&ada, arguments).await.invalid_paths(),
            [path],
            "{arguments}"
        );
    }
    assert_eq!(ids(&list(&ada, "(first: 0)").await).len(), 0);
}

#[tokio::test]
async fn a_revoked_session_is_refused_on_its_very_next_request() {
    let app = TestApp::start().await;
    let (ada, all) = user_with_sessions(&app, 1).await;
    let phone = app.anonymous().log_in(&ada.person).await;
    phone.me().await.data();
    let answer = revoke(&ada, &phone.session_id).await;
    let ended = answer.at("/revokeSession/session");
    assert_eq!(ended["status"], "REVOKED");
    assert_eq!(ended["endReason"], "REVOKED");
    assert_eq!(ended["endedAt"], "2026-06-01T12:00:00.000Z");
    assert_eq!(ended["current"], false);
    assert_eq!(phone.me().await.code(), "AUTH_SESSION_ENDED");
    assert_eq!(ids(&list(&ada, "").await), all);
}

#[tokio::test]
async fn revoking_again_changes_nothing() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let phone = app.anonymous().log_in(&ada.person).await;
    let first = revoke(&ada, &phone.session_id).await;
    app.advance(TimeDelta::minutes(1));
    let second = revoke(&ada, &phone.session_id).await;
    assert_eq!(second.data(), first.data());
}

#[tokio::test]
async fn users_find_only_their_own_sessions() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let eve = app.verified("eve").await;
    for id in [
        ada.session_id.as_str(),
        "01900000-0000-7000-8000-000000000000",
        "nonsense",
        "",
    ] {
        assert_eq!(revoke(&eve, id).await.code(), "SESSION_NOT_FOUND", "{id}");
    }
    ada.me().await.data();
    assert_eq!(
        ids(&list(&eve, "(includeExpired: true)").await),
        [eve.session_id.as_str()]
    );
}

#[tokio::test]
async fn a_session_revoked_on_one_node_is_refused_by_another() {
    let database = crate::support::TestDatabase::shared().await;
    let one = TestApp::start_on(&database, &[]).await;
    let other = TestApp::start_on(&database, &[]).await;
    let ada = one.verified("ada").await;
    let phone = other.anonymous().log_in(&ada.person).await;
    phone.me().await.data();
    revoke(&ada, &phone.session_id).await.data();
    assert_eq!(phone.me().await.code(), "AUTH_SESSION_ENDED");
}

#[tokio::test]
async fn all_other_sessions_end_at_once_and_the_current_one_goes_on() {
    let app = TestApp::start().await;
    let (ada, all) = user_with_sessions(&app, 4).await;
    let phone = app.anonymous().log_in(&ada.person).await;
    let bob = app.verified("bob").await;
    let answer = phone.ask(REVOKE_OTHERS).await;
    assert_eq!(*answer.at("/revokeOtherSessions/revokedSessions"), 4);
    assert_eq!(ada.me().await.code(), "AUTH_SESSION_ENDED");
    assert_eq!(ada.me().await.error()["extensions"]["reason"], "REVOKED");
    let refreshed = ada.refresh(&ada.refresh_token).await;
    assert_eq!(refreshed.code(), "AUTH_SESSION_ENDED");
    assert_eq!(
        ids(&list(&phone, "").await),
        [phone.session_id.as_str()],
        "of {all:?}"
    );
    phone.refreshed().await.me().await.data();
    bob.me().await.data();
    let answer = phone.ask(REVOKE_OTHERS).await;
    assert_eq!(*answer.at("/revokeOtherSessions/revokedSessions"), 0);
}

#[tokio::test]
async fn ended_sessions_are_purged_in_batches_and_none_is_left() {
    const BATCH: u32 = 200;
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    let ada = app.verified("ada").await;
    let expired = 2 * u64::from(BATCH) + 7;
    let long_ago = Some("'2025-01-01T00:00:00+00:00'");
    sql::copy_session(
        &database.url,
        &ada.session_id,
        "01900000",
        expired,
        long_ago,
    )
    .await;
    let before = noon() - TimeDelta::days(100);
    let mut rows = ExpiredRows::new(Expired::ExpiredSessions, before);
    let batch = app.store.purge(&mut rows, BATCH).await.unwrap();
    assert_eq!((batch.rows, batch.is_last), (BATCH.into(), false));
    app.purger.purge().await.unwrap();
    let left = "SELECT CAST(COUNT(*) AS TEXT) FROM sessions";
    assert_eq!(sql::text(&database.url, left).await, "1");
    assert_eq!(ada.me().await.text("/me/username"), "ada");
}

#[tokio::test]
async fn a_session_that_was_refreshed_is_purged_90_days_after_it_expired() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    let ada = app.verified("ada").await;
    app.advance(TimeDelta::days(20));
    ada.refreshed().await;
    // It expires on day 50. Without the refresh, it would have expired on day 30.
    for (days, left) in [(101, "1"), (18, "1"), (2, "0")] {
        app.advance(TimeDelta::days(days));
        app.purger.purge().await.unwrap();
        let sessions = "SELECT CAST(COUNT(*) AS TEXT) FROM sessions";
        assert_eq!(sql::text(&database.url, sessions).await, left, "{days}");
    }
}

/// On SQLite, no transaction can lock a row alone.
#[tokio::test]
async fn a_purge_goes_on_beside_rows_that_are_locked() {
    let database = TestDatabase::shared().await;
    if !database.url.starts_with("postgres") {
        return;
    }
    let app = TestApp::start_on(&database, &["--database-timeout", "300ms"]).await;
    app.verified("ada").await;
    app.anonymous()
        .request_password_reset("ada@example.com")
        .await;
    app.advance(TimeDelta::days(121));
    let left = async |table: &str| {
        let count = format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table}");
        sql::text(&database.url, &count).await
    };
    // It waits for the lock of a reset, in vain, and leaves sessions that are locked to the next purge.
    let of_reset = "SELECT user_id FROM password_resets FOR UPDATE";
    let of_reset = Lock::take(&database.url, of_reset).await;
    let of_session = "SELECT id FROM sessions FOR UPDATE";
    let of_session = Lock::take(&database.url, of_session).await;
    assert_ne!(left("outbox").await, "0");
    app.purger.purge().await.unwrap_err();
    assert_eq!(left("outbox").await, "0");
    of_reset.release().await;
    app.purger.purge().await.unwrap();
    assert_eq!(left("password_resets").await, "0");
    assert_eq!(left("sessions").await, "1");
    of_session.release().await;
    app.purger.purge().await.unwrap();
    assert_eq!(left("sessions").await, "0");
}

#[tokio::test]
async fn sessions_that_expired_in_another_order_than_they_began_are_purged_in_batches() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    let ada = app.verified("ada").await;
    let expiries = [
        "'2025-03-01T00:00:00+00:00'",
        "'2025-01-01T00:00:00+00:00'",
        "'2025-02-01T00:00:00.500+00:00'",
    ];
    for (ids, expiry) in ["01900001", "01900002", "01900003"].iter().zip(expiries) {
        sql::copy_session(&database.url, &ada.session_id, ids, 7, Some(expiry)).await;
    }
    let before = noon() - TimeDelta::days(100);
    let mut rows = ExpiredRows::new(Expired::ExpiredSessions, before);
    let mut batches = Vec::new();
    loop {
        let batch = app.store.purge(&mut rows, 5).await.unwrap();
        batches.push(batch.rows);
        if batch.is_last {
            break;
        }
    }
    assert_eq!(batches, [5, 5, 5, 5, 1]);
    let left = "SELECT CAST(COUNT(*) AS TEXT) FROM sessions";
    assert_eq!(sql::text(&database.url, left).await, "1");
}
