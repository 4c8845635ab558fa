//! Codes of the app and recovery codes, and the limits of guessing them.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::{PASSWORD, TestApp};

#[tokio::test]
async fn a_code_and_every_older_one_are_refused_after_its_use() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let phone = app.with_second_factor(&ada).await.phone;
    app.next_code();
    let client = app.anonymous();
    let (earlier, now) = (app.now() - TimeDelta::seconds(30), app.now());
    ada.log_in_with_code(&client, &phone.code_at(now)).await;
    let challenge = client.challenge("ada", PASSWORD).await;
    for at in [now, earlier] {
        let code = json!({ "totpCode": phone.code_at(at) });
        let refused = client.complete_login(&challenge, code.clone()).await;
        assert_eq!(refused.code(), "AUTH_SECOND_FACTOR_INVALID");
        let refused = ada.reauthenticate(code).await;
        assert_eq!(refused.code(), "AUTH_SECOND_FACTOR_INVALID");
    }
    let next = phone.code_at(now + TimeDelta::seconds(30));
    client
        .complete_login(&challenge, json!({ "totpCode": next }))
        .await
        .data();
}

#[tokio::test]
async fn a_phone_whose_clock_is_half_a_minute_off_still_works() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let phone = app.with_second_factor(&ada).await.phone;
    app.advance(TimeDelta::minutes(2));
    let client = app.anonymous();
    for (offset, is_right) in [(-60, false), (60, false), (-30, true), (30, true)] {
        let challenge = client.challenge("ada", PASSWORD).await;
        let code = phone.code_at(app.now() + TimeDelta::seconds(offset));
        let answer = client
            .complete_login(&challenge, json!({ "totpCode": code }))
            .await;
        assert_eq!(answer.body.get("errors").is_none(), is_right, "{offset}");
    }
}

#[tokio::test]
async fn codes_are_read_however_they_are_typed() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let factors = app.with_second_factor(&ada).await;
    let client = app.anonymous();
    let full_width = |text: &str| -> String {
        let digit = |c: char| char::from_u32(u32::from(c) + 0xFEE0).unwrap();
        text.chars().map(digit).collect()
    };
    let spaced = |text: &str| format!(" {} {} ", &text[..3], &text[3..]);
    for typed in [full_width, spaced] as [fn(&str) -> String; 2] {
        let code = typed(&factors.phone.code_at(app.now()));
        ada.log_in_with_code(&client, &code).await;
        app.next_code();
    }
    let [first, second, ..] = &factors.recovery_codes[..] else {
        panic!("ten codes");
    };
    for typed in [first.to_lowercase(), second.replace('-', " ")] {
        let challenge = client.challenge("ada", PASSWORD).await;
        client
            .complete_login(&challenge, json!({ "recoveryCode": typed }))
            .await
            .data();
    }
}

#[tokio::test]
async fn a_recovery_code_works_once_and_is_counted() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let codes = app.with_second_factor(&ada).await.recovery_codes;
    let client = app.anonymous();
    let code = json!({ "recoveryCode": codes[0] });
    for expected in [None, Some("AUTH_SECOND_FACTOR_INVALID")] {
        let challenge = client.challenge("ada", PASSWORD).await;
        let answer = client.complete_login(&challenge, code.clone()).await;
        match expected {
            None => {
                answer.data();
            }
            Some(expected) => assert_eq!(answer.code(), expected),
        }
    }
    let left = ada.ask("{ signInMethods { recoveryCodesLeft } }").await;
    assert_eq!(left.at("/signInMethods/recoveryCodesLeft"), 9);
    for code in &codes[1..] {
        let challenge = client.challenge("ada", PASSWORD).await;
        let code = json!({ "recoveryCode": code });
        client.complete_login(&challenge, code).await.data();
    }
    let answer = client.try_log_in("ada", PASSWORD).await;
    assert_eq!(answer.error()["extensions"]["methods"], json!(["TOTP"]));
}

#[tokio::test]
async fn the_codes_of_another_account_are_refused() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let eve = app.verified("eve").await;
    app.with_second_factor(&ada).await;
    let eves = app.with_second_factor(&eve).await;
    let client = app.anonymous();
    let challenge = client.challenge("ada", PASSWORD).await;
    for answer in [
        json!({ "totpCode": eves.phone.code_at(app.now()) }),
        json!({ "recoveryCode": eves.recovery_codes[0] }),
    ] {
        let refused = client.complete_login(&challenge, answer).await;
        assert_eq!(refused.code(), "AUTH_SECOND_FACTOR_INVALID");
    }
}

