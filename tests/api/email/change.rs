//! `requestEmailChange` and `confirmEmailChange`.

use chrono::TimeDelta;

use crate::support::{PASSWORD, Person, SignedIn, TestApp, assert_one_of_64_succeeds, log};

pub const NEW: &str = "new@example.com";

/// Asks for the change and follows its link.
pub async fn change(app: &TestApp, ada: &SignedIn, email: &str) {
    ada.request_email_change(email, PASSWORD).await.data();
    let token = app.token_of("confirm_email_change", email);
    app.anonymous().confirm_email_change(&token).await.data();
}

#[tokio::test]
async fn nothing_changes_until_the_link_is_followed() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let requested = ada.request_email_change("New@Example.com", PASSWORD).await;
    assert_eq!(requested.at("/requestEmailChange/accepted"), true);
    assert_eq!(ada.me().await.text("/me/email"), "ada@example.com");
    app.anonymous()
        .try_log_in("ada@example.com", PASSWORD)
        .await
        .data();

    let token = app.token_of("confirm_email_change", "New@example.com");
    let done = app.anonymous().confirm_email_change(&token).await;
    assert_eq!(
        done.text("/confirmEmailChange/user/email"),
        "New@example.com"
    );
    assert_eq!(done.at("/confirmEmailChange/user/emailVerified"), true);
    // Nobody is logged out.
    assert_eq!(ada.me().await.text("/me/email"), "New@example.com");
    app.anonymous().try_log_in(NEW, PASSWORD).await.data();
    let old = app
        .anonymous()
        .try_log_in("ada@example.com", PASSWORD)
        .await;
    assert_eq!(old.code(), "AUTH_INVALID_CREDENTIALS");
    let again = app.anonymous().confirm_email_change(&token).await;
    assert_eq!(again.code(), "AUTH_LINK_INVALID");
    let notices = app.templates_to("ada@example.com").await;
    assert_eq!(
        notices,
        ["verify_email", "email_change_requested", "email_changed"]
    );
}

/// The address may be somebody else's: they can tell that it is not their account, and that nothing happens by itself.
#[tokio::test]
async fn the_mail_to_the_new_address_names_the_account_and_the_device_that_asked() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    for (language, words) in [
        (
            "en",
            [
                "Username of the account: ada ",
                "Device name: Ada’s phone ",
                "Time: 2026-06-01 12:00 UTC ",
                "without the link, nothing changes",
            ],
        ),
        (
            "de",
            [
                "Benutzername des Kontos: ada ",
                "Gerätename: Ada’s phone ",
                "Zeit: 2026-06-01 12:00 UTC ",
                "Ohne den Link ändert sich nichts",
            ],
        ),
    ] {
        let phone = ada.client.clone().header("x-device-name", "Ada’s phone");
        let phone = phone.header("accept-language", language);
        let email = format!("{language}@example.com");
        phone.request_email_change(&email, PASSWORD).await.data();
        let mail = app.mail_to(&email).await.pop().unwrap();
        let text = mail.text.replace('\n', " ");
        for words in words {
            assert!(text.contains(words), "{words}: {}", mail.text);
        }
        assert!(!text.contains("127.0.0.1"), "{}", mail.text);
    }
}

#[tokio::test]
async fn a_change_needs_the_password_and_a_valid_different_address() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.verified("eve").await;
    let wrong = ada.request_email_change(NEW, "wrong").await;
    assert_eq!(wrong.code(), "AUTH_INVALID_CREDENTIALS");
    for email in [
        "",
        "no address",
        "new@example.com\r\nBcc: eve@example.com",
        "ada@example.com",
        " ada@example.com ",
    ] {
        let refused = ada.request_email_change(email, PASSWORD).await;
        assert_eq!(refused.invalid_paths(), ["input.newEmail"], "{email}");
    }
    let taken = ada.request_email_change("EVE@example.com", PASSWORD).await;
    assert_eq!(taken.code(), "AUTH_EMAIL_EXISTS");
    assert_eq!(app.templates_to("ada@example.com").await, ["verify_email"]);
}

