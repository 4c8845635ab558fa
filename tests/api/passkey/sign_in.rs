//! Sign-ins with a passkey alone.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::authenticator::{
    Authenticator, BACKED_UP, BACKUP_ELIGIBLE, USER_PRESENT, tamper,
};
use crate::support::passkeys::{PAGE, RELYING_PARTY};
use crate::support::{TestApp, claims};

#[tokio::test]
async fn a_passkey_signs_in_without_a_username_and_counts_as_two_factors() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let mut phone = Authenticator::new(PAGE);
    ada.add_passkey(&mut phone).await;
    app.with_second_factor(&ada).await;
    let answer = app.anonymous().sign_in_with_passkey(&mut phone).await;
    let login = answer.at("/completePasskeyLogin");
    assert_eq!(login["user"]["username"], "ada");
    let expected = json!({
        "id": login["session"]["id"],
        "methods": ["PASSKEY"],
        "secondFactor": true,
        "authenticatedAt": "2026-06-01T12:00:30.000Z",
    });
    assert_eq!(login["session"], expected);
    let token = claims(answer.text("/completePasskeyLogin/token/accessToken"));
    assert_eq!(token["amr"], json!(["hwk", "user", "mfa"]));
    let client = app
        .anonymous()
        .bearer(answer.text("/completePasskeyLogin/token/accessToken"));
    // The session is fresh, although the account has a second factor.
    client.try_start_passkey_registration().await.data();
    let methods = client.sign_in_methods().await;
    let used_at = methods.at("/signInMethods/passkeys/0/lastUsedAt");
    assert_eq!(used_at, "2026-06-01T12:00:30.000Z");
}

#[tokio::test]
async fn the_options_of_a_sign_in_tell_nothing_of_any_account() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let options = |answer: &Value| {
        let mut options = answer["startPasskeyLogin"]["ceremony"]["options"].clone();
        options["challenge"] = json!("");
        options
    };
    let before = app.anonymous().try_start_passkey_login(None).await;
    ada.add_passkey(&mut Authenticator::new(PAGE)).await;
    let after = app.anonymous().try_start_passkey_login(None).await;
    assert_eq!(options(before.data()), options(after.data()));
    let expected = json!({
        "challenge": "", "timeout": 300_000, "rpId": RELYING_PARTY,
        "allowCredentials": [], "userVerification": "required",
    });
    assert_eq!(options(after.data()), expected);
}

#[tokio::test]
async fn a_ceremony_is_good_for_one_sign_in_within_five_minutes() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let mut phone = Authenticator::new(PAGE);
    ada.add_passkey(&mut phone).await;
    let client = app.anonymous();
    let ceremony = client.start_passkey_login().await;
    let credential = phone.sign_in(&ceremony.options);
    let input = ceremony.answered(&credential);
    client.complete_passkey_login(input.clone()).await.data();
    let again = client.complete_passkey_login(input).await;
    assert_eq!(again.code(), "AUTH_CHALLENGE_INVALID");
    let late = client.start_passkey_login().await;
    let credential = phone.sign_in(&late.options);
    app.advance(TimeDelta::minutes(5));
    let refused = client
        .complete_passkey_login(late.answered(&credential))
        .await;
    assert_eq!(refused.code(), "AUTH_CHALLENGE_INVALID");
    let other = client.start_passkey_login().await;
    let refused = client
        .complete_passkey_login(other.answered(&credential))
        .await;
    assert_eq!(
        refused.code(),
        "AUTH_SECOND_FACTOR_INVALID",
        "of another challenge"
    );
}

#[tokio::test]
async fn answers_that_do_not_verify_make_no_session() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let mut phone = Authenticator::new(PAGE);
    ada.add_passkey(&mut phone).await;
    let mut of_bob = Authenticator::new(PAGE);
    bob.add_passkey(&mut of_bob).await;
    let client = app.anonymous();
    let ceremony = client.start_passkey_login().await;
    let options = &ceremony.options;
    let mut answers: Vec<(&str, Value)> = Vec::new();
    for origin in [
        "https://example.com",
        "https://evil.example.com",
        "https://app.example.com:8443",
        "http://app.example.com",
        "https://APP.example.com",
        "https://app.example.com.",
        "https://evil-app.example.com",
        "null",
    ] {
        let change = |draft: &mut crate::support::authenticator::Draft| {
            draft.client_data.origin = origin.to_owned();
        };
        answers.push((origin, phone.sign_in_with(options, change)));
    }
    answers.push((
        "another relying party",
        phone.sign_in_with(options, |draft| {
            draft.relying_party = "app.example.com".to_owned();
        }),
    ));
    answers.push((
        "the type of a registration",
        phone.sign_in_with(options, |draft| {
            draft.client_data.kind = "webauthn.create".to_owned();
        }),
    ));
    answers.push((
        "inside a page of another origin",
        phone.sign_in_with(options, |draft| draft.client_data.cross_origin = Some(true)),
    ));
    answers.push((
        "nobody present",
        phone.sign_in_with(options, |draft| draft.flags &= !USER_PRESENT),
    ));
    answers.push((
        "backed up without being eligible",
        phone.sign_in_with(options, |draft| draft.flags &= !BACKUP_ELIGIBLE),
    ));
    answers.push((
        "no longer eligible for a backup",
        phone.sign_in_with(options, |draft| {
            draft.flags &= !(BACKUP_ELIGIBLE | BACKED_UP);
        }),
    ));
    answers.push((
        "the handle of another user",
        phone.sign_in_with(options, |draft| draft.user_handle = Some(vec![7; 16])),
    ));
    answers.push((
        "bytes behind the end",
        phone.sign_in_with(options, |draft| draft.trailing = vec![0]),
    ));
    let mut tampered = phone.sign_in(options);
    tamper(&mut tampered, "signature", |bytes| bytes[9] ^= 1);
    answers.push(("a wrong signature", tampered));
    let mut swapped = phone.sign_in(options);
    let other = of_bob.sign_in(options);
    swapped["id"].clone_from(&other["id"]);
    swapped["rawId"].clone_from(&other["rawId"]);
    swapped["response"]["userHandle"].clone_from(&other["response"]["userHandle"]);
    answers.push(("the id of another passkey", swapped));
    let mut different = phone.sign_in(options);
    different["rawId"].clone_from(&other["rawId"]);
    answers.push(("two ids", different));
    for (problem, credential) in answers {
        let refused = client
            .complete_passkey_login(ceremony.answered(&credential))
            .await;
        assert_eq!(refused.code(), "AUTH_SECOND_FACTOR_INVALID", "{problem}");
        assert_eq!(refused.body["data"], Value::Null, "{problem}");
    }
    // The ceremony is as good as before.
    let credential = phone.sign_in(options);
    client
        .complete_passkey_login(ceremony.answered(&credential))
        .await
        .data();
}

