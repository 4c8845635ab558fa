//! The set-up, the replacement and the removal of an authenticator app.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::{SignedIn, TestApp, claims, texts};

const METHODS: &str = "{ signInMethods { password totp secondFactors recoveryCodesLeft } }";

async fn methods(user: &SignedIn) -> serde_json::Value {
    user.ask(METHODS).await.at("/signInMethods").clone()
}

#[tokio::test]
async fn a_setup_that_was_begun_and_forgotten_asks_for_no_code() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    ada.start_totp_setup().await;
    app.anonymous().log_in(&ada.person).await;
    let expected =
        json!({ "password": true, "totp": false, "secondFactors": [], "recoveryCodesLeft": 0 });
    assert_eq!(methods(&ada).await, expected);
}

#[tokio::test]
async fn a_confirmed_setup_returns_ten_recovery_codes_and_the_next_login_asks_for_a_code() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let factors = app.with_second_factor(&ada).await;
    assert_eq!(factors.recovery_codes.len(), 10);
    for code in &factors.recovery_codes {
        let groups: Vec<_> = code.split('-').map(str::len).collect();
        assert_eq!(groups, [4; 4], "{code}");
    }
    let expected = json!({ "password": true, "totp": true, "secondFactors": ["TOTP", "RECOVERY_CODE"], "recoveryCodesLeft": 10 });
    assert_eq!(methods(&ada).await, expected);
    let code = factors.phone.code_at(app.now());
    let second = ada.log_in_with_code(&app.anonymous(), &code).await;
    second.me().await.data();
}

#[tokio::test]
async fn a_setup_shows_the_secret_as_text_uri_and_image() {
    let app = TestApp::start_with(&["--product-name", "Analytical Engines"]).await;
    let ada = app.verified("ada").await;
    let query = "mutation { startTotpSetup { secret uri qrCodeSvg expiresAt } }";
    let answer = ada.ask(query).await;
    let secret = answer.text("/startTotpSetup/secret");
    assert_eq!(secret.len(), 32, "160 bits in Base32");
    assert_eq!(
        answer.text("/startTotpSetup/uri"),
        format!(
            "otpauth://totp/Analytical%20Engines:ada%40example.com?secret={secret}\
             &issuer=Analytical%20Engines&algorithm=SHA1&digits=6&period=30"
        )
    );
    let image = answer.text("/startTotpSetup/qrCodeSvg");
    assert!(image.starts_with("<svg") && image.len() > 1_000, "{image}");
    let expires_at = answer.text("/startTotpSetup/expiresAt");
    assert_eq!(expires_at, "2026-06-01T12:15:00.000Z");
}

#[tokio::test]
async fn a_setup_is_not_confirmed_by_a_wrong_code_and_not_too_late() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    assert_eq!(
        ada.confirm_totp_setup("123456").await.code(),
        "AUTH_CHALLENGE_INVALID"
    );
    let phone = ada.start_totp_setup().await;
    for wrong in [
        &*phone.wrong_code_at(app.now()),
        "",
        "12345",
        "codes!",
        "１２３",
    ] {
        let refused = ada.confirm_totp_setup(wrong).await;
        assert_eq!(refused.code(), "AUTH_SECOND_FACTOR_INVALID", "{wrong}");
    }
    let replaced = phone;
    let phone = ada.start_totp_setup().await;
    let refused = ada.confirm_totp_setup(&replaced.code_at(app.now())).await;
    assert_eq!(refused.code(), "AUTH_SECOND_FACTOR_INVALID");
    app.advance(TimeDelta::minutes(16));
    ada.reauthenticate(json!({ "password": ada.person.password }))
        .await
        .data();
    let late = ada.confirm_totp_setup(&phone.code_at(app.now())).await;
    assert_eq!(late.code(), "AUTH_CHALLENGE_INVALID");
    app.anonymous().log_in(&ada.person).await;
}

#[tokio::test]
async fn the_code_of_the_setup_cannot_be_used_again() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let phone = ada.start_totp_setup().await;
    let code = phone.code_at(app.now());
    ada.confirm_totp_setup(&code).await.data();
    let client = app.anonymous();
    let challenge = client.challenge("ada", &ada.person.password).await;
    let refused = client
        .complete_login(&challenge, json!({ "totpCode": code }))
        .await;
    assert_eq!(refused.code(), "AUTH_SECOND_FACTOR_INVALID");
    let again = ada.confirm_totp_setup(&code).await;
    assert_eq!(again.code(), "AUTH_CHALLENGE_INVALID");
}

