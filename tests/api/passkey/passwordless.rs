//! Accounts without a password.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::authenticator::Authenticator;
use crate::support::passkeys::PAGE;
use crate::support::{PASSWORD, SignedIn, TestApp, TestDatabase};

const OTHER: &str = "seven purple elephants juggle";

/// Returns a user who signs in with a passkey alone, and the passkey with its id.
async fn passwordless(app: &TestApp) -> (SignedIn, Authenticator, String) {
    let ada = app.verified("ada").await;
    let mut phone = Authenticator::new(PAGE);
    let id = ada.add_passkey(&mut phone).await;
    let removed = ada.remove_password().await;
    assert_eq!(removed.at("/removePassword/removed"), true);
    (ada, phone, id)
}

#[tokio::test]
async fn an_account_with_a_passkey_needs_no_password() {
    let app = TestApp::start().await;
    let (ada, mut phone, _) = passwordless(&app).await;
    let refused = app.anonymous().try_log_in("ada", PASSWORD).await;
    assert_eq!(refused.code(), "AUTH_INVALID_CREDENTIALS");
    for guess in ["", "!"] {
        let refused = app.anonymous().try_log_in("ada", guess).await;
        assert_eq!(refused.code(), "AUTH_INVALID_CREDENTIALS");
    }
    let methods = ada.sign_in_methods().await;
    assert_eq!(methods.at("/signInMethods/password"), false);
    let again = ada.remove_password().await;
    assert_eq!(again.at("/removePassword/removed"), false);
    app.anonymous()
        .sign_in_with_passkey(&mut phone)
        .await
        .data();
    app.advance(TimeDelta::minutes(6));
    let stale = ada.try_start_passkey_registration().await;
    assert_eq!(stale.error()["extensions"]["methods"], json!(["PASSKEY"]));
    ada.reauthenticate_with_passkey(&mut phone).await.data();
    // A fresh session stands in for the password.
    let change = json!({ "newEmail": "ada@new.example.com" });
    ada.mutate("requestEmailChange", "accepted", change)
        .await
        .data();
    ada.mutate("deleteAccount", "deletedUserId", json!({}))
        .await
        .data();
}

#[tokio::test]
async fn the_last_way_to_sign_in_is_not_removed() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let refused = ada.remove_password().await;
    assert_eq!(refused.code(), "LAST_SIGN_IN_METHOD");
    let mut key = Authenticator::security_key(PAGE);
    let of_key = ada.add_passkey(&mut key).await;
    let refused = ada.remove_password().await;
    assert_eq!(
        refused.code(),
        "LAST_SIGN_IN_METHOD",
        "a key without a PIN does not sign in alone"
    );
    app.anonymous().log_in(&ada.person).await;
    let mut phone = Authenticator::new(PAGE);
    let of_phone = ada.add_passkey(&mut phone).await;
    ada.remove_password().await.data();
    let refused = ada.remove_passkey(&of_phone).await;
    assert_eq!(refused.code(), "LAST_SIGN_IN_METHOD");
    app.anonymous()
        .sign_in_with_passkey(&mut phone)
        .await
        .data();
    ada.remove_passkey(&of_key).await.data();
    ada.set_password(OTHER).await.data();
    ada.remove_passkey(&of_phone).await.data();
    app.anonymous().try_log_in("ada", OTHER).await.data();
}

#[tokio::test]
async fn a_password_is_set_for_an_account_without_one_only() {
    let app = TestApp::start().await;
    let (ada, _, _) = passwordless(&app).await;
    for weak in ["", "short", "password1234", "ada@example.com"] {
        let refused = ada.set_password(weak).await;
        assert_eq!(refused.invalid_paths(), ["input.password"], "{weak}");
    }
    ada.set_password(OTHER).await.data();
    let refused = ada.set_password("eight golden tigers whisper").await;
    assert_eq!(refused.invalid_paths(), ["input.password"]);
    app.anonymous().try_log_in("ada", OTHER).await.data();
    app.advance(TimeDelta::minutes(6));
    let stale = ada.set_password(OTHER).await;
    assert_eq!(stale.code(), "AUTH_REAUTHENTICATION_REQUIRED");
    let stale = ada.remove_password().await;
    assert_eq!(stale.code(), "AUTH_REAUTHENTICATION_REQUIRED");
}

#[tokio::test]
async fn each_change_is_announced_and_recorded() {
    let app = TestApp::start().await;
    let (ada, _, _) = passwordless(&app).await;
    ada.set_password(OTHER).await.data();
    let templates = app.templates_to(&ada.person.email).await;
    let expected = ["passkey_added", "password_removed", "password_set"];
    assert_eq!(templates[templates.len() - 3..], expected);
    let events = ada
        .ask("{ securityEvents(first: 2) { nodes { kind } } }")
        .await;
    let expected = json!([{ "kind": "PASSWORD_SET" }, { "kind": "PASSWORD_REMOVED" }]);
    assert_eq!(events.at("/securityEvents/nodes"), &expected);
}

#[tokio::test]
async fn a_user_without_their_passkeys_sets_a_password_by_mail() {
    let app = TestApp::start().await;
    let (ada, _, _) = passwordless(&app).await;
    let client = app.anonymous();
    client
        .request_password_reset(&ada.person.email)
        .await
        .data();
    let token = app.token_of("reset_password", &ada.person.email);
    client.reset_password(&token, OTHER).await.data();
    client.try_log_in("ada", OTHER).await.data();
}

#[tokio::test]
async fn a_link_to_a_new_password_is_void_once_the_password_is_removed() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    ada.add_passkey(&mut Authenticator::new(PAGE)).await;
    let client = app.anonymous();
    client
        .request_password_reset(&ada.person.email)
        .await
        .data();
    let token = app.token_of("reset_password", &ada.person.email);
    ada.remove_password().await.data();
    let refused = client.reset_password(&token, OTHER).await;
    assert_eq!(refused.code(), "AUTH_LINK_INVALID");
}

#[tokio::test]
async fn after_this_was_not_me_a_removed_password_is_not_set_again() {
    let app = TestApp::start().await;
    let (ada, _, _) = passwordless(&app).await;
    let notice = app.token_of("password_removed", &ada.person.email);
    app.anonymous().secure_account(&notice).await.data();
    let token = app.token_of("account_secured", &ada.person.email);
    let refused = app.anonymous().reset_password(&token, PASSWORD).await;
    assert_eq!(refused.invalid_paths(), ["input.newPassword"]);
    app.anonymous().reset_password(&token, OTHER).await.data();
}

#[tokio::test]
async fn passkeys_of_a_former_domain_are_no_way_to_sign_in() {
    let database = TestDatabase::shared().await;
    let before = TestApp::start_on(&database, &["--token-issuer", "http://both.test"]).await;
    let ada = before.verified("ada").await;
    ada.add_passkey(&mut Authenticator::new(PAGE)).await;
    let settings = [
        "--token-issuer",
        "http://both.test",
        "--passkey-rp-id",
        "app.example.com",
    ];
    let after = TestApp::start_on(&database, &settings).await;
    let ada = after.anonymous().log_in(&ada.person).await;
    let started = ada.start_reauthentication().await;
    assert_eq!(
        started.at("/startReauthentication/methods"),
        &json!(["PASSWORD"])
    );
    assert_eq!(started.at("/startReauthentication/ceremony"), &json!(null));
    let methods = ada.sign_in_methods().await;
    assert_eq!(methods.at("/signInMethods/passkeys/0/signsInAlone"), false);
    let refused = ada.remove_password().await;
    assert_eq!(refused.code(), "LAST_SIGN_IN_METHOD");
}
