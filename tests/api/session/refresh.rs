//! `refresh`: rotation, replays and copied tokens.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Answer, Client, SignedIn, TestApp, TestDatabase, claims};

pub fn refresh_token(answer: &Answer) -> String {
    answer.text("/refresh/token/refreshToken").to_owned()
}

pub fn access_token(answer: &Answer) -> String {
    answer.text("/refresh/token/accessToken").to_owned()
}

/// Uses the access token of a refresh, which proves that the response was received.
pub async fn prove_received(app: &TestApp, answer: &Answer) {
    app.anonymous()
        .bearer(&access_token(answer))
        .me()
        .await
        .data();
}

#[track_caller]
pub fn assert_ended(answer: &Answer, reason: &str) {
    assert_eq!(answer.code(), "AUTH_SESSION_ENDED", "{:#}", answer.body);
    assert_eq!(answer.error()["extensions"]["reason"], reason);
}

#[tokio::test]
async fn a_refresh_returns_the_next_tokens_of_the_same_session() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.advance(TimeDelta::minutes(31));
    assert_eq!(ada.me().await.code(), "AUTH_TOKEN_EXPIRED");
    let next = ada.refreshed().await;
    assert_eq!(next.session_id, ada.session_id);
    assert_ne!(next.refresh_token, ada.refresh_token);
    next.me().await.data();
    let again = next.refreshed().await;
    again.me().await.data();
}

#[tokio::test]
async fn a_refresh_extends_a_session_but_never_beyond_its_maximum_age() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let mut token = ada.refresh_token.clone();
    let mut ends = Vec::new();
    for _ in 0..6 {
        app.advance(TimeDelta::days(29));
        let answer = app.anonymous().refresh(&token).await;
        ends.push(answer.text("/refresh/token/refreshExpiresAt").to_owned());
        token = refresh_token(&answer);
    }
    assert_eq!(ends[0], "2026-07-30T12:00:00.000Z");
    // 30 days after day 174 would be day 204, but the session ends on day 180.
    assert_eq!(ends[5], "2026-11-28T12:00:00.000Z");
    app.advance(TimeDelta::days(6));
    let answer = app.anonymous().refresh(&token).await;
    assert_ended(&answer, "EXPIRED");
    assert_eq!(
        answer.error()["extensions"]["endedAt"],
        "2026-11-28T12:00:00.000Z"
    );
}

#[tokio::test]
async fn a_session_that_is_not_refreshed_ends_as_idle() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.advance(TimeDelta::days(30) - TimeDelta::milliseconds(1));
    let next = ada.refreshed().await;
    app.advance(TimeDelta::days(30));
    let answer = app.anonymous().refresh(&next.refresh_token).await;
    assert_ended(&answer, "IDLE");
    assert_eq!(
        answer.error()["extensions"]["endedAt"],
        "2026-07-31T11:59:59.999Z"
    );
}

#[tokio::test]
async fn a_lost_response_is_repeated_however_late() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let lost = app.anonymous().refresh(&ada.refresh_token).await;
    app.advance(TimeDelta::days(1));
    let replayed = app.anonymous().refresh(&ada.refresh_token).await;
    assert_eq!(refresh_token(&replayed), refresh_token(&lost));
    assert_ne!(
        access_token(&replayed),
        access_token(&lost),
        "the access token is a fresh one"
    );
    // The response may be lost several times.
    let replayed = app.anonymous().refresh(&ada.refresh_token).await;
    assert_eq!(refresh_token(&replayed), refresh_token(&lost));
    prove_received(&app, &replayed).await;
    app.anonymous()
        .refresh(&refresh_token(&replayed))
        .await
        .data();
}

#[tokio::test]
async fn once_the_successors_access_token_was_used_the_old_token_counts_as_copied() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let next = app.anonymous().refresh(&ada.refresh_token).await;
    prove_received(&app, &next).await;
    app.advance(TimeDelta::seconds(11));
    let reused = app.anonymous().refresh(&ada.refresh_token).await;
    assert_ended(&reused, "REFRESH_TOKEN_REUSED");
    assert_eq!(
        reused.error()["extensions"]["endedAt"],
        "2026-06-01T12:00:11.000Z"
    );
    // The session has ended for the thief and for the owner.
    let owner = app.anonymous().refresh(&refresh_token(&next)).await;
    assert_ended(&owner, "REFRESH_TOKEN_REUSED");
    let owner = app.anonymous().bearer(&access_token(&next)).me().await;
    assert_ended(&owner, "REFRESH_TOKEN_REUSED");
}

