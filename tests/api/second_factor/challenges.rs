//! `login` on an account with a second factor, and the challenge that `completeLogin` answers.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{PASSWORD, TestApp, TestDatabase, claims, sql};

#[tokio::test]
async fn a_right_password_makes_a_challenge_and_no_session() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let factors = app.with_second_factor(&ada).await;
    let answer = app.anonymous().try_log_in("ada", PASSWORD).await;
    assert_eq!(answer.code(), "AUTH_SECOND_FACTOR_REQUIRED");
    assert_eq!(answer.body["data"], Value::Null);
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    let extensions = &answer.error()["extensions"];
    assert_eq!(extensions["methods"], json!(["TOTP", "RECOVERY_CODE"]));
    assert_eq!(extensions["expiresAt"], "2026-06-01T12:10:30.000Z");
    let challenge = extensions["challenge"].as_str().unwrap();
    assert!(challenge.starts_with("lkc_"), "{challenge}");
    let sessions = ada.ask("{ sessions { totalCount } }").await;
    assert_eq!(sessions.at("/sessions/totalCount"), 1, "only the first");
    let completed = app
        .anonymous()
        .complete_login(
            challenge,
            json!({ "totpCode": factors.phone.code_at(app.now()) }),
        )
        .await;
    let expected = json!({
        "id": completed.text("/completeLogin/session/id"),
        "methods": ["PASSWORD"],
        "secondFactor": true,
        "authenticatedAt": "2026-06-01T12:00:30.000Z",
    });
    assert_eq!(completed.at("/completeLogin/session"), &expected);
    let token = claims(completed.text("/completeLogin/token/accessToken"));
    assert_eq!(token["amr"], json!(["pwd", "otp", "mfa"]));
    assert_eq!(token["auth_time"], token["iat"]);
}

#[tokio::test]
async fn a_wrong_password_tells_nothing_about_the_second_factor() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.verified("bob").await;
    app.with_second_factor(&ada).await;
    let with_factor = app.anonymous().try_log_in("ada", "a wrong one").await;
    let without = app.anonymous().try_log_in("bob", "a wrong one").await;
    assert_eq!(with_factor.body, without.body);
    assert_eq!(with_factor.code(), "AUTH_INVALID_CREDENTIALS");
}

#[tokio::test]
async fn a_challenge_is_no_token_of_another_kind_and_no_other_token_is_a_challenge() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let factors = app.with_second_factor(&ada).await;
    let client = app.anonymous();
    let challenge = client.challenge("ada", PASSWORD).await;
    let bearer = client.clone().bearer(&challenge).me().await;
    assert_eq!(bearer.code(), "AUTH_UNAUTHENTICATED");
    let refresh = client.refresh(&challenge).await;
    assert_eq!(refresh.code(), "AUTH_REFRESH_TOKEN_INVALID");
    let other = "seven purple elephants juggle";
    let mailed = client.reset_password(&challenge, other).await;
    assert_eq!(mailed.code(), "AUTH_LINK_INVALID");
    client
        .request_password_reset(&ada.person.email)
        .await
        .data();
    let reset = app.token_of("reset_password", &ada.person.email);
    let code = json!({ "totpCode": factors.phone.code_at(app.now()) });
    let as_challenge = |token: &str| token.replacen("lkm_", "lkc_", 1);
    for token in [
        "",
        "lkc_",
        "lkc_nothing",
        &ada.access_token,
        &ada.refresh_token,
        &reset,
        &as_challenge(&reset),
        &challenge.replacen("lkc_", "lkm_", 1),
        &"x".repeat(1_000),
    ] {
        let refused = client.complete_login(token, code.clone()).await;
        assert_eq!(refused.code(), "AUTH_CHALLENGE_INVALID", "{token:.20}");
    }
    client.complete_login(&challenge, code).await.data();
}

#[tokio::test]
async fn a_challenge_ends_after_five_wrong_codes() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let factors = app.with_second_factor(&ada).await;
    let client = app.anonymous();
    let challenge = client.challenge("ada", PASSWORD).await;
    let wrong = factors.phone.wrong_code_at(app.now());
    for answer in [
        json!({ "totpCode": wrong }),
        json!({ "totpCode": "not a code" }),
        json!({ "recoveryCode": "not a code" }),
        json!({ "recoveryCode": "aaaa-bbbb-cccc-dddd" }),
        json!({ "totpCode": "" }),
    ] {
        let refused = client.complete_login(&challenge, answer).await;
        assert_eq!(refused.code(), "AUTH_SECOND_FACTOR_INVALID");
    }
    let code = json!({ "totpCode": factors.phone.code_at(app.now()) });
    let refused = client.complete_login(&challenge, code.clone()).await;
    assert_eq!(refused.code(), "AUTH_CHALLENGE_INVALID");
    let next = client.challenge("ada", PASSWORD).await;
    client.complete_login(&next, code).await.data();
}

