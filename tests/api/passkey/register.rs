//! Registrations of passkeys.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::authenticator::{Algorithm, Authenticator, USER_PRESENT, USER_VERIFIED};
use crate::support::passkeys::{PAGE, RELYING_PARTY};
use crate::support::{PASSWORD, TestApp};

#[tokio::test]
async fn the_options_ask_for_a_passkey_that_signs_in_without_a_username() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let answer = ada.try_start_passkey_registration().await;
    let ceremony = answer.at("/startPasskeyRegistration/ceremony");
    assert_eq!(ceremony["expiresAt"], "2026-06-01T12:05:00.000Z");
    let options = &ceremony["options"];
    assert_eq!(options["rp"]["id"], RELYING_PARTY);
    assert_eq!(options["rp"]["name"], "Latchkey");
    assert_eq!(options["user"]["name"], "ada");
    let handle = options["user"]["id"].as_str().unwrap();
    assert_eq!(handle.len(), 22, "16 bytes, and not the address");
    let algorithms = options["pubKeyCredParams"].as_array().unwrap();
    let numbers: Vec<_> = algorithms
        .iter()
        .map(|algorithm| &algorithm["alg"])
        .collect();
    assert_eq!(numbers, [-7, -8, -257]);
    assert_eq!(options["attestation"], "none");
    assert_eq!(options["excludeCredentials"], json!([]));
    assert_eq!(options["timeout"], 300_000);
    let expected = json!({
        "residentKey": "required", "requireResidentKey": true, "userVerification": "preferred",
    });
    assert_eq!(options["authenticatorSelection"], expected);
}

#[tokio::test]
async fn a_passkey_of_each_offered_algorithm_is_registered_and_signs_in() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256] {
        let mut phone = Authenticator::new(PAGE).using(algorithm);
        ada.add_passkey(&mut phone).await;
        app.anonymous()
            .sign_in_with_passkey(&mut phone)
            .await
            .data();
    }
    let methods = ada.sign_in_methods().await;
    assert_eq!(
        methods
            .at("/signInMethods/passkeys")
            .as_array()
            .unwrap()
            .len(),
        3
    );
}

#[tokio::test]
async fn a_registered_passkey_is_excluded_from_the_next_registration() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let mut phone = Authenticator::new(PAGE);
    ada.add_passkey(&mut phone).await;
    let ceremony = ada.start_passkey_registration().await;
    let excluded = &ceremony.options["excludeCredentials"];
    assert_eq!(excluded[0]["transports"], json!(["hybrid", "internal"]));
    assert_eq!(excluded.as_array().unwrap().len(), 1);
    phone.try_register(&ceremony.options, |_| ()).unwrap_err();
}

#[tokio::test]
async fn a_passkey_has_the_given_name_or_that_of_its_manager_or_of_the_device() {
    const BITWARDEN: [u8; 16] = [
        0xd5, 0x48, 0x82, 0x6e, 0x79, 0xb4, 0xdb, 0x40, 0xa3, 0xd8, 0x11, 0x11, 0x6f, 0x7e, 0x83,
        0x49,
    ];
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let name_of = async |client: &crate::support::Client, aaguid: [u8; 16], name: Option<&str>| {
        let ceremony = client.start_passkey_registration().await;
        let credential = Authenticator::new(PAGE).register_with(&ceremony.options, |draft| {
            draft.credential.as_mut().unwrap().aaguid = aaguid;
        });
        let mut input = ceremony.answered(&credential);
        input["name"] = json!(name);
        let answer = client.complete_passkey_registration(input).await;
        answer
            .text("/completePasskeyRegistration/passkey/name")
            .to_owned()
    };
    assert_eq!(name_of(&ada, [0; 16], Some(" Work key ")).await, "Work key");
    assert_eq!(name_of(&ada, BITWARDEN, None).await, "Bitwarden");
    assert_eq!(name_of(&ada, [7; 16], None).await, "Passkey");
    let laptop = ada.client.clone().header("x-device-name", "Ada's laptop");
    assert_eq!(name_of(&laptop, [7; 16], None).await, "Ada's laptop");
}

