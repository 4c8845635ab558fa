//! Simultaneous answers: each ceremony has one winner, and the last way to sign in stays.

use std::iter::repeat_n;

use serde_json::json;
use tokio::task::JoinSet;

use crate::support::authenticator::Authenticator;
use crate::support::passkeys::PAGE;
use crate::support::{Answer, PASSWORD, TestApp, assert_one_succeeds};

const AT_ONCE: usize = 50;

#[tokio::test]
async fn of_fifty_sign_ins_with_one_answer_one_succeeds() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let mut phone = Authenticator::new(PAGE);
    ada.add_passkey(&mut phone).await;
    let ceremony = app.anonymous().start_passkey_login().await;
    let input = ceremony.answered(&phone.sign_in(&ceremony.options));
    let logins: JoinSet<_> = repeat_n(input, AT_ONCE)
        .map(|input| {
            let client = app.anonymous();
            async move { client.complete_passkey_login(input).await }
        })
        .collect();
    assert_one_succeeds(&logins.join_all().await, &["AUTH_CHALLENGE_INVALID"]);
}

#[tokio::test]
async fn of_fifty_copies_of_a_passkey_with_one_counter_one_succeeds() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let mut key = Authenticator::security_key(PAGE).flagged(0b101);
    ada.add_passkey(&mut key).await;
    let mut inputs = Vec::new();
    for _ in 0..AT_ONCE {
        let ceremony = app.anonymous().start_passkey_login().await;
        let credential = key.clone().sign_in(&ceremony.options);
        inputs.push(ceremony.answered(&credential));
    }
    let logins: JoinSet<_> = inputs
        .into_iter()
        .map(|input| {
            let client = app.anonymous();
            async move { client.complete_passkey_login(input).await }
        })
        .collect();
    assert_one_succeeds(&logins.join_all().await, &["AUTH_SECOND_FACTOR_INVALID"]);
}

#[tokio::test]
async fn of_fifty_registrations_with_one_answer_one_succeeds() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let ceremony = ada.start_passkey_registration().await;
    let input = ceremony.answered(&Authenticator::new(PAGE).register(&ceremony.options));
    let registrations: JoinSet<_> = repeat_n(input, AT_ONCE)
        .map(|input| {
            let ada = ada.clone();
            async move { ada.complete_passkey_registration(input).await }
        })
        .collect();
    assert_one_succeeds(&registrations.join_all().await, &["AUTH_CHALLENGE_INVALID"]);
}

#[tokio::test]
async fn of_fifty_step_ups_and_second_steps_with_one_answer_one_succeeds() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let mut phone = Authenticator::new(PAGE);
    ada.add_passkey(&mut phone).await;
    app.with_second_factor(&ada).await;
    let ceremony = ada.start_passkey_proof().await;
    let proof = json!({ "passkey": ceremony.answered(&phone.sign_in(&ceremony.options)) });
    let proofs: JoinSet<_> = repeat_n(proof, AT_ONCE)
        .map(|proof| {
            let ada = ada.clone();
            async move { ada.reauthenticate(proof).await }
        })
        .collect();
    assert_one_succeeds(&proofs.join_all().await, &["AUTH_CHALLENGE_INVALID"]);
    let challenge = app.anonymous().challenge("ada", PASSWORD).await;
    let ceremony = app.anonymous().start_passkey_step(&challenge).await;
    let answer = json!({ "passkey": ceremony.answered(&phone.sign_in(&ceremony.options)) });
    let steps: JoinSet<_> = repeat_n(answer, AT_ONCE)
        .map(|answer| {
            let (client, challenge) = (app.anonymous(), challenge.clone());
            async move { client.complete_login(&challenge, answer).await }
        })
        .collect();
    assert_one_succeeds(&steps.join_all().await, &["AUTH_CHALLENGE_INVALID"]);
}

#[tokio::test]
async fn an_account_keeps_a_way_to_sign_in_when_all_are_removed_at_once() {
    let app = TestApp::start().await;
    for number in 0..10 {
        let ada = app.verified(&format!("ada{number}")).await;
        let first = ada.add_passkey(&mut Authenticator::new(PAGE)).await;
        let second = ada.add_passkey(&mut Authenticator::new(PAGE)).await;
        let (of_password, of_first, of_second) = tokio::join!(
            ada.remove_password(),
            ada.remove_passkey(&first),
            ada.remove_passkey(&second),
        );
        let answers = [of_password, of_first, of_second];
        let refused = answers
            .iter()
            .filter(|answer| answer.body.get("errors").is_some());
        let codes: Vec<_> = refused.map(Answer::code).collect();
        assert_eq!(codes, ["LAST_SIGN_IN_METHOD"]);
    }
}