#[tokio::test]
async fn a_challenge_is_void_after_ten_minutes_its_use_or_a_change_of_the_password() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let factors = app.with_second_factor(&ada).await;
    let client = app.anonymous();
    let code = || json!({ "totpCode": factors.phone.code_at(app.now()) });
    let old = client.challenge("ada", PASSWORD).await;
    app.advance(TimeDelta::minutes(10));
    let refused = client.complete_login(&old, code()).await;
    assert_eq!(refused.code(), "AUTH_CHALLENGE_INVALID");

    let used = client.challenge("ada", PASSWORD).await;
    client.complete_login(&used, code()).await.data();
    app.next_code();
    let refused = client.complete_login(&used, code()).await;
    assert_eq!(refused.code(), "AUTH_CHALLENGE_INVALID");

    let before = client.challenge("ada", PASSWORD).await;
    let new = "seven purple elephants juggle";
    ada.change_password(PASSWORD, new).await.data();
    let refused = client.complete_login(&before, code()).await;
    assert_eq!(refused.code(), "AUTH_CHALLENGE_INVALID");
    let challenge = client.challenge("ada", new).await;
    client.complete_login(&challenge, code()).await.data();
}

#[tokio::test]
async fn an_answer_is_exactly_one_code() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    let none = client.complete_login("lkc_x", json!({})).await;
    assert_eq!(none.invalid_paths(), ["input.totpCode"]);
    let both = json!({ "totpCode": "123456", "recoveryCode": "x" });
    let both = client.complete_login("lkc_x", both).await;
    assert_eq!(both.invalid_paths(), ["input.recoveryCode"]);
}

#[tokio::test]
async fn the_organization_of_the_login_becomes_the_active_one() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let factors = app.with_second_factor(&ada).await;
    let organization = "{ me { memberships { organization { id } } } }";
    let id_of = async |user: &crate::support::SignedIn| {
        let answer = user.ask(organization).await;
        answer.text("/me/memberships/0/organization/id").to_owned()
    };
    let client = app.anonymous();
    let login = "mutation($input: LoginInput!) { login(input: $input) { user { id } } }";
    let log_in_for = async |organization: String| {
        let input = json!({
            "identifier": "ada", "password": PASSWORD, "organizationId": organization,
        });
        client.call(login, json!({ "input": input })).await
    };
    let foreign = log_in_for(id_of(&bob).await).await;
    assert_eq!(foreign.code(), "ORGANIZATION_NOT_FOUND");
    let own = log_in_for(id_of(&ada).await).await;
    let challenge = own.error()["extensions"]["challenge"].as_str().unwrap();
    let code = json!({ "totpCode": factors.phone.code_at(app.now()) });
    let completed = client.complete_login(challenge, code).await;
    let token = claims(completed.text("/completeLogin/token/accessToken"));
    assert_eq!(token["org"]["id"], id_of(&ada).await);
}

#[tokio::test]
async fn a_challenge_is_void_once_the_second_factor_is_removed() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let factors = app.with_second_factor(&ada).await;
    let client = app.anonymous();
    let challenge = client.challenge("ada", PASSWORD).await;
    ada.ask("mutation { removeTotp { removed } }").await.data();
    let code = json!({ "totpCode": factors.phone.code_at(app.now()) });
    let refused = client.complete_login(&challenge, code).await;
    assert_eq!(refused.code(), "AUTH_CHALLENGE_INVALID");
    client.log_in(&ada.person).await;
}

#[tokio::test]
async fn a_challenge_of_a_deleted_account_is_void() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let factors = app.with_second_factor(&ada).await;
    let client = app.anonymous();
    let challenge = client.challenge("ada", PASSWORD).await;
    ada.delete_account(PASSWORD).await.data();
    let code = json!({ "totpCode": factors.phone.code_at(app.now()) });
    let refused = client.complete_login(&challenge, code).await;
    assert_eq!(refused.code(), "AUTH_CHALLENGE_INVALID");
}

#[tokio::test]
async fn expired_challenges_and_setups_are_purged() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    let ada = app.verified("ada").await;
    app.with_second_factor(&ada).await;
    ada.start_totp_setup().await;
    app.anonymous().challenge("ada", PASSWORD).await;
    let rows = async || {
        let challenges = sql::rows(&database.url, "challenges").await.len();
        (
            challenges,
            sql::rows(&database.url, "totp_setups").await.len(),
        )
    };
    app.purger.purge().await.unwrap();
    assert_eq!(rows().await, (1, 1));
    app.advance(TimeDelta::minutes(16));
    app.purger.purge().await.unwrap();
    assert_eq!(rows().await, (0, 0));
}

#[tokio::test]
async fn a_new_password_does_not_get_past_the_second_factor() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let factors = app.with_second_factor(&ada).await;
    let client = app.anonymous();
    let new = "seven purple elephants juggle";
    client
        .request_password_reset(&ada.person.email)
        .await
        .data();
    let token = app.token_of("reset_password", &ada.person.email);
    client.reset_password(&token, new).await.data();
    let challenge = client.challenge("ada", new).await;
    let code = json!({ "totpCode": factors.phone.code_at(app.now()) });
    client.complete_login(&challenge, code).await.data();

    let notice = app.token_of("password_reset", &ada.person.email);
    client.secure_account(&notice).await.data();
    let token = app.token_of("account_secured", &ada.person.email);
    let newest = "eight golden tigers whisper";
    client.reset_password(&token, newest).await.data();
    let challenge = client.challenge("ada", newest).await;
    let code = json!({ "recoveryCode": factors.recovery_codes[0] });
    client.complete_login(&challenge, code).await.data();
}