#[tokio::test]
async fn a_registration_belongs_to_its_session_and_ends_after_five_minutes_or_its_use() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let other = app.anonymous().log_in(&ada.person).await;
    let ceremony = ada.start_passkey_registration().await;
    let credential = Authenticator::new(PAGE).register(&ceremony.options);
    for thief in [&bob, &other] {
        let refused = thief
            .complete_passkey_registration(ceremony.answered(&credential))
            .await;
        assert_eq!(refused.code(), "AUTH_CHALLENGE_INVALID");
    }
    let added = ada
        .complete_passkey_registration(ceremony.answered(&credential))
        .await;
    let passkey = added.at("/completePasskeyRegistration/passkey");
    assert_eq!(passkey["signsInAlone"], true);
    assert_eq!(passkey["backedUp"], true);
    assert_eq!(passkey["lastUsedAt"], Value::Null);
    let again = ada
        .complete_passkey_registration(ceremony.answered(&credential))
        .await;
    assert_eq!(again.code(), "AUTH_CHALLENGE_INVALID");
    let late = ada.start_passkey_registration().await;
    let credential = Authenticator::new(PAGE).register(&late.options);
    app.advance(TimeDelta::minutes(5));
    ada.reauthenticate(json!({ "password": PASSWORD }))
        .await
        .data();
    let refused = ada
        .complete_passkey_registration(late.answered(&credential))
        .await;
    assert_eq!(refused.code(), "AUTH_CHALLENGE_INVALID");
}

#[tokio::test]
async fn a_credential_is_registered_only_once() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let mut original = Authenticator::new(PAGE).seeded(1);
    ada.add_passkey(&mut original).await;
    for user in [&ada, &bob] {
        let ceremony = user.start_passkey_registration().await;
        // It makes the same key and id as the first one.
        let credential = Authenticator::new(PAGE)
            .seeded(1)
            .register(&ceremony.options);
        let refused = user
            .complete_passkey_registration(ceremony.answered(&credential))
            .await;
        assert_eq!(refused.code(), "PASSKEY_EXISTS");
    }
    let signed_in = app.anonymous().sign_in_with_passkey(&mut original).await;
    assert_eq!(signed_in.at("/completePasskeyLogin/user/username"), "ada");
}

#[tokio::test]
async fn an_account_has_at_most_twenty_passkeys() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let ceremony = ada.start_passkey_registration().await;
    let credential = Authenticator::new(PAGE).register(&ceremony.options);
    let first = ada.add_passkey(&mut Authenticator::new(PAGE)).await;
    for _ in 1..20 {
        ada.add_passkey(&mut Authenticator::new(PAGE)).await;
    }
    let refused = ada.try_start_passkey_registration().await;
    assert_eq!(refused.code(), "TOO_MANY_PASSKEYS");
    let refused = ada
        .complete_passkey_registration(ceremony.answered(&credential))
        .await;
    assert_eq!(refused.code(), "TOO_MANY_PASSKEYS");
    ada.remove_passkey(&first).await.data();
    let added = ada
        .complete_passkey_registration(ceremony.answered(&credential))
        .await;
    added.data();
}

#[tokio::test]
async fn registrations_that_do_not_verify_are_refused_and_can_be_repeated() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let ceremony = ada.start_passkey_registration().await;
    let mut evil = Authenticator::new("https://evil-example.com");
    let foreign = |options: &Value| {
        let mut options = options.clone();
        options["rp"]["id"] = json!("evil-example.com");
        options
    };
    let mut phone = Authenticator::new(PAGE);
    let credentials = [
        (
            "another origin",
            evil.register_with(&foreign(&ceremony.options), |draft| {
                draft.relying_party = RELYING_PARTY.to_owned();
            }),
        ),
        (
            "another relying party",
            phone.register_with(&ceremony.options, |draft| {
                draft.relying_party = "example.org".to_owned();
            }),
        ),
        (
            "another type",
            phone.register_with(&ceremony.options, |draft| {
                draft.client_data.kind = "webauthn.get".to_owned();
            }),
        ),
        (
            "another challenge",
            phone.register_with(&ceremony.options, |draft| {
                draft.client_data.challenge = "AAAA".to_owned();
            }),
        ),
        (
            "bytes behind the end",
            phone.register_with(&ceremony.options, |draft| draft.trailing = vec![0]),
        ),
        (
            "an algorithm that was not offered",
            Authenticator::new(PAGE)
                .using(Algorithm::Es384)
                .register(&ceremony.options),
        ),
    ];
    for (problem, credential) in credentials {
        let refused = ada
            .complete_passkey_registration(ceremony.answered(&credential))
            .await;
        assert_eq!(refused.code(), "AUTH_SECOND_FACTOR_INVALID", "{problem}");
    }
    let credential = Authenticator::new(PAGE).register(&ceremony.options);
    ada.complete_passkey_registration(ceremony.answered(&credential))
        .await
        .data();
}

