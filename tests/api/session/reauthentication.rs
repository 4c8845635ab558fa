//! Step-up: which fields need a fresh session, and how a session becomes fresh.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::{PASSWORD, SignedIn, TestApp, TestDatabase, claims, sql};

const OTHER: &str = "seven purple elephants juggle";

/// A field that needs a fresh session, and changes nothing that the tests look at.
async fn needs_fresh(user: &SignedIn) -> crate::support::Answer {
    user.ask("mutation { startTotpSetup { secret } }").await
}

#[tokio::test]
async fn a_session_is_fresh_for_five_minutes_after_its_login() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.advance(TimeDelta::seconds(299));
    needs_fresh(&ada).await.data();
    app.advance(TimeDelta::seconds(2));
    let refused = needs_fresh(&ada).await;
    assert_eq!(refused.code(), "AUTH_REAUTHENTICATION_REQUIRED");
    let extensions = &refused.error()["extensions"];
    assert_eq!(extensions["methods"], json!(["PASSWORD"]));
    assert_eq!(extensions["maxAge"], 300);
    let challenge = r#"Bearer error="insufficient_user_authentication", max_age=300"#;
    assert_eq!(refused.header("www-authenticate"), Some(challenge));
    let refreshed = ada.refreshed().await;
    let refused = needs_fresh(&refreshed).await;
    assert_eq!(
        refused.code(),
        "AUTH_REAUTHENTICATION_REQUIRED",
        "a refresh proves nothing"
    );
}

#[tokio::test]
async fn a_proof_makes_the_session_fresh_and_leaves_it_and_its_tokens_as_they_are() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.advance(TimeDelta::minutes(10));
    let answer = ada.reauthenticate(json!({ "password": PASSWORD })).await;
    let expected = json!({
        "freshUntil": "2026-06-01T12:15:00.000Z",
        "session": {
            "id": ada.session_id,
            "methods": ["PASSWORD"],
            "secondFactor": false,
            "authenticatedAt": "2026-06-01T12:10:00.000Z",
        },
    });
    assert_eq!(answer.at("/reauthenticate"), &expected);
    needs_fresh(&ada).await.data();
    let sessions = ada
        .ask("{ sessions(includeExpired: true) { totalCount } }")
        .await;
    assert_eq!(sessions.at("/sessions/totalCount"), 1);
    let before = claims(&ada.access_token);
    let after = claims(&ada.refreshed().await.access_token);
    assert_eq!(before["auth_time"], before["iat"]);
    let later = before["auth_time"].as_i64().unwrap() + 600;
    assert_eq!(after["auth_time"], later);
    app.advance(TimeDelta::seconds(301));
    let refused = needs_fresh(&ada).await;
    assert_eq!(refused.code(), "AUTH_REAUTHENTICATION_REQUIRED");
}

#[tokio::test]
async fn a_proof_in_one_session_makes_no_other_session_fresh() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let phone = app.anonymous().log_in(&ada.person).await;
    app.advance(TimeDelta::minutes(10));
    ada.reauthenticate(json!({ "password": PASSWORD }))
        .await
        .data();
    let refused = needs_fresh(&phone).await;
    assert_eq!(refused.code(), "AUTH_REAUTHENTICATION_REQUIRED");
}

#[tokio::test]
async fn a_wrong_proof_is_refused_and_limited() {
    let app = TestApp::start_with(&["--limit-password-account", "3/1h"]).await;
    let ada = app.verified("ada").await;
    for wrong in ["", "a wrong one", OTHER] {
        let refused = ada.reauthenticate(json!({ "password": wrong })).await;
        assert_eq!(refused.code(), "AUTH_INVALID_CREDENTIALS");
    }
    let refused = ada.reauthenticate(json!({ "password": PASSWORD })).await;
    assert_eq!(refused.code(), "RATE_LIMITED");
    let none = ada.reauthenticate(json!({})).await;
    assert_eq!(none.invalid_paths(), ["input.password"]);
    let both = json!({ "password": PASSWORD, "totpCode": "123456" });
    let both = ada.reauthenticate(both).await;
    assert_eq!(both.invalid_paths(), ["input.totpCode"]);
    for factor in [
        json!({ "totpCode": "123456" }),
        json!({ "recoveryCode": "x" }),
    ] {
        let refused = ada.reauthenticate(factor).await;
        assert_eq!(
            refused.code(),
            "AUTH_SECOND_FACTOR_INVALID",
            "there is none"
        );
    }
}

