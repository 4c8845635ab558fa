//! A mistyped address at registration: an unverified user corrects it.

use chrono::TimeDelta;

use crate::support::{PASSWORD, Person, SignedIn, TestApp, TestDatabase, log, on_node};

const RIGHT: &str = "Right@example.com";

async fn email(user: &SignedIn) -> String {
    let answer = user.ask("{ viewer { user { email } } }").await;
    answer.text("/viewer/user/email").to_owned()
}

#[tokio::test]
async fn an_unverified_user_corrects_the_address_at_once_and_the_old_link_is_void() {
    let app = TestApp::start().await;
    let ada = app.unverified("ada").await;
    let old = app.mailed_token("ada@example.com");
    app.advance(TimeDelta::minutes(10));
    let requested = ada.request_email_change(RIGHT, PASSWORD).await;
    assert_eq!(requested.at("/requestEmailChange/accepted"), true);
    assert_eq!(email(&ada).await, RIGHT);
    for answer in [
        app.anonymous().verify(&old).await,
        app.anonymous().registration(&old).await,
        app.anonymous().cancel_registration(&old).await,
    ] {
        assert_eq!(answer.code(), "AUTH_LINK_INVALID");
    }
    // The old address may be a stranger's: nothing more is mailed there, and unsent mail is deleted.
    assert_eq!(app.templates_to("ada@example.com").await, [""; 0]);
    let mail = app.mail_to(RIGHT).await.remove(0);
    assert_eq!(mail.envelope.template, "verify_email");
    for words in ["Username: ada\n", "Time: 2026-06-01 12:00 UTC\n"] {
        assert!(mail.text.contains(words), "{words}: {}", mail.text);
    }
    let link = app.mailed_token(RIGHT);
    let preview = app.anonymous().registration(&link).await;
    assert_eq!(preview.text("/registration/email"), RIGHT);
    app.anonymous().verify(&link).await.data();
    assert_eq!(ada.me().await.at("/me/emailVerified"), true);
    app.anonymous()
        .try_log_in("right@example.com", PASSWORD)
        .await
        .data();
    // The mistyped address is free again.
    let taker = Person {
        email: "ada@example.com".to_owned(),
        ..Person::named("other")
    };
    app.anonymous().register(&taker).await.data();
}

#[tokio::test]
async fn going_back_to_the_first_address_brings_no_old_link_back() {
    let app = TestApp::start().await;
    let ada = app.unverified("ada").await;
    let old = app.mailed_token("ada@example.com");
    ada.request_email_change(RIGHT, PASSWORD).await.data();
    ada.request_email_change("ada@example.com", PASSWORD)
        .await
        .data();
    assert_eq!(
        app.anonymous().verify(&old).await.code(),
        "AUTH_LINK_INVALID"
    );
    let new = app.mailed_token("ada@example.com");
    app.anonymous().verify(&new).await.data();
}

#[tokio::test]
async fn a_reset_link_to_the_mistyped_address_stops_working() {
    let app = TestApp::start().await;
    let ada = app.unverified("ada").await;
    ada.request_password_reset("ada@example.com").await.data();
    let reset = app.token_of("reset_password", "ada@example.com");
    ada.request_email_change(RIGHT, PASSWORD).await.data();
    let answer = app
        .anonymous()
        .reset_password(&reset, "seven purple elephants juggle")
        .await;
    assert_eq!(answer.code(), "AUTH_LINK_INVALID");
    assert_eq!(email(&ada).await, RIGHT);
}

#[tokio::test]
async fn an_invalid_new_address_changes_nothing() {
    let app = TestApp::start().await;
    app.verified("bob").await;
    let ada = app.unverified("ada").await;
    for (address, password, code) in [
        (RIGHT, "wrong", "AUTH_INVALID_CREDENTIALS"),
        ("bob@example.com", PASSWORD, "AUTH_EMAIL_EXISTS"),
        ("nonsense", PASSWORD, "VALIDATION_FAILED"),
        ("ada@example.com", PASSWORD, "VALIDATION_FAILED"),
    ] {
        let answer = ada.request_email_change(address, password).await;
        assert_eq!(answer.code(), code, "{address}");
    }
    assert_eq!(email(&ada).await, "ada@example.com");
    let link = app.mailed_token("ada@example.com");
    app.anonymous().verify(&link).await.data();
}

#[tokio::test]
async fn a_registration_that_was_never_verified_keeps_its_address_from_a_correction_for_seven_days()
{
    let app = TestApp::start().await;
    let bob_id = app.unverified("bob").await.user_id().await;
    let ada = app.unverified("ada").await;
    let early = ada.request_email_change("bob@example.com", PASSWORD).await;
    assert_eq!(early.code(), "AUTH_EMAIL_EXISTS");
    app.advance(TimeDelta::days(7) + TimeDelta::milliseconds(1));
    let ada = ada.refreshed().await;
    ada.request_email_change("bob@example.com", PASSWORD)
        .await
        .data();
    assert_eq!(email(&ada).await, "bob@example.com");
    log::assert_replaced(&bob_id, &ada.user_id().await, "requestEmailChange");
    let gone = app.anonymous().try_log_in("bob", PASSWORD).await;
    assert_eq!(gone.code(), "AUTH_INVALID_CREDENTIALS");
}

#[tokio::test]
async fn where_accounts_are_concealed_a_correction_reveals_nothing() {
    let database = TestDatabase::shared().await;
    let open = TestApp::start_on(&database, &[]).await;
    let ada = open.unverified("ada").await;
    let concealing = TestApp::start_on(
        &database,
        &[
            "--conceal-accounts",
            "true",
            "--public-url",
            &open.public_url(),
        ],
    )
    .await;
    let ada = on_node(&concealing, &ada);
    let answer = ada.request_email_change(RIGHT, PASSWORD).await;
    assert_eq!(answer.code(), "AUTH_EMAIL_NOT_VERIFIED");
}
