//! The events of an account, as its owner and the operator see them.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Client, PASSWORD, Person, SignedIn, TestApp, TestDatabase, log, sql};

const EVENTS: &str = "{ securityEvents { totalCount nodes { id kind occurredAt ipAddress sessionId \
    endReason operation device { id name type userAgent } } } }";

/// The latest first.
async fn events(client: &Client) -> Vec<Value> {
    let answer = client.ask(EVENTS).await;
    answer
        .at("/securityEvents/nodes")
        .as_array()
        .unwrap()
        .clone()
}

/// Oldest first.
async fn kinds(client: &Client) -> Vec<String> {
    let mut events = events(client).await;
    events.reverse();
    let kind = |event: &Value| event["kind"].as_str().unwrap().to_owned();
    events.iter().map(kind).collect()
}

/// Waits for this many events of a kind, because refusals are recorded a moment later.
async fn events_of(client: &Client, kind: &str, count: usize) -> Vec<Value> {
    for _ in 0..500 {
        let mut listed = events(client).await;
        listed.retain(|event| event["kind"] == kind);
        if listed.len() >= count {
            assert_eq!(listed.len(), count, "{listed:#?}");
            return listed;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!(
        "{count} {kind} were waited for: {:#?}",
        events(client).await
    );
}

#[tokio::test]
async fn every_change_of_an_account_is_listed_with_time_address_and_device() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.advance(TimeDelta::minutes(1));
    let phone = app
        .anonymous()
        .header("x-device-id", "phone-1")
        .header("x-device-name", "Ada's phone")
        .header("x-device-type", "phone")
        .header("user-agent", "Test/1.0");
    let phone = phone.log_in(&ada.person).await;
    assert_eq!(*ada.ask(EVENTS).await.at("/securityEvents/totalCount"), 4);
    let listed = events(&ada).await;
    assert_eq!(
        listed[0]["device"],
        json!({ "id": "phone-1", "name": "Ada's phone", "type": "phone", "userAgent": "Test/1.0" })
    );
    assert_eq!(listed[0]["kind"], "LOGIN_SUCCEEDED");
    assert_eq!(listed[0]["occurredAt"], "2026-06-01T12:01:00.000Z");
    assert_eq!(listed[0]["ipAddress"], "127.0.0.1");
    assert_eq!(listed[0]["sessionId"], phone.session_id);

    let rename = "mutation { updateProfile(input: { username: \"lovelace\" }) { user { id } } }";
    ada.ask(rename).await.data();
    let named = "mutation { updateProfile(input: { displayName: \"Ada\" }) { user { id } } }";
    ada.ask(named).await.data();
    let change =
        "mutation($i: ChangePasswordInput!) { changePassword(input: $i) { revokedSessions } }";
    let new = "another horse battery staple 43";
    let input = json!({ "currentPassword": PASSWORD, "newPassword": new });
    ada.call(change, json!({ "i": input })).await.data();
    ada.request_email_change("ada@new.example", new)
        .await
        .data();
    let token = app.token_of("confirm_email_change", "ada@new.example");
    ada.confirm_email_change(&token).await.data();
    assert_eq!(
        kinds(&ada).await,
        [
            "REGISTERED",
            "EMAIL_VERIFIED",
            "LOGIN_SUCCEEDED",
            "LOGIN_SUCCEEDED",
            "USERNAME_CHANGED",
            "PASSWORD_CHANGED",
            "SESSION_ENDED",
            "EMAIL_CHANGE_REQUESTED",
            "EMAIL_CHANGED",
        ]
    );
    let ended = &events(&ada).await[2];
    assert_eq!(ended["sessionId"], phone.session_id);
    assert_eq!(ended["endReason"], "PASSWORD_CHANGED");
}

#[tokio::test]
async fn every_end_of_a_session_is_listed_with_its_reason() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let log_in = async || app.anonymous().log_in(&ada.person).await;
    let out = log_in().await;
    out.ask("mutation { logout { revokedSessions } }")
        .await
        .data();
    let revoked = log_in().await;
    let query = format!(
        "mutation {{ revokeSession(input: {{ sessionId: \"{}\" }}) {{ session {{ id }} }} }}",
        revoked.session_id
    );
    ada.ask(&query).await.data();
    ada.ask(&query).await.data(); // over already: nothing happens
    let copied = log_in().await;
    let newer = copied.refreshed().await;
    newer.me().await.data();
    app.advance(TimeDelta::minutes(1));
    copied.refresh(&copied.refresh_token).await.error();
    let other = log_in().await;
    let others = "mutation { revokeOtherSessions { revokedSessions } }";
    let ended = ada.ask(others).await;
    assert_eq!(*ended.at("/revokeOtherSessions/revokedSessions"), 1);
    log_in().await;
    let all = "mutation { logout(input: { revokeAllSessions: true }) { revokedSessions } }";
    assert_eq!(*ada.ask(all).await.at("/logout/revokedSessions"), 2);

    let ada = log_in().await;
    let listed = events(&ada).await;
    let ends: Vec<_> = listed
        .iter()
        .filter(|event| event["kind"] == "SESSION_ENDED")
        .map(|event| (event["endReason"].as_str().unwrap(), &event["sessionId"]))
        .collect();
    assert_eq!(ends.len(), 6);
    let reasons: Vec<_> = ends.iter().rev().map(|(reason, _)| *reason).collect();
    let expected = [
        "LOGOUT",
        "REVOKED",
        "REFRESH_TOKEN_REUSED",
        "REVOKED",
        "LOGOUT_ALL",
        "LOGOUT_ALL",
    ];
    assert_eq!(reasons, expected);
    assert_eq!(*ends[5].1, out.session_id);
    assert_eq!(*ends[4].1, revoked.session_id);
    assert_eq!(*ends[3].1, copied.session_id);
    assert_eq!(*ends[2].1, other.session_id);
    let reused = listed
        .iter()
        .find(|event| event["kind"] == "REFRESH_TOKEN_REUSED");
    assert_eq!(reused.unwrap()["sessionId"], copied.session_id);
}