#[tokio::test]
async fn another_app_takes_the_place_of_the_first_only_when_it_is_confirmed() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let old = app.with_second_factor(&ada).await;
    let new = ada.start_totp_setup().await;
    let anonymous = app.anonymous();
    ada.log_in_with_code(&anonymous, &old.phone.code_at(app.now()))
        .await;
    app.next_code();
    let confirmed = ada.confirm_totp_setup(&new.code_at(app.now())).await;
    let codes = texts(confirmed.at("/confirmTotpSetup/recoveryCodes"));
    app.next_code();
    let challenge = anonymous.challenge("ada", &ada.person.password).await;
    for void in [
        json!({ "totpCode": old.phone.code_at(app.now()) }),
        json!({ "recoveryCode": old.recovery_codes[0] }),
    ] {
        let refused = anonymous.complete_login(&challenge, void).await;
        assert_eq!(refused.code(), "AUTH_SECOND_FACTOR_INVALID");
    }
    let with_new = json!({ "totpCode": new.code_at(app.now()) });
    anonymous.complete_login(&challenge, with_new).await.data();
    let challenge = anonymous.challenge("ada", &ada.person.password).await;
    let with_code = json!({ "recoveryCode": codes[0] });
    anonymous.complete_login(&challenge, with_code).await.data();
}

#[tokio::test]
async fn after_its_removal_no_session_has_a_second_factor_and_no_login_asks_for_one() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let factors = app.with_second_factor(&ada).await;
    let code = factors.phone.code_at(app.now());
    let other = ada.log_in_with_code(&app.anonymous(), &code).await;
    let session = "{ viewer { session { secondFactor } } }";
    let has_factor = async |user: &SignedIn| {
        user.ask(session)
            .await
            .at("/viewer/session/secondFactor")
            .clone()
    };
    assert_eq!(has_factor(&other).await, true);
    assert_eq!(
        claims(&other.access_token)["amr"],
        json!(["pwd", "otp", "mfa"])
    );
    let remove = "mutation { removeTotp { removed } }";
    assert_eq!(ada.ask(remove).await.at("/removeTotp/removed"), true);
    for user in [&ada, &other] {
        assert_eq!(has_factor(user).await, false);
        let refreshed = user.refreshed().await;
        assert_eq!(claims(&refreshed.access_token)["amr"], json!(["pwd"]));
    }
    app.anonymous().log_in(&ada.person).await;
    let expected =
        json!({ "password": true, "totp": false, "secondFactors": [], "recoveryCodesLeft": 0 });
    assert_eq!(methods(&ada).await, expected);
    assert_eq!(ada.ask(remove).await.at("/removeTotp/removed"), false);
}

#[tokio::test]
async fn a_factor_that_was_replaced_counts_in_no_other_session() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let old = app.with_second_factor(&ada).await;
    let client = app.anonymous();
    let challenge = client.challenge("ada", &ada.person.password).await;
    let code = json!({ "recoveryCode": old.recovery_codes[0] });
    let thief = client.complete_login(&challenge, code).await;
    let token = thief.text("/completeLogin/token/accessToken").to_owned();
    assert_eq!(claims(&token)["amr"], json!(["pwd", "rec", "mfa"]));
    app.with_second_factor(&ada).await;
    let session = "{ viewer { session { secondFactor } } }";
    let has_factor = async |token: &str| {
        let viewer = app.anonymous().bearer(token).ask(session).await;
        viewer.at("/viewer/session/secondFactor").clone()
    };
    assert_eq!(has_factor(&token).await, false);
    assert_eq!(has_factor(&ada.access_token).await, true);
    let thief = app.anonymous().bearer(&token);
    let refused = thief.ask("mutation { startTotpSetup { secret } }").await;
    assert_eq!(refused.code(), "AUTH_REAUTHENTICATION_REQUIRED");
}

#[tokio::test]
async fn of_a_setup_and_the_end_of_its_session_one_succeeds() {
    for round in 0..10 {
        let app = TestApp::start().await;
        let ada = app.verified("ada").await;
        let phone = ada.start_totp_setup().await;
        let code = phone.code_at(app.now());
        let other = app.anonymous().log_in(&ada.person).await;
        let end = "mutation { revokeOtherSessions { revokedSessions } }";
        let (confirmed, ended) = tokio::join!(ada.confirm_totp_setup(&code), other.ask(end));
        ended.data();
        let login = app
            .anonymous()
            .try_log_in("ada", &ada.person.password)
            .await;
        if confirmed.body.get("errors").is_none() {
            assert_eq!(login.code(), "AUTH_SECOND_FACTOR_REQUIRED", "round {round}");
        } else {
            let refusals = ["AUTH_SESSION_ENDED", "UNAVAILABLE"];
            assert!(refusals.contains(&confirmed.code()), "{:#}", confirmed.body);
            login.data();
        }
    }
}

#[tokio::test]
async fn new_recovery_codes_void_the_earlier_ones() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let renew = "mutation { renewRecoveryCodes { recoveryCodes } }";
    assert_eq!(ada.ask(renew).await.code(), "SECOND_FACTOR_NOT_FOUND");
    let factors = app.with_second_factor(&ada).await;
    let answer = ada.ask(renew).await;
    let new = texts(answer.at("/renewRecoveryCodes/recoveryCodes"));
    let client = app.anonymous();
    let challenge = client.challenge("ada", &ada.person.password).await;
    let old = json!({ "recoveryCode": factors.recovery_codes[0] });
    let refused = client.complete_login(&challenge, old).await;
    assert_eq!(refused.code(), "AUTH_SECOND_FACTOR_INVALID");
    let new = json!({ "recoveryCode": new[0] });
    client.complete_login(&challenge, new).await.data();
}