#[tokio::test]
async fn guesses_on_unknown_devices_do_not_lock_a_known_device_out() {
    let app = TestApp::start_with(&["--limit-second-factor", "3/1d"]).await;
    let person = app.verified("ada").await.person;
    let laptop = app.anonymous().header("x-device-id", "laptop");
    let ada = laptop.log_in(&person).await;
    let phone = app.with_second_factor(&ada).await.phone;
    let guess = async |device: &str| {
        let thief = app.anonymous().header("x-device-id", device);
        let challenge = thief.challenge("ada", PASSWORD).await;
        let wrong = json!({ "totpCode": phone.wrong_code_at(app.now()) });
        let answer = thief.complete_login(&challenge, wrong).await;
        answer.code().to_owned()
    };
    for device in ["one", "two", "three"] {
        assert_eq!(guess(device).await, "AUTH_SECOND_FACTOR_INVALID");
    }
    assert_eq!(guess("four").await, "RATE_LIMITED");
    let unknown = app.anonymous();
    let challenge = unknown.challenge("ada", PASSWORD).await;
    let code = json!({ "totpCode": phone.code_at(app.now()) });
    let refused = unknown.complete_login(&challenge, code).await;
    assert_eq!(refused.code(), "RATE_LIMITED");
    // Right codes are not counted.
    for _ in 0..5 {
        ada.log_in_with_code(&laptop, &phone.code_at(app.now()))
            .await;
        app.next_code();
    }
}

#[tokio::test]
async fn a_password_alone_makes_no_device_known() {
    let app = TestApp::start_with(&["--limit-second-factor", "2/1d"]).await;
    let ada = app.verified("ada").await;
    let phone = app.with_second_factor(&ada).await.phone;
    let thief = app.anonymous().header("x-device-id", "thief");
    let wrong = json!({ "totpCode": phone.wrong_code_at(app.now()) });
    let mut codes = Vec::new();
    for _ in 0..4 {
        let challenge = thief.challenge("ada", PASSWORD).await;
        let answer = thief.complete_login(&challenge, wrong.clone()).await;
        codes.push(answer.code().to_owned());
    }
    let expected = [
        "AUTH_SECOND_FACTOR_INVALID",
        "AUTH_SECOND_FACTOR_INVALID",
        "RATE_LIMITED",
        "RATE_LIMITED",
    ];
    assert_eq!(codes, expected);
}

#[tokio::test]
async fn guesses_at_codes_do_not_keep_a_recovery_code_out() {
    let app = TestApp::start_with(&["--limit-second-factor", "1/1d"]).await;
    let ada = app.verified("ada").await;
    let factors = app.with_second_factor(&ada).await;
    let thief = app.anonymous();
    let challenge = thief.challenge("ada", PASSWORD).await;
    let wrong = json!({ "totpCode": factors.phone.wrong_code_at(app.now()) });
    for expected in ["AUTH_SECOND_FACTOR_INVALID", "RATE_LIMITED"] {
        let refused = thief.complete_login(&challenge, wrong.clone()).await;
        assert_eq!(refused.code(), expected);
    }
    let owner = app.anonymous();
    let challenge = owner.challenge("ada", PASSWORD).await;
    let code = json!({ "recoveryCode": factors.recovery_codes[0] });
    owner.complete_login(&challenge, code).await.data();
}

#[tokio::test]
async fn a_right_password_in_a_session_makes_no_device_known_either() {
    let app = TestApp::start_with(&["--limit-second-factor", "1/1d"]).await;
    let ada = app.verified("ada").await;
    let phone = app.with_second_factor(&ada).await.phone;
    let wrong = json!({ "totpCode": phone.wrong_code_at(app.now()) });
    let mut codes = Vec::new();
    for device in ["one", "two"] {
        let thief = app.anonymous().header("x-device-id", device);
        let in_session = thief.clone().bearer(&ada.access_token);
        let weak = in_session.change_password(PASSWORD, "password12345").await;
        assert_eq!(weak.code(), "VALIDATION_FAILED");
        let challenge = thief.challenge("ada", PASSWORD).await;
        let refused = thief.complete_login(&challenge, wrong.clone()).await;
        codes.push(refused.code().to_owned());
    }
    assert_eq!(codes, ["AUTH_SECOND_FACTOR_INVALID", "RATE_LIMITED"]);
}

#[tokio::test]
async fn devices_and_sessions_from_before_the_second_factor_share_one_limit() {
    let app = TestApp::start_with(&["--limit-second-factor", "2/1d"]).await;
    let ada = app.verified("ada").await;
    let thief = app.anonymous().header("x-device-id", "thief");
    let before = thief.log_in(&ada.person).await;
    let phone = app.with_second_factor(&ada).await.phone;
    let wrong = json!({ "totpCode": phone.wrong_code_at(app.now()) });
    let refused = before.reauthenticate(wrong.clone()).await;
    assert_eq!(refused.code(), "AUTH_SECOND_FACTOR_INVALID");
    let challenge = thief.challenge("ada", PASSWORD).await;
    let refused = thief.complete_login(&challenge, wrong.clone()).await;
    assert_eq!(refused.code(), "AUTH_SECOND_FACTOR_INVALID");
    let refused = thief.complete_login(&challenge, wrong.clone()).await;
    assert_eq!(refused.code(), "RATE_LIMITED");
    let refused = before.reauthenticate(wrong.clone()).await;
    assert_eq!(refused.code(), "RATE_LIMITED");
    // The session that has shown the factor has a limit of its own.
    let refused = ada.reauthenticate(wrong).await;
    assert_eq!(refused.code(), "AUTH_SECOND_FACTOR_INVALID");
}
