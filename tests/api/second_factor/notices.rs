//! Mail, events and stored data about second factors.

use serde_json::{Value, json};

use crate::support::{PASSWORD, SignedIn, TestApp};

/// Returns the kinds of a user's events with their operations, oldest first, once they are all written.
async fn events(user: &SignedIn) -> Vec<(String, Option<String>)> {
    let query = "{ securityEvents(first: 100) { nodes { kind operation } } }";
    let answer = user.ask(query).await;
    let nodes = answer
        .at("/securityEvents/nodes")
        .as_array()
        .unwrap()
        .clone();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let event = |node: &Value| (text(&node["kind"]).unwrap(), text(&node["operation"]));
    nodes.iter().rev().map(event).collect()
}

#[tokio::test]
async fn every_change_of_a_second_factor_is_announced_and_recorded() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let before = app.templates_to(&ada.person.email).await.len();
    app.with_second_factor(&ada).await;
    let renew = "mutation { renewRecoveryCodes { recoveryCodes } }";
    ada.ask(renew).await.data();
    ada.ask("mutation { removeTotp { removed } }").await.data();
    let templates = app.templates_to(&ada.person.email).await;
    let expected = ["totp_added", "recovery_codes_renewed", "totp_removed"];
    assert_eq!(templates[before..], expected);
    let kinds: Vec<_> = events(&ada)
        .await
        .into_iter()
        .map(|(kind, _)| kind)
        .collect();
    let expected = ["TOTP_ADDED", "RECOVERY_CODES_RENEWED", "TOTP_REMOVED"];
    assert_eq!(kinds[kinds.len() - 3..], expected);
}

#[tokio::test]
async fn a_used_recovery_code_is_announced_with_the_number_that_is_left() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let codes = app.with_second_factor(&ada).await.recovery_codes;
    let client = app.anonymous();
    for code in &codes[..7] {
        let challenge = client.challenge("ada", PASSWORD).await;
        let code = json!({ "recoveryCode": code });
        client.complete_login(&challenge, code).await.data();
    }
    ada.reauthenticate(json!({ "recoveryCode": codes[7] }))
        .await
        .data();
    let mut mails = app.mail_to(&ada.person.email).await;
    mails.retain(|mail| mail.envelope.template == "recovery_code_used");
    let says = |index: usize, words: &str| {
        let text = mails[index].text.replace('\n', " ");
        assert!(text.contains(words), "{words}: {text}");
    };
    assert_eq!(mails.len(), 8);
    says(0, "9 codes are left.");
    says(6, "3 codes are left: make new ones");
    says(7, "2 codes are left: make new ones");
    let used = events(&ada).await;
    let used = used.iter().filter(|(kind, _)| kind == "RECOVERY_CODE_USED");
    assert_eq!(used.count(), 8);
}

#[tokio::test]
async fn the_owner_hears_of_a_wrong_code_after_the_right_password_on_a_new_device() {
    let app = TestApp::start().await;
    let person = app.verified("ada").await.person;
    let laptop = app.anonymous().header("x-device-id", "laptop");
    let ada = laptop.log_in(&person).await;
    let phone = app.with_second_factor(&ada).await.phone;
    let wrong = json!({ "totpCode": phone.wrong_code_at(app.now()) });
    for client in [&laptop, &app.anonymous().header("x-device-id", "thief")] {
        let challenge = client.challenge("ada", PASSWORD).await;
        for _ in 0..2 {
            let refused = client.complete_login(&challenge, wrong.clone()).await;
            assert_eq!(refused.code(), "AUTH_SECOND_FACTOR_INVALID");
        }
    }
    let mut templates = app.templates_to(&person.email).await;
    templates.retain(|template| template == "second_factor_refused");
    assert_eq!(templates.len(), 1, "one for each challenge on a new device");
    let expected = |kind: &str, operation: &str| (kind.to_owned(), Some(operation.to_owned()));
    let (required, refused) = (
        expected("SECOND_FACTOR_REQUIRED", "login"),
        expected("SECOND_FACTOR_REFUSED", "completeLogin"),
    );
    // These events are written a moment after the response.
    loop {
        let events = events(&ada).await;
        let count = |event| events.iter().filter(|other| **other == event).count();
        if count(required.clone()) == 2 && count(refused.clone()) == 4 {
            break;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_login_with_a_second_factor_is_one_login_for_its_owner() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let phone = app.with_second_factor(&ada).await.phone;
    let tablet = app.anonymous().header("x-device-id", "tablet");
    ada.log_in_with_code(&tablet, &phone.code_at(app.now()))
        .await;
    let mut templates = app.templates_to(&ada.person.email).await;
    templates.retain(|template| template == "new_device");
    assert_eq!(templates.len(), 1);
    let logins = events(&ada).await;
    let logins = logins.iter().filter(|(kind, _)| kind == "LOGIN_SUCCEEDED");
    assert_eq!(logins.count(), 2, "the first, and this one");
}
