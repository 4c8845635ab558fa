//! Verifying an address with a mailed link.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::{TestApp, TestDatabase, assert_one_of_64_succeeds, sql};

const RESEND: &str = "mutation($email: String!) {
    resendVerificationEmail(input: { email: $email }) { accepted } }";

#[tokio::test]
async fn the_mailed_link_verifies_the_address() {
    let app = TestApp::start().await;
    let ada = app.unverified("ada").await;
    assert_eq!(ada.me().await.code(), "AUTH_EMAIL_NOT_VERIFIED");
    let token = app.mailed_token("ada@example.com");
    assert!(token.starts_with("lkm_"), "{token}");
    let answer = app.anonymous().verify(&token).await;
    assert_eq!(answer.at("/verifyEmail/user/emailVerified"), true);
    // The session that was refused before needs no refresh.
    assert_eq!(ada.me().await.at("/me/emailVerified"), true);
}

#[tokio::test]
async fn a_link_works_once() {
    let app = TestApp::start().await;
    app.registered("ada").await;
    let token = app.mailed_token("ada@example.com");
    app.anonymous().verify(&token).await.data();
    assert_eq!(
        app.anonymous().verify(&token).await.code(),
        "AUTH_LINK_INVALID"
    );
}

#[tokio::test]
async fn of_sixty_four_concurrent_uses_of_one_link_one_succeeds() {
    let app = TestApp::start().await;
    app.registered("ada").await;
    let token = app.mailed_token("ada@example.com");
    let spend = || {
        let (client, token) = (app.anonymous(), token.clone());
        async move { client.verify(&token).await }
    };
    assert_one_of_64_succeeds(spend, "AUTH_LINK_INVALID").await;
}

#[tokio::test]
async fn a_link_expires() {
    let app = TestApp::start().await;
    let ada = app.unverified("ada").await;
    let token = app.mailed_token("ada@example.com");
    app.advance(TimeDelta::hours(24));
    assert_eq!(
        app.anonymous().verify(&token).await.code(),
        "AUTH_LINK_INVALID"
    );
    let ada = ada.refreshed().await;
    assert_eq!(ada.me().await.code(), "AUTH_EMAIL_NOT_VERIFIED");
}

#[tokio::test]
async fn an_invalid_link_is_refused() {
    let app = TestApp::start().await;
    app.registered("ada").await;
    let token = app.mailed_token("ada@example.com");
    let mut altered = token.clone().into_bytes();
    altered[10] = if altered[10] == b'A' { b'B' } else { b'A' };
    let altered = String::from_utf8(altered).unwrap();
    for text in [
        "",
        "lkm_",
        &token[4..],
        &token[..20],
        &altered,
        "lkm_'; DROP TABLE users",
        "\u{0}",
    ] {
        assert_eq!(
            app.anonymous().verify(text).await.code(),
            "AUTH_LINK_INVALID",
            "{text:?}"
        );
    }
    app.anonymous().verify(&token).await.data();
}

#[tokio::test]
async fn a_link_for_an_address_that_the_account_no_longer_has_is_refused() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    let ada = app.unverified("ada").await;
    let token = app.mailed_token("ada@example.com");
    let changed = "UPDATE users SET email = 'new@example.com', email_canonical = 'new@example.com'";
    assert_eq!(sql::execute(&database.url, changed).await, 1);
    assert_eq!(
        app.anonymous().verify(&token).await.code(),
        "AUTH_LINK_INVALID"
    );
    assert_eq!(ada.me().await.code(), "AUTH_EMAIL_NOT_VERIFIED");
    // The refusal did not use up the link, and changed nothing.
    let back = "UPDATE users SET email = 'ada@example.com', email_canonical = 'ada@example.com'";
    sql::execute(&database.url, back).await;
    app.anonymous().verify(&token).await.data();
}

#[tokio::test]
async fn another_link_can_be_requested_and_the_first_stays_valid() {
    let app = TestApp::start().await;
    app.registered("ada").await;
    let answer = app
        .anonymous()
        .call(RESEND, json!({ "email": "ADA@example.com" }))
        .await;
    assert_eq!(answer.at("/resendVerificationEmail/accepted"), true);
    let tokens = app.mailed_tokens("ada@example.com");
    assert_eq!(tokens.len(), 2);
    assert_ne!(tokens[0], tokens[1]);
    for token in &tokens {
        app.anonymous().verify(token).await.data();
    }
}

#[tokio::test]
async fn a_request_for_a_link_gets_the_same_response_for_every_address() {
    let app = TestApp::start().await;
    app.verified("ada").await;
    app.registered("bob").await;
    let registered = app
        .anonymous()
        .call(RESEND, json!({ "email": "bob@example.com" }))
        .await;
    for email in [
        "ada@example.com",
        "nobody@example.com",
        " bob@EXAMPLE.com\n",
    ] {
        let answer = app
            .anonymous()
            .call(RESEND, json!({ "email": email }))
            .await;
        assert_eq!(answer.body, registered.body, "{email}");
    }
    assert_eq!(
        app.mailed_tokens("ada@example.com").len(),
        1,
        "only the one of the registration"
    );
    assert_eq!(app.mailed_tokens("nobody@example.com").len(), 0);
}

#[tokio::test]
async fn links_that_expired_are_purged() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    app.registered("ada").await;
    let count = "SELECT CAST(COUNT(*) AS TEXT) FROM email_verifications";
    app.purger.purge().await.unwrap();
    assert_eq!(sql::text(&database.url, count).await, "1");
    app.advance(TimeDelta::hours(25));
    app.purger.purge().await.unwrap();
    assert_eq!(sql::text(&database.url, count).await, "0");
}