#[tokio::test]
async fn once_the_successor_was_used_the_old_token_counts_as_copied() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let next = app.anonymous().refresh(&ada.refresh_token).await;
    app.anonymous().refresh(&refresh_token(&next)).await.data();
    let reused = app.anonymous().refresh(&ada.refresh_token).await;
    assert_ended(&reused, "REFRESH_TOKEN_REUSED");
}

#[tokio::test]
async fn an_access_token_of_the_generation_before_proves_nothing() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let lost = app.anonymous().refresh(&ada.refresh_token).await;
    ada.me().await.data();
    app.advance(TimeDelta::hours(1));
    let replayed = app.anonymous().refresh(&ada.refresh_token).await;
    assert_eq!(refresh_token(&replayed), refresh_token(&lost));
}

#[tokio::test]
async fn two_concurrent_tabs_get_the_same_successor() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let first = app.anonymous().refresh(&ada.refresh_token).await;
    prove_received(&app, &first).await;
    app.advance(TimeDelta::seconds(10));
    let second = app.anonymous().refresh(&ada.refresh_token).await;
    assert_eq!(refresh_token(&second), refresh_token(&first));
}

#[tokio::test]
async fn only_the_client_that_rotated_gets_a_replay() {
    let app = TestApp::start().await;
    for (name, other) in [
        (
            "ada",
            app.anonymous()
                .header("x-device-id", "thief")
                .header("user-agent", "Tab/1"),
        ),
        (
            "bob",
            app.anonymous()
                .header("x-device-id", "thief")
                .header("user-agent", "Thief/1"),
        ),
        ("eve", app.anonymous().header("user-agent", "Thief/1")),
    ] {
        let ada = app.verified(name).await;
        let own = app
            .anonymous()
            .header("x-device-id", "phone")
            .header("user-agent", "Tab/1");
        let lost = own.refresh(&ada.refresh_token).await;
        let replayed = own.refresh(&ada.refresh_token).await;
        assert_eq!(refresh_token(&replayed), refresh_token(&lost));
        let stolen = other.refresh(&ada.refresh_token).await;
        assert_ended(&stolen, "REFRESH_TOKEN_REUSED");
    }
}

#[tokio::test]
async fn reuse_ends_only_its_own_session() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let laptop = app.anonymous().log_in(&ada.person).await;
    let next = ada.refreshed().await;
    next.refreshed().await;
    let reused = app.anonymous().refresh(&ada.refresh_token).await;
    assert_ended(&reused, "REFRESH_TOKEN_REUSED");
    laptop.me().await.data();
    laptop.refreshed().await;
}

#[tokio::test]
async fn sixty_four_refreshes_of_one_token_give_one_successor_and_no_error() {
    let database = TestDatabase::shared().await;
    let nodes = [
        TestApp::start_on(&database, &[]).await,
        TestApp::start_on(&database, &[]).await,
    ];
    let ada = nodes[0].verified("ada").await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..64 {
        let (client, token) = (nodes[number % 2].anonymous(), ada.refresh_token.clone());
        tasks.spawn(async move { client.refresh(&token).await });
    }
    let answers = tasks.join_all().await;
    let successors: std::collections::HashSet<_> = answers.iter().map(refresh_token).collect();
    assert_eq!(successors.len(), 1);
    nodes[0]
        .anonymous()
        .refresh(&refresh_token(&answers[0]))
        .await
        .data();
}

