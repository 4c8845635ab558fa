//! Passkeys as the second factor of a login, and as the proof of a step-up.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::authenticator::{Authenticator, USER_VERIFIED, tamper};
use crate::support::passkeys::PAGE;
use crate::support::{PASSWORD, SignedIn, TestApp, claims};

/// Returns a user with an authenticator app.
async fn with_app(app: &TestApp) -> SignedIn {
    let ada = app.verified("ada").await;
    app.with_second_factor(&ada).await;
    ada
}

#[tokio::test]
async fn a_passkey_alone_makes_no_login_ask_for_a_second_factor() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    ada.add_passkey(&mut Authenticator::new(PAGE)).await;
    app.anonymous().log_in(&ada.person).await;
    let methods = ada.sign_in_methods().await;
    assert_eq!(methods.at("/signInMethods/secondFactors"), &json!([]));
}

#[tokio::test]
async fn after_the_password_a_key_without_a_pin_is_a_second_factor() {
    let app = TestApp::start().await;
    let ada = with_app(&app).await;
    let mut key = Authenticator::security_key(PAGE);
    ada.add_passkey(&mut key).await;
    let client = app.anonymous();
    let asked = client.try_log_in("ada", PASSWORD).await;
    let methods = &asked.error()["extensions"]["methods"];
    assert_eq!(methods, &json!(["TOTP", "PASSKEY", "RECOVERY_CODE"]));
    let challenge = asked.error()["extensions"]["challenge"].as_str().unwrap();
    let ceremony = client.start_passkey_step(challenge).await;
    assert_eq!(ceremony.options["userVerification"], "preferred");
    let allowed = ceremony.options["allowCredentials"].as_array().unwrap();
    assert_eq!(allowed.len(), 1);
    assert_eq!(allowed[0]["transports"], json!(["usb"]));
    let credential = key.sign_in(&ceremony.options);
    let answer = json!({ "passkey": ceremony.answered(&credential) });
    let completed = client.complete_login(challenge, answer.clone()).await;
    let session = completed.at("/completeLogin/session");
    assert_eq!(session["methods"], json!(["PASSWORD", "PASSKEY"]));
    assert_eq!(session["secondFactor"], true);
    let token = claims(completed.text("/completeLogin/token/accessToken"));
    assert_eq!(token["amr"], json!(["pwd", "hwk", "mfa"]));
    let again = client.complete_login(challenge, answer).await;
    assert_eq!(again.code(), "AUTH_CHALLENGE_INVALID");
}

#[tokio::test]
async fn a_wrong_passkey_counts_as_a_wrong_answer_to_the_challenge() {
    let app = TestApp::start().await;
    let ada = with_app(&app).await;
    let mut phone = Authenticator::new(PAGE);
    ada.add_passkey(&mut phone).await;
    let client = app.anonymous();
    let challenge = client.challenge("ada", PASSWORD).await;
    let ceremony = client.start_passkey_step(&challenge).await;
    let mut credential = phone.sign_in(&ceremony.options);
    tamper(&mut credential, "signature", |bytes| bytes[9] ^= 1);
    let wrong = json!({ "passkey": ceremony.answered(&credential) });
    for _ in 0..5 {
        let refused = client.complete_login(&challenge, wrong.clone()).await;
        assert_eq!(refused.code(), "AUTH_SECOND_FACTOR_INVALID");
    }
    let right = json!({ "passkey": ceremony.answered(&phone.sign_in(&ceremony.options)) });
    let refused = client.complete_login(&challenge, right).await;
    assert_eq!(refused.code(), "AUTH_CHALLENGE_INVALID");
    let next = client.try_start_passkey_login(Some(&challenge)).await;
    assert_eq!(next.code(), "AUTH_CHALLENGE_INVALID");
}

#[tokio::test]
async fn the_passkey_of_another_user_or_another_login_is_no_second_factor() {
    let app = TestApp::start().await;
    let ada = with_app(&app).await;
    let bob = app.verified("bob").await;
    app.with_second_factor(&bob).await;
    let (mut of_ada, mut of_bob) = (Authenticator::new(PAGE), Authenticator::new(PAGE));
    ada.add_passkey(&mut of_ada).await;
    bob.add_passkey(&mut of_bob).await;
    let client = app.anonymous();
    let challenge = client.challenge("ada", PASSWORD).await;
    let ceremony = client.start_passkey_step(&challenge).await;
    let anybody = |options: &Value| {
        let mut options = options.clone();
        options["allowCredentials"] = json!([]);
        options
    };
    let foreign = of_bob.sign_in(&anybody(&ceremony.options));
    let refused = json!({ "passkey": ceremony.answered(&foreign) });
    let refused = client.complete_login(&challenge, refused).await;
    assert_eq!(refused.code(), "PASSKEY_NOT_FOUND");
    let other_challenge = client.challenge("ada", PASSWORD).await;
    let other = client.start_passkey_step(&other_challenge).await;
    let credential = of_ada.sign_in(&other.options);
    let refused = json!({ "passkey": other.answered(&credential) });
    let refused = client.complete_login(&challenge, refused).await;
    assert_eq!(refused.code(), "AUTH_CHALLENGE_INVALID", "of another login");
    let credential = of_ada.sign_in(&ceremony.options);
    let answer = json!({ "passkey": ceremony.answered(&credential) });
    client.complete_login(&challenge, answer).await.data();
}

