//! `secureAccount`: "this was not me" takes an account back from a thief.

use chrono::TimeDelta;

use crate::support::{PASSWORD, Person, SignedIn, TestApp};

const NEW: &str = "seven purple elephants juggle";
const OTHER: &str = "nine copper lanterns whistle";
const NEWEST: &str = "eleven quiet submarines waltz";

/// A login with the right password on a device that is new to the account.
async fn log_in_as_thief(app: &TestApp, person: &Person) -> SignedIn {
    let device = app.anonymous().header("x-device-id", "thief");
    device.log_in(person).await
}

#[tokio::test]
async fn this_was_not_me_ends_every_session_voids_the_password_and_starts_a_reset() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let thief = log_in_as_thief(&app, &ada.person).await;
    thief.change_password(PASSWORD, NEW).await.data();
    let token = app.token_of("password_changed", "ada@example.com");
    let secured = app.anonymous().secure_account(&token).await;
    assert_eq!(secured.text("/secureAccount/email"), "ada@example.com");
    assert_eq!(secured.at("/secureAccount/revokedSessions"), 1);
    assert_eq!(
        thief.me().await.error()["extensions"]["reason"],
        "ACCOUNT_SECURED"
    );
    for password in [PASSWORD, NEW] {
        let answer = app.anonymous().try_log_in("ada", password).await;
        assert_eq!(answer.code(), "AUTH_INVALID_CREDENTIALS");
    }
    let reset = app.token_of("account_secured", "ada@example.com");
    app.anonymous().reset_password(&reset, NEWEST).await.data();
    // The thief's device is unknown again.
    let before = app.tokens_of("new_device", "ada@example.com").len();
    app.anonymous()
        .header("x-device-id", "thief")
        .try_log_in("ada", NEWEST)
        .await
        .data();
    assert_eq!(
        app.tokens_of("new_device", "ada@example.com").len(),
        before + 1
    );
}

#[tokio::test]
async fn after_this_was_not_me_no_password_comes_back_that_a_thief_may_know() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let thief = log_in_as_thief(&app, &ada.person).await;
    let stolen = app.token_of("new_device", "ada@example.com");
    thief.change_password(PASSWORD, NEW).await.data();
    // A second change does not hide the first.
    thief.change_password(NEW, OTHER).await.data();
    app.anonymous().secure_account(&stolen).await.data();
    // This also holds for a link that is mailed later.
    app.anonymous()
        .request_password_reset("ada@example.com")
        .await
        .data();
    let reset = app.token_of("reset_password", "ada@example.com");
    for known_to_thief in [PASSWORD, NEW, OTHER] {
        let answer = app.anonymous().reset_password(&reset, known_to_thief).await;
        assert_eq!(answer.invalid_paths(), ["input.newPassword"]);
        assert_eq!(
            answer.error()["extensions"]["fields"][0]["message"],
            "The new password must be new to this account: somebody else may know its former passwords."
        );
    }
    app.anonymous().reset_password(&reset, NEWEST).await.data();
    // The password does not come back later either.
    let owner = Person {
        password: NEWEST.to_owned(),
        ..ada.person.clone()
    };
    let ada = app.anonymous().log_in(&owner).await;
    let answer = ada.change_password(NEWEST, PASSWORD).await;
    assert_eq!(answer.invalid_paths(), ["input.newPassword"]);
}

#[tokio::test]
async fn a_stolen_password_that_nobody_changed_does_not_come_back_either() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    log_in_as_thief(&app, &ada.person).await;
    let notice = app.token_of("new_device", "ada@example.com");
    app.anonymous().secure_account(&notice).await.data();
    let reset = app.token_of("account_secured", "ada@example.com");
    let answer = app.anonymous().reset_password(&reset, PASSWORD).await;
    assert_eq!(answer.invalid_paths(), ["input.newPassword"]);
    app.anonymous().reset_password(&reset, NEW).await.data();
}

#[tokio::test]
async fn a_replaced_password_is_forgotten_after_seven_days_and_a_stolen_one_after_a_year() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    ada.change_password(PASSWORD, NEW).await.data();
    app.advance(TimeDelta::days(8));
    app.purger.purge().await.unwrap();
    let thief = app.anonymous().header("x-device-id", "thief");
    thief.try_log_in("ada", NEW).await.data();
    let notice = app.token_of("new_device", "ada@example.com");
    app.anonymous().secure_account(&notice).await.data();
    let reset = app.token_of("account_secured", "ada@example.com");
    let answer = app.anonymous().reset_password(&reset, NEW).await;
    assert_eq!(answer.invalid_paths(), ["input.newPassword"]);
    app.anonymous()
        .reset_password(&reset, PASSWORD)
        .await
        .data();
    for (days, is_refused) in [(364, true), (2, false)] {
        app.advance(TimeDelta::days(days));
        app.purger.purge().await.unwrap();
        app.anonymous()
            .request_password_reset("ada@example.com")
            .await
            .data();
        let reset = app.token_of("reset_password", "ada@example.com");
        let answer = app.anonymous().reset_password(&reset, NEW).await;
        assert_eq!(answer.body["errors"].is_array(), is_refused, "{days}");
    }
}

#[tokio::test]
async fn one_click_is_enough_however_many_notices_there_were() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.anonymous()
        .header("x-device-id", "a")
        .log_in(&ada.person)
        .await;
    app.advance(TimeDelta::hours(1));
    app.anonymous()
        .header("x-device-id", "b")
        .log_in(&ada.person)
        .await;
    let tokens = app.tokens_of("new_device", "ada@example.com");
    app.anonymous().secure_account(&tokens[1]).await.data();
    let reset = app.token_of("account_secured", "ada@example.com");
    app.anonymous().reset_password(&reset, NEW).await.data();
    // The older one, to the same address, would only take the new password away again.
    for token in &tokens {
        let answer = app.anonymous().secure_account(token).await;
        assert_eq!(answer.code(), "AUTH_LINK_INVALID");
    }
    app.anonymous().try_log_in("ada", NEW).await.data();
}

#[tokio::test]
async fn links_in_notices_expire_after_seven_days_and_invalid_ones_are_refused() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.anonymous()
        .header("x-device-id", "a")
        .log_in(&ada.person)
        .await;
    let token = app.token_of("new_device", "ada@example.com");
    for text in ["", "lkm_", &app.mailed_token("ada@example.com"), "\u{0}"] {
        let answer = app.anonymous().secure_account(text).await;
        assert_eq!(answer.code(), "AUTH_LINK_INVALID", "{text:?}");
    }
    app.advance(TimeDelta::days(7));
    assert_eq!(
        app.anonymous().secure_account(&token).await.code(),
        "AUTH_LINK_INVALID"
    );
}
