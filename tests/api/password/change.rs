//! `changePassword`.

use serde_json::{Value, json};

use crate::support::{Answer, PASSWORD, SignedIn, TestApp};

const NEW: &str = "seven purple elephants juggle";

async fn change(caller: &SignedIn, changes: Value) -> Answer {
    let query = "mutation($input: ChangePasswordInput!) {
        changePassword(input: $input) { revokedSessions } }";
    let mut input = json!({ "currentPassword": PASSWORD, "newPassword": NEW });
    for (name, value) in changes.as_object().unwrap() {
        input[name] = value.clone();
    }
    caller.call(query, json!({ "input": input })).await
}

#[tokio::test]
async fn the_new_password_logs_in_and_the_old_one_no_longer() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    change(&ada, json!({})).await.data();
    app.anonymous().try_log_in("ada", NEW).await.data();
    let old = app.anonymous().try_log_in("ada", PASSWORD).await;
    assert_eq!(old.code(), "AUTH_INVALID_CREDENTIALS");
}

#[tokio::test]
async fn every_other_session_ends_with_a_reason() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let phone = app.anonymous().log_in(&ada.person).await;
    let eve = app.verified("eve").await;
    assert_eq!(
        change(&ada, json!({}))
            .await
            .at("/changePassword/revokedSessions"),
        1
    );
    let refused = phone.me().await;
    assert_eq!(refused.code(), "AUTH_SESSION_ENDED");
    assert_eq!(refused.error()["extensions"]["reason"], "PASSWORD_CHANGED");
    ada.me().await.data();
    ada.refreshed().await;
    eve.me().await.data();
}

#[tokio::test]
async fn other_sessions_stay_when_asked_to() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let phone = app.anonymous().log_in(&ada.person).await;
    let answer = change(&ada, json!({ "revokeOtherSessions": false })).await;
    assert_eq!(answer.at("/changePassword/revokedSessions"), 0);
    phone.me().await.data();
}

#[tokio::test]
async fn a_wrong_current_password_changes_nothing() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let phone = app.anonymous().log_in(&ada.person).await;
    let answer = change(&ada, json!({ "currentPassword": "not the password" })).await;
    assert_eq!(answer.code(), "AUTH_INVALID_CREDENTIALS");
    phone.me().await.data();
    app.anonymous().try_log_in("ada", PASSWORD).await.data();
}

#[tokio::test]
async fn a_weak_new_password_is_named_and_changes_nothing() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    for weak in [
        "short1!",
        "password123",
        "ada@example.com",
        &"x y z".repeat(60),
    ] {
        let answer = change(&ada, json!({ "newPassword": weak })).await;
        assert_eq!(answer.invalid_paths(), ["input.newPassword"], "{weak}");
    }
    app.anonymous().try_log_in("ada", PASSWORD).await.data();
}

#[tokio::test]
async fn of_two_concurrent_changes_one_wins_and_only_its_password_logs_in() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let passwords: Vec<String> = (0..8).map(|n| format!("{NEW} number {n}")).collect();
    let mut tasks = tokio::task::JoinSet::new();
    for password in passwords.clone() {
        let ada = ada.clone();
        tasks.spawn(async move {
            let answer = change(&ada, json!({ "newPassword": password })).await;
            (password, answer)
        });
    }
    let answers = tasks.join_all().await;
    let done = |answer: &Answer| answer.body.get("errors").is_none();
    let winners: Vec<_> = answers.iter().filter(|(_, answer)| done(answer)).collect();
    assert_eq!(winners.len(), 1);
    for (password, answer) in &answers {
        let login = app.anonymous().try_log_in("ada", password).await;
        assert_eq!(done(&login), done(answer), "{password}");
    }
}

#[tokio::test]
async fn no_login_with_the_old_password_survives_a_change() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let mut logins = tokio::task::JoinSet::new();
    for _ in 0..32 {
        let client = app.anonymous();
        logins.spawn(async move { client.try_log_in("ada", PASSWORD).await });
    }
    change(&ada, json!({})).await.data();
    for answer in logins.join_all().await {
        if answer.body.get("errors").is_some() {
            assert_eq!(answer.code(), "AUTH_INVALID_CREDENTIALS");
            continue;
        }
        // The login preceded the change, so the change has ended its session.
        let token = answer.text("/login/token/accessToken");
        let refused = app.anonymous().bearer(token).me().await;
        assert_eq!(refused.code(), "AUTH_SESSION_ENDED");
    }
}