#[tokio::test]
async fn the_second_step_with_a_passkey_needs_one() {
    let app = TestApp::start().await;
    with_app(&app).await;
    let client = app.anonymous();
    let challenge = client.challenge("ada", PASSWORD).await;
    let refused = client.try_start_passkey_login(Some(&challenge)).await;
    assert_eq!(refused.code(), "PASSKEY_NOT_FOUND");
    for unknown in ["", "lkc_", "x"] {
        let refused = client.try_start_passkey_login(Some(unknown)).await;
        assert_eq!(refused.code(), "AUTH_CHALLENGE_INVALID");
    }
}

#[tokio::test]
async fn a_passkey_that_verifies_its_user_makes_a_session_fresh() {
    let app = TestApp::start().await;
    let ada = with_app(&app).await;
    let mut phone = Authenticator::new(PAGE);
    ada.add_passkey(&mut phone).await;
    app.advance(TimeDelta::minutes(6));
    let stale = ada.try_start_passkey_registration().await;
    assert_eq!(stale.code(), "AUTH_REAUTHENTICATION_REQUIRED");
    let methods = &stale.error()["extensions"]["methods"];
    assert_eq!(methods, &json!(["PASSKEY", "TOTP", "RECOVERY_CODE"]));
    let started = ada.start_reauthentication().await;
    let options = started.at("/startReauthentication/ceremony/options");
    assert_eq!(options["userVerification"], "required");
    assert_eq!(options["allowCredentials"].as_array().unwrap().len(), 1);
    let answer = ada.reauthenticate_with_passkey(&mut phone).await;
    let session = answer.at("/reauthenticate/session");
    assert_eq!(session["methods"], json!(["PASSWORD", "PASSKEY"]));
    assert_eq!(session["id"], ada.session_id);
    ada.try_start_passkey_registration().await.data();
}

#[tokio::test]
async fn a_passkey_that_does_not_verify_its_user_makes_no_session_fresh() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let mut key = Authenticator::security_key(PAGE);
    ada.add_passkey(&mut key).await;
    let started = ada.start_reauthentication().await;
    assert_eq!(
        started.at("/startReauthentication/methods"),
        &json!(["PASSWORD"])
    );
    assert_eq!(started.at("/startReauthentication/ceremony"), &Value::Null);
    let mut phone = Authenticator::new(PAGE);
    ada.add_passkey(&mut phone).await;
    let ceremony = ada.start_passkey_proof().await;
    let credential = phone.sign_in_with(&ceremony.options, |draft| draft.flags &= !USER_VERIFIED);
    let proof = json!({ "passkey": ceremony.answered(&credential) });
    let refused = ada.reauthenticate(proof).await;
    assert_eq!(refused.code(), "AUTH_SECOND_FACTOR_INVALID");
}

#[tokio::test]
async fn a_step_up_belongs_to_its_session() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let mut phone = Authenticator::new(PAGE);
    ada.add_passkey(&mut phone).await;
    let thief = app.anonymous().log_in(&ada.person).await;
    let ceremony = ada.start_passkey_proof().await;
    let credential = phone.sign_in(&ceremony.options);
    let proof = json!({ "passkey": ceremony.answered(&credential) });
    let refused = thief.reauthenticate(proof.clone()).await;
    assert_eq!(refused.code(), "AUTH_CHALLENGE_INVALID");
    ada.reauthenticate(proof.clone()).await.data();
    let again = ada.reauthenticate(proof).await;
    assert_eq!(again.code(), "AUTH_CHALLENGE_INVALID");
}

#[tokio::test]
async fn an_answer_is_either_a_code_or_a_passkey() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    let credential = json!({ "id": "AA", "rawId": "AA", "type": "public-key", "response": {
        "clientDataJSON": "AA", "authenticatorData": "AA", "signature": "AA" } });
    let passkey = json!({ "ceremony": "lkc_x", "credential": credential });
    let both = json!({ "totpCode": "123456", "passkey": passkey });
    let both = client.complete_login("lkc_x", both).await;
    assert_eq!(both.invalid_paths(), ["input.passkey"]);
    let malformed = json!({ "passkey": { "ceremony": "lkc_x", "credential": {} } });
    let malformed = client.complete_login("lkc_x", malformed).await;
    assert_eq!(malformed.invalid_paths(), ["input.passkey.credential"]);
}