#[tokio::test]
async fn what_is_no_credential_is_named_and_costs_no_ceremony() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let ceremony = ada.start_passkey_registration().await;
    let genuine = Authenticator::new(PAGE).register(&ceremony.options);
    let mut padded = genuine.clone();
    padded["rawId"] = json!("AAA=");
    let mut huge = genuine.clone();
    huge["response"]["attestationObject"] = json!("A".repeat(40_000));
    let assertion = json!({ "id": "AA", "rawId": "AA", "type": "public-key", "response": {
        "clientDataJSON": "AA", "authenticatorData": "AA", "signature": "AA" } });
    for wrong in [
        json!(null),
        json!(true),
        json!(1e30),
        json!("text"),
        json!(genuine.to_string()),
        json!([]),
        json!({}),
        json!({ "id": "AA" }),
        padded,
        huge,
        assertion,
    ] {
        let refused = ada
            .complete_passkey_registration(ceremony.answered(&wrong))
            .await;
        let paths = refused.invalid_paths();
        let is_at_credential = paths
            .iter()
            .all(|path| path.contains("credential") || *path == "variables");
        assert!(is_at_credential, "{paths:?}: {wrong:.100}");
    }
    let mut too_large = genuine.clone();
    too_large["response"]["attestationObject"] = json!("A".repeat(1_000_000));
    let refused = ada
        .complete_passkey_registration(ceremony.answered(&too_large))
        .await;
    assert_eq!(refused.invalid_paths(), ["body"]);
    let mut unnamed = ceremony.answered(&genuine);
    unnamed["name"] = json!("  ");
    let refused = ada.complete_passkey_registration(unnamed).await;
    assert_eq!(refused.invalid_paths(), ["input.name"]);
    ada.complete_passkey_registration(ceremony.answered(&genuine))
        .await
        .data();
}

#[tokio::test]
async fn a_key_without_a_pin_is_registered_and_does_not_sign_in_alone() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let mut key = Authenticator::security_key(PAGE);
    ada.add_passkey(&mut key).await;
    let methods = ada.sign_in_methods().await;
    assert_eq!(methods.at("/signInMethods/passkeys/0/signsInAlone"), false);
    let client = app.anonymous();
    let ceremony = client.start_passkey_login().await;
    assert_eq!(ceremony.options["userVerification"], "required");
    // A browser that ignores the options.
    let mut options = ceremony.options.clone();
    options["userVerification"] = json!("preferred");
    let credential = key.sign_in(&options);
    let refused = client
        .complete_passkey_login(ceremony.answered(&credential))
        .await;
    assert_eq!(refused.code(), "AUTH_SECOND_FACTOR_INVALID");
    let message = refused.error()["message"].as_str().unwrap();
    assert!(message.contains("did not verify the user"), "{message}");
}

#[tokio::test]
async fn a_pin_that_somebody_sets_later_does_not_make_a_key_sign_in_alone() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let mut key = Authenticator::security_key(PAGE);
    ada.add_passkey(&mut key).await;
    app.with_second_factor(&ada).await;
    // Somebody who finds the key sets a PIN.
    let mut key = key.flagged(USER_PRESENT | USER_VERIFIED);
    let refused = app.anonymous().sign_in_with_passkey(&mut key).await;
    assert_eq!(refused.code(), "AUTH_SECOND_FACTOR_INVALID");
    let started = ada.start_reauthentication().await;
    assert_eq!(started.at("/startReauthentication/ceremony"), &Value::Null);
    // The owner sets one, and shows it with the password.
    let client = app.anonymous();
    let challenge = client.challenge("ada", PASSWORD).await;
    let ceremony = client.start_passkey_step(&challenge).await;
    let answer = json!({ "passkey": ceremony.answered(&key.sign_in(&ceremony.options)) });
    client.complete_login(&challenge, answer).await.data();
    app.anonymous().sign_in_with_passkey(&mut key).await.data();
    let methods = ada.sign_in_methods().await;
    assert_eq!(methods.at("/signInMethods/passkeys/0/signsInAlone"), true);
}