#[tokio::test]
async fn a_token_that_is_not_ours_is_invalid_and_ends_nothing() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let other =
        TestApp::start_with(&["--secret-key", "another-secret-of-at-least-32-bytes!"]).await;
    let foreign = other.verified("ada").await.refresh_token;
    let token = &ada.refresh_token;
    let altered = |index: usize| {
        let mut bytes = token.clone().into_bytes();
        bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    };
    // The version, the session, the generation, the MAC.
    let altered = [altered(4), altered(10), altered(36), altered(60)];
    let cut = &token[..token.len() - 4];
    let long = format!("{token}AAAA");
    let access = ada.access_token.clone();
    let mut bad = vec![
        "",
        "lkr_",
        &token[4..],
        cut,
        &long,
        &foreign,
        &access,
        "lkm_abc",
        "\u{0}",
    ];
    bad.extend(altered.iter().map(String::as_str));
    for text in bad {
        let answer = app.anonymous().refresh(text).await;
        assert_eq!(answer.code(), "AUTH_REFRESH_TOKEN_INVALID", "{text}");
    }
    ada.refreshed().await;
}

#[tokio::test]
async fn the_error_says_why_and_when_a_session_ended() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let laptop = app.anonymous().log_in(&ada.person).await;
    app.advance(TimeDelta::minutes(5));
    let revoke =
        "mutation($id: ID!) { revokeSession(input: { sessionId: $id }) { session { id } } }";
    ada.call(revoke, json!({ "id": laptop.session_id }))
        .await
        .data();
    for answer in [
        app.anonymous().refresh(&laptop.refresh_token).await,
        laptop.me().await,
    ] {
        assert_ended(&answer, "REVOKED");
        assert_eq!(
            answer.error()["extensions"]["endedAt"],
            "2026-06-01T12:05:00.000Z"
        );
    }
}

#[tokio::test]
async fn a_token_of_a_long_purged_session_is_reported_as_ended() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.advance(TimeDelta::days(121));
    app.purger.purge().await.unwrap();
    let answer = app.anonymous().refresh(&ada.refresh_token).await;
    assert_ended(&answer, "EXPIRED");
    assert_eq!(answer.error()["extensions"]["endedAt"], Value::Null);
}

#[tokio::test]
async fn a_stale_bearer_token_does_not_get_in_the_way() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.advance(TimeDelta::hours(1));
    // Clients send their expired access token along.
    let next = ada.refresh(&ada.refresh_token).await;
    next.data();
    let garbage = Client::bearer(app.anonymous(), "garbage");
    garbage.refresh(&refresh_token(&next)).await.data();
}

#[tokio::test]
async fn the_access_token_says_who_when_and_in_which_session() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let me = ada.me().await;
    let first = claims(&ada.access_token);
    assert_eq!(first["iss"], app.public_url());
    assert_eq!(first["aud"], "latchkey");
    assert_eq!(first["sub"], me.at("/me/id").clone());
    assert_eq!(first["sid"], ada.session_id);
    assert_eq!(first["username"], "ada");
    assert_eq!(first["gen"], 1);
    assert_eq!(
        first["exp"].as_i64().unwrap() - first["iat"].as_i64().unwrap(),
        1800
    );
    let next = claims(&ada.refreshed().await.access_token);
    assert_eq!(next["gen"], 2);
    assert_ne!(next["jti"], first["jti"]);
}

#[tokio::test]
async fn a_new_username_is_in_the_token_from_the_next_refresh_on() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let rename = r#"mutation { updateProfile(input: { username: "lovelace" }) { user { id } } }"#;
    ada.ask(rename).await.data();
    let next: SignedIn = ada.refreshed().await;
    assert_eq!(claims(&next.access_token)["username"], "lovelace");
}

#[tokio::test]
async fn device_and_address_are_those_of_the_latest_refresh() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.advance(TimeDelta::minutes(1));
    let upgraded = app.anonymous().header("user-agent", "Browser/2");
    upgraded.refresh(&ada.refresh_token).await.data();
    let answer = ada
        .ask("{ sessions { nodes { lastUsedAt device { userAgent } } } }")
        .await;
    assert_eq!(
        answer.text("/sessions/nodes/0/device/userAgent"),
        "Browser/2"
    );
    assert_eq!(
        answer.text("/sessions/nodes/0/lastUsedAt"),
        "2026-06-01T12:01:00.000Z"
    );
}