#[tokio::test]
async fn a_reset_and_a_secured_account_are_listed_with_the_sessions_that_they_ended() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let reset = async |password: &str| {
        ada.request_password_reset("ada@example.com").await.data();
        let token = app.token_of("reset_password", "ada@example.com");
        ada.reset_password(&token, password).await.data();
    };
    reset(PASSWORD).await;
    let notice = app.token_of("password_reset", "ada@example.com");
    let between = app.anonymous().log_in(&ada.person).await;
    between.secure_account(&notice).await.data();
    let owner = Person {
        password: "seven purple elephants juggle".to_owned(),
        ..ada.person.clone()
    };
    reset(&owner.password).await;
    let ada = app.anonymous().log_in(&owner).await;
    events_of(&ada, "PASSWORD_RESET_REQUESTED", 2).await;
    let mut kinds = kinds(&ada).await;
    kinds.retain(|kind| kind != "PASSWORD_RESET_REQUESTED");
    let expected = [
        "REGISTERED",
        "EMAIL_VERIFIED",
        "LOGIN_SUCCEEDED",
        "PASSWORD_RESET",
        "SESSION_ENDED",
        "LOGIN_SUCCEEDED",
        "ACCOUNT_SECURED",
        "SESSION_ENDED",
        "PASSWORD_RESET",
        "LOGIN_SUCCEEDED",
    ];
    assert_eq!(kinds, expected);
}

#[tokio::test]
async fn a_reset_that_verifies_the_address_is_listed_as_a_verification() {
    let app = TestApp::start().await;
    let ada = app.registered("ada").await;
    let anybody = app.anonymous();
    anybody.request_password_reset(&ada.email).await.data();
    let token = app.token_of("reset_password", &ada.email);
    anybody.reset_password(&token, PASSWORD).await.data();
    let ada = anybody.try_log_in("ada", PASSWORD).await;
    let token = ada.at("/login/token/accessToken").as_str().unwrap();
    let ada = app.anonymous().bearer(token);
    events_of(&ada, "PASSWORD_RESET_REQUESTED", 1).await;
    let mut kinds = kinds(&ada).await;
    kinds.retain(|kind| kind != "PASSWORD_RESET_REQUESTED");
    let expected = [
        "REGISTERED",
        "EMAIL_VERIFIED",
        "PASSWORD_RESET",
        "LOGIN_SUCCEEDED",
    ];
    assert_eq!(kinds, expected);
}

