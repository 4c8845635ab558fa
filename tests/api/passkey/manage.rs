//! New names of passkeys, and their removal.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::authenticator::Authenticator;
use crate::support::passkeys::PAGE;
use crate::support::{PASSWORD, SignedIn, TestApp};

#[tokio::test]
async fn a_passkey_is_renamed_by_its_owner_alone() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let id = ada.add_passkey(&mut Authenticator::new(PAGE)).await;
    app.advance(TimeDelta::minutes(6));
    let renamed = ada.rename_passkey(&id, "  My phone ").await;
    assert_eq!(renamed.text("/renamePasskey/passkey/name"), "My phone");
    for stranger_or_unknown in [
        bob.rename_passkey(&id, "mine").await,
        ada.rename_passkey(&ada.session_id, "mine").await,
        ada.rename_passkey("nothing", "mine").await,
    ] {
        assert_eq!(stranger_or_unknown.code(), "PASSKEY_NOT_FOUND");
    }
    for name in ["", " ", "\u{200B}", "a\nb", &"x".repeat(65)] {
        let refused = ada.rename_passkey(&id, name).await;
        assert_eq!(refused.invalid_paths(), ["input.name"]);
    }
    ada.rename_passkey(&id, &"x".repeat(64)).await.data();
}

#[tokio::test]
async fn a_passkey_is_removed_by_its_owner_in_a_fresh_session() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let mut phone = Authenticator::new(PAGE);
    let id = ada.add_passkey(&mut phone).await;
    for (user, other) in [
        (&bob, id.as_str()),
        (&ada, "nothing"),
        (&ada, &ada.session_id),
    ] {
        let refused = user.remove_passkey(other).await;
        assert_eq!(refused.code(), "PASSKEY_NOT_FOUND");
    }
    app.advance(TimeDelta::minutes(6));
    let stale = ada.remove_passkey(&id).await;
    assert_eq!(stale.code(), "AUTH_REAUTHENTICATION_REQUIRED");
    ada.reauthenticate_with_passkey(&mut phone).await.data();
    let removed = ada.remove_passkey(&id).await;
    assert_eq!(removed.text("/removePasskey/removedPasskeyId"), id);
    let again = ada.remove_passkey(&id).await;
    assert_eq!(again.code(), "PASSKEY_NOT_FOUND");
    let methods = ada.sign_in_methods().await;
    assert_eq!(methods.at("/signInMethods/passkeys"), &json!([]));
}

#[tokio::test]
async fn a_removed_passkey_counts_as_a_second_factor_in_no_other_session() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let mut phone = Authenticator::new(PAGE);
    let id = ada.add_passkey(&mut phone).await;
    app.with_second_factor(&ada).await;
    let other = app.anonymous().sign_in_with_passkey(&mut phone).await;
    let other = app
        .anonymous()
        .bearer(other.text("/completePasskeyLogin/token/accessToken"));
    other.try_start_passkey_registration().await.data();
    ada.remove_passkey(&id).await.data();
    let refused = other.try_start_passkey_registration().await;
    assert_eq!(refused.code(), "AUTH_REAUTHENTICATION_REQUIRED");
    ada.try_start_passkey_registration().await.data();
}

#[tokio::test]
async fn after_its_passkey_was_removed_no_other_session_is_fresh() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let mut phone = Authenticator::new(PAGE);
    let id = ada.add_passkey(&mut phone).await;
    let by_password = app.anonymous().log_in(&ada.person).await;
    let thief = app.anonymous().sign_in_with_passkey(&mut phone).await;
    let thief = app
        .anonymous()
        .bearer(thief.text("/completePasskeyLogin/token/accessToken"));
    ada.remove_passkey(&id).await.data();
    let refused = thief.try_start_passkey_registration().await;
    assert_eq!(refused.code(), "AUTH_REAUTHENTICATION_REQUIRED");
    by_password.try_start_passkey_registration().await.data();
    ada.try_start_passkey_registration().await.data();
}

