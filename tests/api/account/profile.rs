//! `updateProfile`: the username and the display name.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Answer, SignedIn, TestApp};

async fn update(caller: &SignedIn, input: Value) -> Answer {
    let query = "mutation($input: UpdateProfileInput!) { updateProfile(input: $input) {
        user { username displayName updatedAt } } }";
    caller.call(query, json!({ "input": input })).await
}

#[tokio::test]
async fn omitted_fields_stay_and_null_clears_the_display_name() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.advance(TimeDelta::minutes(1));
    let answer = update(&ada, json!({ "displayName": "Ada" })).await;
    let at = "2026-06-01T12:01:00.000Z";
    let expected = json!({ "username": "ada", "displayName": "Ada", "updatedAt": at });
    assert_eq!(answer.at("/updateProfile/user"), &expected);
    app.advance(TimeDelta::minutes(1));
    let answer = update(&ada, json!({ "username": "Lovelace" })).await;
    assert_eq!(answer.text("/updateProfile/user/displayName"), "Ada");
    assert_eq!(answer.text("/updateProfile/user/username"), "Lovelace");
    let unchanged = update(&ada, json!({})).await;
    assert_eq!(unchanged.data(), answer.data());
    let answer = update(&ada, json!({ "displayName": null })).await;
    assert_eq!(answer.at("/updateProfile/user/displayName"), &Value::Null);
    assert_eq!(ada.me().await.text("/me/username"), "Lovelace");
}

#[tokio::test]
async fn a_new_username_logs_in_and_the_old_one_is_free() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    update(&ada, json!({ "username": "lovelace" })).await.data();
    app.anonymous()
        .try_log_in("lovelace", &ada.person.password)
        .await
        .data();
    let old = app
        .anonymous()
        .try_log_in("ada", &ada.person.password)
        .await;
    assert_eq!(old.code(), "AUTH_INVALID_CREDENTIALS");
    let eve = app.verified("eve").await;
    update(&eve, json!({ "username": "ada" })).await.data();
}

#[tokio::test]
async fn ones_own_username_may_change_its_letter_case() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let answer = update(&ada, json!({ "username": "ADA" })).await;
    assert_eq!(answer.text("/updateProfile/user/username"), "ADA");
}

#[tokio::test]
async fn a_taken_username_is_refused_and_nothing_changes() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.registered("eve").await;
    let answer = update(&ada, json!({ "username": "EVE", "displayName": "Ada" })).await;
    assert_eq!(answer.code(), "AUTH_USERNAME_EXISTS");
    let me = ada.me().await;
    assert_eq!(me.text("/me/username"), "ada");
    assert_eq!(me.at("/me/displayName"), &Value::Null);
}

#[tokio::test]
async fn bad_names_are_named() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let answer = update(&ada, json!({ "username": "a b", "displayName": "" })).await;
    assert_eq!(
        answer.invalid_paths(),
        ["input.username", "input.displayName"]
    );
}

#[tokio::test]
async fn of_sixty_four_who_take_one_username_concurrently_one_gets_it() {
    let app = TestApp::start().await;
    let mut users = Vec::new();
    for number in 0..8 {
        users.push(app.verified(&format!("user{number}")).await);
    }
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..64 {
        let user = users[number % 8].clone();
        tasks.spawn(async move {
            (
                number % 8,
                update(&user, json!({ "username": "ada" })).await,
            )
        });
    }
    let answers = tasks.join_all().await;
    let winners: std::collections::HashSet<_> = answers
        .iter()
        .filter(|(_, answer)| answer.body.get("errors").is_none())
        .map(|(user, _)| user)
        .collect();
    assert_eq!(winners.len(), 1);
    let refused = answers
        .iter()
        .filter(|(_, answer)| answer.body.get("errors").is_some());
    assert!(
        refused
            .into_iter()
            .all(|(_, answer)| answer.code() == "AUTH_USERNAME_EXISTS")
    );
}
