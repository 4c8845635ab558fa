//! `logout`: this session, a named one, or all.

use serde_json::json;

use crate::support::{Answer, SignedIn, TestApp};

async fn logout(caller: &SignedIn, input: serde_json::Value) -> Answer {
    let query = "mutation($input: LogoutInput) { logout(input: $input) { revokedSessions } }";
    caller.call(query, json!({ "input": input })).await
}

fn reason(answer: &Answer) -> &str {
    answer.error()["extensions"]["reason"].as_str().unwrap()
}

#[tokio::test]
async fn logging_out_ends_only_the_current_session() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let phone = app.anonymous().log_in(&ada.person).await;
    let answer = ada.ask("mutation { logout { revokedSessions } }").await;
    assert_eq!(answer.at("/logout/revokedSessions"), 1);
    assert_eq!(reason(&ada.me().await), "LOGOUT");
    assert_eq!(
        reason(&app.anonymous().refresh(&ada.refresh_token).await),
        "LOGOUT"
    );
    phone.me().await.data();
}

#[tokio::test]
async fn a_named_session_can_be_logged_out_from_another() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let phone = app.anonymous().log_in(&ada.person).await;
    let named = json!({ "sessionId": phone.session_id });
    assert_eq!(
        logout(&ada, named.clone())
            .await
            .at("/logout/revokedSessions"),
        1
    );
    assert_eq!(reason(&phone.me().await), "LOGOUT");
    assert_eq!(
        logout(&ada, named).await.at("/logout/revokedSessions"),
        0,
        "it was over already"
    );
    ada.me().await.data();
}

#[tokio::test]
async fn all_sessions_can_be_logged_out_at_once() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let phone = app.anonymous().log_in(&ada.person).await;
    let eve = app.verified("eve").await;
    let answer = logout(&ada, json!({ "revokeAllSessions": true })).await;
    assert_eq!(answer.at("/logout/revokedSessions"), 2);
    assert_eq!(reason(&ada.me().await), "LOGOUT_ALL");
    assert_eq!(reason(&phone.me().await), "LOGOUT_ALL");
    eve.me().await.data();
}

#[tokio::test]
async fn an_unverified_user_may_log_out() {
    let app = TestApp::start().await;
    let ada = app.unverified("ada").await;
    assert_eq!(
        logout(&ada, json!(null))
            .await
            .at("/logout/revokedSessions"),
        1
    );
}

#[tokio::test]
async fn the_session_of_another_user_is_not_found() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let eve = app.verified("eve").await;
    for id in [
        ada.session_id.as_str(),
        "01900000-0000-7000-8000-000000000000",
        "nonsense",
    ] {
        let answer = logout(&eve, json!({ "sessionId": id })).await;
        assert_eq!(answer.code(), "SESSION_NOT_FOUND", "{id}");
    }
    ada.me().await.data();
}

#[tokio::test]
async fn one_session_and_all_of_them_contradict_each_other() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let input = json!({ "sessionId": ada.session_id, "revokeAllSessions": true });
    assert_eq!(
        logout(&ada, input).await.invalid_paths(),
        ["input.sessionId"]
    );
    ada.me().await.data();
}

#[tokio::test]
async fn what_comes_after_a_logout_in_the_same_operation_is_refused() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let rename = r#"updateProfile(input: { displayName: "Ada" }) { user { displayName } }"#;
    let both = format!("mutation {{ logout {{ revokedSessions }} {rename} }}");
    let answer = ada.ask(&both).await;
    assert_eq!(answer.code(), "AUTH_SESSION_ENDED");
    assert_eq!(answer.error()["path"], json!(["updateProfile"]));
    let again = app.anonymous().log_in(&ada.person).await;
    assert_eq!(again.me().await.at("/me/displayName"), &json!(null));
}