/// Where accounts are concealed, a correct password is refused like a wrong one.
#[tokio::test]
async fn a_correct_password_that_is_refused_before_verification_is_listed() {
    let app = TestApp::start_with(&["--conceal-accounts", "true"]).await;
    let ada = app.registered("ada").await;
    let answer = app.anonymous().try_log_in("ada", PASSWORD).await;
    assert_eq!(answer.code(), "AUTH_INVALID_CREDENTIALS");
    let token = app.mailed_token(&ada.email);
    app.anonymous().verify(&token).await.data();
    let ada = app.anonymous().log_in(&ada).await;
    events_of(&ada, "LOGIN_FAILED", 1).await;
}

#[tokio::test]
async fn refusals_are_listed_a_moment_later() {
    let settings = [
        "--limit-login-account",
        "3/15m",
        "--trusted-proxies",
        "127.0.0.1",
    ];
    let app = TestApp::start_with(&settings).await;
    let ada = app.verified("ada").await;
    let thief = app.anonymous().header("x-forwarded-for", "192.0.2.66");
    let thief = thief.header("x-device-id", "thiefs-own");
    let thief = thief.header("x-device-name", "Thief");
    for _ in 0..3 {
        let answer = thief.try_log_in("ada", "wrong password").await;
        assert_eq!(answer.code(), "AUTH_INVALID_CREDENTIALS");
    }
    for _ in 0..3 {
        let answer = thief.try_log_in("ada", "wrong password").await;
        assert_eq!(answer.code(), "RATE_LIMITED");
    }
    let failed = events_of(&ada, "LOGIN_FAILED", 3).await;
    assert_eq!(failed[0]["operation"], "login");
    assert_eq!(failed[0]["device"]["name"], "Thief");
    // The device may belong to a neighbour who mistyped a name.
    assert_eq!(failed[0]["device"]["id"], Value::Null);
    assert_eq!(failed[0]["sessionId"], Value::Null);
    // One more attempt reaches the limit again, which is not recorded twice within an hour.
    app.advance(TimeDelta::minutes(6));
    thief.try_log_in("ada", "wrong password").await;
    let answer = thief.try_log_in("ada", "wrong password").await;
    assert_eq!(answer.code(), "RATE_LIMITED");
    ada.delete_account("wrong password").await.error();
    let refused = events_of(&ada, "PASSWORD_REFUSED", 1).await;
    assert_eq!(refused[0]["operation"], "deleteAccount");
    // Earlier events are recorded by now.
    let limited = events_of(&ada, "LIMIT_REACHED", 1).await;
    assert_eq!(limited[0]["operation"], "login");
    // An hour later, it is recorded again.
    app.advance(TimeDelta::hours(2));
    for _ in 0..4 {
        thief.try_log_in("ada", "wrong password").await;
    }
    let ada = ada.refreshed().await;
    events_of(&ada, "LIMIT_REACHED", 2).await;
}

#[tokio::test]
async fn an_event_that_the_database_refuses_costs_no_other_event() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    let ada = app.verified("ada").await;
    let eve = app.verified("eve").await;
    let id = sql::id(&database.url, ada.me().await.text("/me/id"));
    let is_of_ada = format!("kind = 'LOGIN_FAILED' AND user_id = {id}");
    let refusal = if database.url.starts_with("sqlite:") {
        let is_of_ada = is_of_ada
            .replace("kind", "NEW.kind")
            .replace("user_id", "NEW.user_id");
        format!(
            "CREATE TRIGGER refusal BEFORE INSERT ON security_events WHEN {is_of_ada}
             BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
    } else {
        format!("ALTER TABLE security_events ADD CONSTRAINT refusal CHECK (NOT ({is_of_ada}))")
    };
    sql::execute(&database.url, &refusal).await;
    for name in ["ada", "eve"] {
        app.anonymous().try_log_in(name, "wrong password").await;
    }
    events_of(&eve, "LOGIN_FAILED", 1).await;
    assert_eq!(
        kinds(&ada).await,
        ["REGISTERED", "EMAIL_VERIFIED", "LOGIN_SUCCEEDED"]
    );
}

#[tokio::test]
async fn nobody_sees_the_events_of_others() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.anonymous().try_log_in("ada", "wrong password").await;
    events_of(&ada, "LOGIN_FAILED", 1).await;
    let bob = app.verified("bob").await;
    assert_eq!(
        kinds(&bob).await,
        ["REGISTERED", "EMAIL_VERIFIED", "LOGIN_SUCCEEDED"]
    );
}

