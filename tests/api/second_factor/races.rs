//! Simultaneous uses: each code, recovery code and challenge has one winner.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{Answer, PASSWORD, TestApp, assert_one_succeeds};

const AT_ONCE: usize = 50;

/// Answers a challenge each of as many logins, all with the same answer and at once.
async fn answer_fifty_challenges(app: &TestApp, answer: &Value) -> Vec<Answer> {
    let mut challenges = Vec::new();
    for _ in 0..AT_ONCE {
        challenges.push(app.anonymous().challenge("ada", PASSWORD).await);
    }
    let logins: JoinSet<_> = challenges
        .into_iter()
        .map(|challenge| {
            let (client, answer) = (app.anonymous(), answer.clone());
            async move { client.complete_login(&challenge, answer).await }
        })
        .collect();
    logins.join_all().await
}

#[tokio::test]
async fn of_fifty_logins_with_one_code_one_succeeds() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let phone = app.with_second_factor(&ada).await.phone;
    let code = phone.code_at(app.now());
    let answers = answer_fifty_challenges(&app, &json!({ "totpCode": code })).await;
    assert_one_succeeds(&answers, &["AUTH_SECOND_FACTOR_INVALID"]);
}

#[tokio::test]
async fn of_fifty_logins_with_one_recovery_code_one_succeeds() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let code = app.with_second_factor(&ada).await.recovery_codes.remove(0);
    let answers = answer_fifty_challenges(&app, &json!({ "recoveryCode": code })).await;
    assert_one_succeeds(&answers, &["AUTH_SECOND_FACTOR_INVALID"]);
    let left = ada.ask("{ signInMethods { recoveryCodesLeft } }").await;
    assert_eq!(left.at("/signInMethods/recoveryCodesLeft"), 9);
}

#[tokio::test]
async fn of_fifty_answers_to_one_challenge_one_succeeds() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let codes = app.with_second_factor(&ada).await.recovery_codes;
    let challenge = app.anonymous().challenge("ada", PASSWORD).await;
    let logins: JoinSet<_> = (0..AT_ONCE)
        .map(|number| {
            let (client, challenge) = (app.anonymous(), challenge.clone());
            let code = codes[number % codes.len()].clone();
            async move {
                let answer = json!({ "recoveryCode": code });
                client.complete_login(&challenge, answer).await
            }
        })
        .collect();
    let answers = logins.join_all().await;
    let refusals = ["AUTH_CHALLENGE_INVALID", "AUTH_SECOND_FACTOR_INVALID"];
    assert_one_succeeds(&answers, &refusals);
    let left = ada.ask("{ signInMethods { recoveryCodesLeft } }").await;
    assert_eq!(left.at("/signInMethods/recoveryCodesLeft"), 9);
}

#[tokio::test]
async fn of_fifty_wrong_answers_at_once_five_are_checked() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let phone = app.with_second_factor(&ada).await.phone;
    let challenge = app.anonymous().challenge("ada", PASSWORD).await;
    let wrong = phone.wrong_code_at(app.now());
    let guesses: JoinSet<_> = (0..AT_ONCE)
        .map(|_| {
            let (client, challenge) = (app.anonymous(), challenge.clone());
            let wrong = json!({ "totpCode": wrong });
            async move { client.complete_login(&challenge, wrong).await }
        })
        .collect();
    let answers = guesses.join_all().await;
    let checked = answers
        .iter()
        .filter(|answer| answer.code() == "AUTH_SECOND_FACTOR_INVALID");
    assert_eq!(checked.count(), 5);
}

#[tokio::test]
async fn of_fifty_step_ups_with_one_code_one_succeeds() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let phone = app.with_second_factor(&ada).await.phone;
    let code = phone.code_at(app.now());
    let proofs: JoinSet<_> = (0..AT_ONCE)
        .map(|_| {
            let (ada, proof) = (ada.clone(), json!({ "totpCode": code }));
            async move { ada.reauthenticate(proof).await }
        })
        .collect();
    assert_one_succeeds(&proofs.join_all().await, &["AUTH_SECOND_FACTOR_INVALID"]);
}

#[tokio::test]
async fn of_fifty_confirmations_of_one_setup_one_succeeds() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let phone = ada.start_totp_setup().await;
    let code = phone.code_at(app.now());
    let confirmations: JoinSet<_> = (0..AT_ONCE)
        .map(|_| {
            let (ada, code) = (ada.clone(), code.clone());
            async move { ada.confirm_totp_setup(&code).await }
        })
        .collect();
    // The account has a second factor then, and the session keeps the proof of it.
    assert_one_succeeds(&confirmations.join_all().await, &["AUTH_CHALLENGE_INVALID"]);
    let left = ada.ask("{ signInMethods { recoveryCodesLeft } }").await;
    assert_eq!(left.at("/signInMethods/recoveryCodesLeft"), 10);
}