#[tokio::test]
async fn a_newer_request_voids_the_older_link_and_links_expire() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    ada.request_email_change("one@example.com", PASSWORD)
        .await
        .data();
    ada.request_email_change("two@example.com", PASSWORD)
        .await
        .data();
    let one = app.token_of("confirm_email_change", "one@example.com");
    let answer = app.anonymous().confirm_email_change(&one).await;
    assert_eq!(answer.code(), "AUTH_LINK_INVALID");
    app.advance(TimeDelta::hours(24));
    let two = app.token_of("confirm_email_change", "two@example.com");
    let answer = app.anonymous().confirm_email_change(&two).await;
    assert_eq!(answer.code(), "AUTH_LINK_INVALID");
    for text in ["", "lkm_", &app.mailed_token("ada@example.com")] {
        let answer = app.anonymous().confirm_email_change(text).await;
        assert_eq!(answer.code(), "AUTH_LINK_INVALID", "{text}");
    }
}

#[tokio::test]
async fn an_address_that_was_taken_meanwhile_is_refused_and_the_link_stays() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    ada.request_email_change(NEW, PASSWORD).await.data();
    let other = Person {
        email: NEW.to_owned(),
        ..Person::named("other")
    };
    app.anonymous().register(&other).await.data();
    let token = app.token_of("confirm_email_change", NEW);
    let answer = app.anonymous().confirm_email_change(&token).await;
    assert_eq!(answer.code(), "AUTH_EMAIL_EXISTS");
    let other = app.anonymous().log_in(&other).await;
    other.delete_account(PASSWORD).await.data();
    app.anonymous().confirm_email_change(&token).await.data();
}

#[tokio::test]
async fn of_sixty_four_concurrent_confirmations_of_one_change_one_succeeds() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    ada.request_email_change(NEW, PASSWORD).await.data();
    let token = app.token_of("confirm_email_change", NEW);
    let spend = || {
        let (client, token) = (app.anonymous(), token.clone());
        async move { client.confirm_email_change(&token).await }
    };
    assert_one_of_64_succeeds(spend, "AUTH_LINK_INVALID").await;
    assert_eq!(ada.me().await.text("/me/email"), NEW);
}

/// A thief with the password asks for the change. The owner is warned and sets a new password.
#[tokio::test]
async fn a_new_password_stops_a_change_that_was_asked_for_with_the_old_one() {
    let app = TestApp::start().await;
    for (name, by_mail) in [("ada", false), ("bob", true)] {
        let owner = app.verified(name).await;
        let thief = app.anonymous().log_in(&owner.person).await;
        let email = format!("thief-{name}@example.com");
        thief.request_email_change(&email, PASSWORD).await.data();
        let new = "seven purple elephants juggle";
        if by_mail {
            app.anonymous()
                .request_password_reset(&owner.person.email)
                .await
                .data();
            let token = app.token_of("reset_password", &owner.person.email);
            app.anonymous().reset_password(&token, new).await.data();
        } else {
            owner.change_password(PASSWORD, new).await.data();
        }
        let token = app.token_of("confirm_email_change", &email);
        let answer = app.anonymous().confirm_email_change(&token).await;
        assert_eq!(answer.code(), "AUTH_LINK_INVALID", "{name}");
    }
}

#[tokio::test]
async fn an_unverified_owner_does_not_keep_an_address_from_a_verified_one() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let squatter = Person {
        email: NEW.to_owned(),
        ..Person::named("squatter")
    };
    let registered = app.anonymous().register(&squatter).await;
    let squatter_id = registered.text("/register/user/id");
    let early = ada.request_email_change(NEW, PASSWORD).await;
    assert_eq!(early.code(), "AUTH_EMAIL_EXISTS");
    app.advance(TimeDelta::days(7) + TimeDelta::seconds(1));
    let ada = app.anonymous().log_in(&ada.person).await;
    change(&app, &ada, NEW).await;
    assert_eq!(ada.me().await.text("/me/email"), NEW);
    log::assert_replaced(squatter_id, &ada.user_id().await, "confirmEmailChange");
    let gone = app.anonymous().try_log_in("squatter", PASSWORD).await;
    assert_eq!(gone.code(), "AUTH_INVALID_CREDENTIALS");
}