#[tokio::test]
async fn an_unknown_passkey_is_named_as_such_and_so_is_one_that_was_removed() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let mut phone = Authenticator::new(PAGE);
    let id = ada.add_passkey(&mut phone).await;
    let ceremony = ada.start_passkey_registration().await;
    let mut unknown = Authenticator::new(PAGE);
    unknown.register(&ceremony.options);
    let refused = app.anonymous().sign_in_with_passkey(&mut unknown).await;
    assert_eq!(refused.code(), "PASSKEY_NOT_FOUND");
    ada.remove_passkey(&id).await.data();
    let refused = app.anonymous().sign_in_with_passkey(&mut phone).await;
    assert_eq!(refused.code(), "PASSKEY_NOT_FOUND");
}

#[tokio::test]
async fn a_copied_passkey_whose_counter_went_back_is_refused_and_the_owner_sees_it() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let mut key = Authenticator::security_key(PAGE).flagged(0b101);
    ada.add_passkey(&mut key).await;
    let mut copy = key.clone();
    app.anonymous().sign_in_with_passkey(&mut key).await.data();
    app.anonymous().sign_in_with_passkey(&mut key).await.data();
    let refused = app.anonymous().sign_in_with_passkey(&mut copy).await;
    assert_eq!(refused.code(), "AUTH_SECOND_FACTOR_INVALID");
    let message = refused.error()["message"].as_str().unwrap();
    assert!(message.contains("copied"), "{message}");
    let expected =
        json!({ "kind": "PASSKEY_CLONE_SUSPECTED", "operation": "completePasskeyLogin" });
    // The event is written a moment after the response.
    loop {
        let events = ada
            .ask("{ securityEvents { nodes { kind operation } } }")
            .await;
        let nodes = events.at("/securityEvents/nodes").as_array().unwrap();
        if nodes.contains(&expected) {
            break;
        }
        tokio::task::yield_now().await;
    }
    app.anonymous().sign_in_with_passkey(&mut key).await.data();
}

#[tokio::test]
async fn a_passkey_signs_in_for_an_organization_of_its_owner_only() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let mut phone = Authenticator::new(PAGE);
    ada.add_passkey(&mut phone).await;
    let client = app.anonymous();
    let sign_in_for = async |phone: &mut Authenticator, organization: &str| {
        let ceremony = client.start_passkey_login().await;
        let mut input = ceremony.answered(&phone.sign_in(&ceremony.options));
        input["organizationId"] = json!(organization);
        client.complete_passkey_login(input).await
    };
    let foreign = bob.new_organization("Harbour").await;
    let refused = sign_in_for(&mut phone, &foreign).await;
    assert_eq!(refused.code(), "ORGANIZATION_NOT_FOUND");
    let events = ada.ask("{ securityEvents { nodes { kind } } }").await;
    let events = events.at("/securityEvents/nodes").as_array().unwrap();
    let is_login = |event: &&Value| event["kind"] == "LOGIN_SUCCEEDED";
    assert_eq!(events.iter().filter(is_login).count(), 1, "the first login");
    let own = ada.new_organization("Engines").await;
    let answer = sign_in_for(&mut phone, &own).await;
    let token = claims(answer.text("/completePasskeyLogin/token/accessToken"));
    assert_eq!(token["org"]["id"], own);
}

#[tokio::test]
async fn a_sign_in_with_a_passkey_on_a_new_device_is_announced() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let mut phone = Authenticator::new(PAGE);
    ada.add_passkey(&mut phone).await;
    let tablet = app.anonymous().header("x-device-id", "tablet");
    for _ in 0..2 {
        tablet.sign_in_with_passkey(&mut phone).await.data();
    }
    let mut templates = app.templates_to(&ada.person.email).await;
    templates.retain(|template| template == "new_device");
    assert_eq!(templates.len(), 1);
}