#[tokio::test]
async fn the_list_is_paged_like_every_other() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    for _ in 0..4 {
        app.anonymous().log_in(&ada.person).await;
    }
    let all = events(&ada).await;
    let page = async |arguments: &str| {
        let query = format!(
            "{{ securityEvents{arguments} {{ nodes {{ id }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
        );
        ada.ask(&query).await.at("/securityEvents").clone()
    };
    let ids = |page: &Value| -> Vec<Value> {
        let nodes = page["nodes"].as_array().unwrap();
        nodes.iter().map(|node| node["id"].clone()).collect()
    };
    let expected: Vec<Value> = all.iter().map(|event| event["id"].clone()).collect();
    let first = page("(first: 3)").await;
    assert_eq!(ids(&first), expected[..3]);
    assert_eq!(first["pageInfo"]["hasNextPage"], true);
    let cursor = &first["pageInfo"]["endCursor"];
    assert_eq!(
        ids(&page(&format!("(first: 9, after: {cursor})")).await),
        expected[3..]
    );
    let last = page("(last: 2)").await;
    assert_eq!(ids(&last), expected[5..]);
    let cursor = &last["pageInfo"]["startCursor"];
    assert_eq!(
        ids(&page(&format!("(last: 2, before: {cursor})")).await),
        expected[3..5]
    );
    for (arguments, path) in [
        ("(first: 101)", "first"),
        ("(last: -1)", "last"),
        ("(after: \"nonsense\")", "after"),
    ] {
        let answer = ada
            .ask(&format!(
                "{{ securityEvents{arguments} {{ nodes {{ id }} }} }}"
            ))
            .await;
        assert_eq!(answer.invalid_paths(), [path], "{arguments}");
    }
}

#[tokio::test]
async fn no_event_can_be_rewritten() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    app.registered("ada").await;
    let rewrite = "UPDATE security_events SET ip_address = 'nowhere'";
    let error = sql::try_execute(&database.url, rewrite).await.unwrap_err();
    assert!(error.contains("append-only"), "{error}");
}

#[tokio::test]
async fn events_are_purged_after_their_time_and_not_before() {
    let app = TestApp::start_with(&["--security-event-retention", "10days"]).await;
    let ada = app.verified("ada").await;
    app.advance(TimeDelta::days(9));
    app.purger.purge().await.unwrap();
    let ada = ada.refreshed().await;
    assert_eq!(events(&ada).await.len(), 3);
    app.advance(TimeDelta::days(2));
    let ada = app.anonymous().log_in(&ada.person).await;
    app.purger.purge().await.unwrap();
    assert_eq!(kinds(&ada).await, ["LOGIN_SUCCEEDED"]);
}

/// The device ids are those of this test, so that its lines can be recognised.
fn lines_of(device: &str) -> Vec<String> {
    let mut lines = log::lines();
    lines.retain(|line| line.contains("latchkey::security") && line.contains(device));
    lines
}

#[tokio::test]
async fn the_operators_log_has_the_same_names_and_no_secret() {
    let app = TestApp::start().await;
    let device = format!("device-of{}", app.public_url().replace("http://", "-"));
    let client = app.anonymous().header("x-device-id", &device);
    let person = app.registered("ada").await;
    client.try_log_in("ada", "wrong password 123").await;
    client
        .try_log_in("nobody-at-all", "wrong password 123")
        .await;
    let ada: SignedIn = client.log_in(&person).await;
    ada.ask("mutation { logout { revokedSessions } }")
        .await
        .data();
    let lines = lines_of(&device);
    let expected = [
        "LOGIN_FAILED",
        "LOGIN_FAILED",
        "LOGIN_SUCCEEDED",
        "SESSION_ENDED",
    ];
    assert_eq!(lines.len(), expected.len(), "{lines:#?}");
    for (line, kind) in lines.iter().zip(expected) {
        assert!(line.contains(&format!("event={kind:?}")), "{line}");
        assert!(line.contains("address=127.0.0.1"), "{line}");
        for secret in [
            "wrong password",
            PASSWORD,
            &ada.refresh_token,
            "nobody-at-all",
        ] {
            assert!(!line.contains(secret), "{line}");
        }
    }
    assert!(
        lines[0].contains("operation=\"login\"") && lines[0].contains("user="),
        "{}",
        lines[0]
    );
    assert!(!lines[1].contains("user="), "nobody's: {}", lines[1]);
    assert!(lines[2].contains(&format!("session={}", ada.session_id)));
    assert!(lines[3].contains("reason=\"LOGOUT\""), "{}", lines[3]);
}
