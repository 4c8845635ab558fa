//! `requestPasswordReset` and `resetPassword`.

use chrono::TimeDelta;

use crate::support::{PASSWORD, Person, TestApp, assert_one_of_64_succeeds};

const NEW: &str = "seven purple elephants juggle";

/// Returns the token of the latest link that resets this user's password.
fn token(app: &TestApp, person: &Person) -> String {
    app.token_of("reset_password", &person.email)
}

#[tokio::test]
async fn the_mailed_link_sets_a_new_password_and_ends_every_session() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let phone = app.anonymous().log_in(&ada.person).await;
    let requested = app
        .anonymous()
        .request_password_reset("ADA@example.com")
        .await;
    assert_eq!(requested.at("/requestPasswordReset/accepted"), true);
    ada.me().await.data();
    let reset = app
        .anonymous()
        .reset_password(&token(&app, &ada.person), NEW)
        .await;
    assert_eq!(reset.text("/resetPassword/user/email"), "ada@example.com");
    for session in [&ada, &phone] {
        let ended = session.me().await;
        assert_eq!(ended.code(), "AUTH_SESSION_ENDED");
        assert_eq!(ended.error()["extensions"]["reason"], "PASSWORD_RESET");
        let refreshed = session.refresh(&session.refresh_token).await;
        assert_eq!(refreshed.error()["extensions"]["reason"], "PASSWORD_RESET");
    }
    let old = app.anonymous().try_log_in("ada", PASSWORD).await;
    assert_eq!(old.code(), "AUTH_INVALID_CREDENTIALS");
    app.anonymous().try_log_in("ada", NEW).await.data();
}

#[tokio::test]
async fn a_link_works_once_and_for_thirty_minutes() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.anonymous()
        .request_password_reset("ada@example.com")
        .await
        .data();
    let first = token(&app, &ada.person);
    app.advance(TimeDelta::minutes(30) - TimeDelta::milliseconds(1));
    app.anonymous().reset_password(&first, NEW).await.data();
    let again = app.anonymous().reset_password(&first, NEW).await;
    assert_eq!(again.code(), "AUTH_LINK_INVALID");

    app.anonymous()
        .request_password_reset("ada@example.com")
        .await
        .data();
    let second = token(&app, &ada.person);
    app.advance(TimeDelta::minutes(30));
    let late = app.anonymous().reset_password(&second, PASSWORD).await;
    assert_eq!(late.code(), "AUTH_LINK_INVALID");
}

#[tokio::test]
async fn a_newer_request_voids_the_older_link() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    for _ in 0..2 {
        app.anonymous()
            .request_password_reset("ada@example.com")
            .await
            .data();
    }
    let tokens = app.tokens_of("reset_password", &ada.person.email);
    let older = app.anonymous().reset_password(&tokens[0], NEW).await;
    assert_eq!(older.code(), "AUTH_LINK_INVALID");
    app.anonymous().reset_password(&tokens[1], NEW).await.data();
}

#[tokio::test]
async fn a_refused_password_does_not_use_up_the_link() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.anonymous()
        .request_password_reset("ada@example.com")
        .await
        .data();
    let token = token(&app, &ada.person);
    for bad in ["short", "password123", "ada@example.com", &"x".repeat(257)] {
        let refused = app.anonymous().reset_password(&token, bad).await;
        assert_eq!(refused.invalid_paths(), ["input.newPassword"], "{bad}");
    }
    ada.me().await.data();
    app.anonymous().reset_password(&token, NEW).await.data();
}

#[tokio::test]
async fn of_sixty_four_concurrent_uses_of_one_link_one_succeeds() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.anonymous()
        .request_password_reset("ada@example.com")
        .await
        .data();
    let token = token(&app, &ada.person);
    let spend = || {
        let (client, token) = (app.anonymous(), token.clone());
        async move { client.reset_password(&token, NEW).await }
    };
    assert_one_of_64_succeeds(spend, "AUTH_LINK_INVALID").await;
}

#[tokio::test]
async fn an_invalid_link_is_refused() {
    let app = TestApp::start().await;
    app.verified("ada").await;
    let verification = app.mailed_token("ada@example.com");
    for text in ["", "lkm_", &verification, "\u{0}"] {
        let answer = app.anonymous().reset_password(text, NEW).await;
        assert_eq!(answer.code(), "AUTH_LINK_INVALID", "{text:?}");
    }
}

#[tokio::test]
async fn every_address_gets_the_same_response_and_nobody_else_is_mailed() {
    let app = TestApp::start().await;
    app.verified("ada").await;
    let registered = app
        .anonymous()
        .request_password_reset("ada@example.com")
        .await;
    let answer = app
        .anonymous()
        .request_password_reset("nobody@example.com")
        .await;
    assert_eq!(answer.body, registered.body);
    assert_eq!(
        answer.headers.keys().count(),
        registered.headers.keys().count()
    );
    assert_eq!(app.templates_to("nobody@example.com").await, [""; 0]);
    let mailed = app.mailbox.list(false, 100).await.unwrap();
    assert_eq!(mailed.len(), 2, "a verification and a reset: {mailed:?}");
}

/// A stranger registers with another person's address, and waits.
#[tokio::test]
async fn the_true_owner_of_an_address_takes_the_account_from_a_stranger() {
    let app = TestApp::start().await;
    let stranger = app.unverified("ada").await;
    app.anonymous()
        .request_password_reset("ada@example.com")
        .await
        .data();
    let reset = app
        .anonymous()
        .reset_password(&token(&app, &stranger.person), NEW)
        .await;
    assert_eq!(reset.at("/resetPassword/user/emailVerified"), true);
    let ended = stranger
        .ask("mutation { logout { revokedSessions } }")
        .await;
    assert_eq!(ended.error()["extensions"]["reason"], "PASSWORD_RESET");
    let password = &stranger.person.password;
    let stranger = app
        .anonymous()
        .try_log_in("ada@example.com", password)
        .await;
    assert_eq!(stranger.code(), "AUTH_INVALID_CREDENTIALS");
    app.anonymous()
        .try_log_in("ada@example.com", NEW)
        .await
        .data();
}

#[tokio::test]
async fn a_change_of_password_voids_the_link() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.anonymous()
        .request_password_reset("ada@example.com")
        .await
        .data();
    ada.change_password(PASSWORD, NEW).await.data();
    let answer = app
        .anonymous()
        .reset_password(&token(&app, &ada.person), PASSWORD)
        .await;
    assert_eq!(answer.code(), "AUTH_LINK_INVALID");
}

#[tokio::test]
async fn a_link_that_was_mailed_to_an_address_that_the_account_left_is_void() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.anonymous()
        .request_password_reset("ada@example.com")
        .await
        .data();
    ada.request_email_change("new@example.com", PASSWORD)
        .await
        .data();
    let confirm = app.token_of("confirm_email_change", "new@example.com");
    app.anonymous().confirm_email_change(&confirm).await.data();
    let answer = app
        .anonymous()
        .reset_password(&token(&app, &ada.person), NEW)
        .await;
    assert_eq!(answer.code(), "AUTH_LINK_INVALID");
}