#[tokio::test]
async fn each_change_of_a_passkey_is_announced_and_recorded() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let before = app.templates_to(&ada.person.email).await.len();
    let device = ada.client.clone().header("x-device-name", "evil.example");
    let ceremony = device.start_passkey_registration().await;
    let credential = Authenticator::new(PAGE).register(&ceremony.options);
    let added = device
        .complete_passkey_registration(ceremony.answered(&credential))
        .await;
    let id = added.text("/completePasskeyRegistration/passkey/id");
    ada.rename_passkey(id, "phone").await.data();
    ada.remove_passkey(id).await.data();
    let mails = app.mail_to(&ada.person.email).await;
    let templates: Vec<_> = mails[before..]
        .iter()
        .map(|mail| mail.envelope.template.as_str())
        .collect();
    assert_eq!(templates, ["passkey_added", "passkey_removed"]);
    let text = &mails[before].text;
    assert!(text.contains("evil.\u{2060}example"), "no link: {text}");
    let events = ada
        .ask("{ securityEvents(first: 2) { nodes { kind } } }")
        .await;
    let kinds = events.at("/securityEvents/nodes");
    let expected = json!([{ "kind": "PASSKEY_REMOVED" }, { "kind": "PASSKEY_ADDED" }]);
    assert_eq!(kinds, &expected);
}

/// Returns a user with a passkey whose notice is over.
async fn with_an_old_passkey(app: &TestApp) -> (SignedIn, Authenticator) {
    let ada = app.verified("ada").await;
    let mut own = Authenticator::new(PAGE);
    ada.add_passkey(&mut own).await;
    app.advance(TimeDelta::days(8));
    app.purger.purge().await.unwrap();
    (ada, own)
}

#[tokio::test]
async fn this_was_not_me_removes_the_passkeys_that_were_added_since() {
    let app = TestApp::start().await;
    let (ada, mut own) = with_an_old_passkey(&app).await;
    let mut foreign = Authenticator::new(PAGE);
    let thief = app.anonymous().log_in(&ada.person).await;
    thief.add_passkey(&mut foreign).await;
    let notice = app.token_of("passkey_added", &ada.person.email);
    app.anonymous().secure_account(&notice).await.data();
    let refused = app.anonymous().sign_in_with_passkey(&mut foreign).await;
    assert_eq!(refused.code(), "PASSKEY_NOT_FOUND");
    app.anonymous().sign_in_with_passkey(&mut own).await.data();
    let refused = app.anonymous().try_log_in("ada", PASSWORD).await;
    assert_eq!(refused.code(), "AUTH_INVALID_CREDENTIALS");
}

#[tokio::test]
async fn a_newer_notice_removes_them_as_well() {
    let app = TestApp::start().await;
    let (ada, mut own) = with_an_old_passkey(&app).await;
    let mut foreign = Authenticator::new(PAGE);
    let thief = app.anonymous().header("x-device-id", "thief");
    let thief = thief.log_in(&ada.person).await;
    thief.add_passkey(&mut foreign).await;
    app.advance(TimeDelta::minutes(1));
    let new = "seven purple elephants juggle";
    thief.change_password(PASSWORD, new).await.data();
    let notice = app.token_of("password_changed", &ada.person.email);
    app.anonymous().secure_account(&notice).await.data();
    let refused = app.anonymous().sign_in_with_passkey(&mut foreign).await;
    assert_eq!(refused.code(), "PASSKEY_NOT_FOUND");
    app.anonymous().sign_in_with_passkey(&mut own).await.data();
}

#[tokio::test]
async fn the_passkeys_of_a_deleted_account_sign_in_nowhere() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let mut phone = Authenticator::new(PAGE);
    ada.add_passkey(&mut phone).await;
    let ceremony = app.anonymous().start_passkey_login().await;
    let credential = phone.sign_in(&ceremony.options);
    ada.delete_account(PASSWORD).await.data();
    let refused = app
        .anonymous()
        .complete_passkey_login(ceremony.answered(&credential))
        .await;
    assert_eq!(refused.code(), "PASSKEY_NOT_FOUND");
    assert_eq!(refused.body["data"], Value::Null);
}