#[tokio::test]
async fn with_a_second_factor_only_that_makes_a_session_fresh() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let other = app.anonymous().log_in(&ada.person).await;
    let factors = app.with_second_factor(&ada).await;
    let refused = needs_fresh(&other).await;
    assert_eq!(
        refused.code(),
        "AUTH_REAUTHENTICATION_REQUIRED",
        "its proof had no second factor"
    );
    let start = "mutation { startReauthentication { methods } }";
    let methods = other.ask(start).await;
    let expected = json!(["TOTP", "RECOVERY_CODE"]);
    assert_eq!(methods.at("/startReauthentication/methods"), &expected);
    let refused = other.reauthenticate(json!({ "password": PASSWORD })).await;
    assert_eq!(refused.code(), "AUTH_REAUTHENTICATION_REQUIRED");
    assert_eq!(refused.error()["extensions"]["methods"], expected);
    let code = json!({ "totpCode": factors.phone.code_at(app.now()) });
    let answer = other.reauthenticate(code).await;
    assert_eq!(answer.at("/reauthenticate/session/secondFactor"), true);
    needs_fresh(&other).await.data();
    app.advance(TimeDelta::minutes(10));
    let code = json!({ "recoveryCode": factors.recovery_codes[0] });
    other.reauthenticate(code).await.data();
    needs_fresh(&other).await.data();
}

#[tokio::test]
async fn a_fresh_session_stands_in_for_the_password_and_a_stale_one_does_not() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let change = "mutation($new: String!) { changePassword(input: { newPassword: $new }) { revokedSessions } }";
    let email = r#"mutation { requestEmailChange(input: { newEmail: "lovelace@example.com" }) { accepted } }"#;
    let delete = "mutation { deleteAccount(input: {}) { deletedUserId } }";
    app.advance(TimeDelta::minutes(6));
    let new = json!({ "new": OTHER });
    for refused in [
        ada.call(change, new.clone()).await,
        ada.ask(email).await,
        ada.ask(delete).await,
    ] {
        assert_eq!(refused.code(), "AUTH_REAUTHENTICATION_REQUIRED");
    }
    ada.request_email_change("lovelace@example.com", PASSWORD)
        .await
        .data();
    ada.reauthenticate(json!({ "password": PASSWORD }))
        .await
        .data();
    ada.call(change, new).await.data();
    ada.ask(email).await.data();
    let token = app.token_of("confirm_email_change", "lovelace@example.com");
    app.anonymous().confirm_email_change(&token).await.data();
    app.anonymous()
        .try_log_in("lovelace@example.com", OTHER)
        .await
        .data();
    ada.ask(delete).await.data();
    let gone = app.anonymous().try_log_in("ada", OTHER).await;
    assert_eq!(gone.code(), "AUTH_INVALID_CREDENTIALS");
}

#[tokio::test]
async fn changes_in_a_fresh_session_are_limited_like_those_with_a_password() {
    let app = TestApp::start_with(&["--limit-password-account", "2/1h"]).await;
    let ada = app.verified("ada").await;
    let change = "mutation($new: String!) { changePassword(input: { newPassword: $new }) { revokedSessions } }";
    for new in [OTHER, PASSWORD] {
        ada.call(change, json!({ "new": new })).await.data();
    }
    let refused = ada.call(change, json!({ "new": OTHER })).await;
    assert_eq!(refused.code(), "RATE_LIMITED");
}

#[tokio::test]
async fn a_session_with_a_second_factor_is_fresh_for_as_long() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let phone = app.with_second_factor(&ada).await.phone;
    ada.reauthenticate(json!({ "totpCode": phone.code_at(app.now()) }))
        .await
        .data();
    app.advance(TimeDelta::seconds(299));
    needs_fresh(&ada).await.data();
    app.advance(TimeDelta::seconds(2));
    let refused = needs_fresh(&ada).await;
    assert_eq!(refused.code(), "AUTH_REAUTHENTICATION_REQUIRED");
}

/// A node of an older version writes no time of the proof.
#[tokio::test]
async fn a_session_of_an_older_node_counts_as_proven_at_its_login() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    let ada = app.verified("ada").await;
    sql::execute(&database.url, "UPDATE sessions SET authenticated_at = NULL").await;
    needs_fresh(&ada).await.data();
    app.advance(TimeDelta::minutes(6));
    let refused = needs_fresh(&ada).await;
    assert_eq!(refused.code(), "AUTH_REAUTHENTICATION_REQUIRED");
}

#[tokio::test]
async fn the_operator_decides_how_long_a_session_is_fresh() {
    let app = TestApp::start_with(&["--fresh-ttl", "1m"]).await;
    let ada = app.verified("ada").await;
    app.advance(TimeDelta::seconds(59));
    needs_fresh(&ada).await.data();
    app.advance(TimeDelta::seconds(1));
    let refused = needs_fresh(&ada).await;
    assert_eq!(refused.error()["extensions"]["maxAge"], 60);
}
