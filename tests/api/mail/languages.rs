//! Languages: a mail is in the language of its reader, and not of the user who caused it.

use crate::support::{Client, PASSWORD, Person, SignedIn, TestApp};

const NEW: &str = "seven purple elephants juggle";

fn reading(app: &TestApp, language: &str) -> Client {
    app.anonymous().header("accept-language", language)
}

/// Returns a user who registered, verified the address and logged in with a browser of this language.
async fn verified(app: &TestApp, name: &str, language: &str) -> SignedIn {
    let person = Person::named(name);
    let client = reading(app, language);
    client.register(&person).await.data();
    client.verify(&app.mailed_token(&person.email)).await.data();
    client.log_in(&person).await
}

async fn latest_subject(app: &TestApp, email: &str) -> String {
    let mail = app.mail_to(email).await.pop().unwrap();
    mail.envelope.subject
}

#[tokio::test]
async fn a_stranger_who_asks_for_a_reset_does_not_choose_its_language() {
    let app = TestApp::start().await;
    verified(&app, "ada", "de").await;
    let stranger = reading(&app, "en");
    stranger
        .request_password_reset("ada@example.com")
        .await
        .data();
    assert_eq!(
        latest_subject(&app, "ada@example.com").await,
        "Wählen Sie ein neues Passwort"
    );
}

#[tokio::test]
async fn a_notice_of_a_strangers_login_is_in_the_language_of_its_reader() {
    let app = TestApp::start().await;
    let ada = verified(&app, "ada", "de").await;
    reading(&app, "en")
        .header("x-device-id", "thief")
        .log_in(&ada.person)
        .await;
    let mail = app.mail_to("ada@example.com").await.pop().unwrap();
    assert_eq!(mail.envelope.template, "new_device");
    assert!(mail.text.contains("Gerät"), "{}", mail.text);
}

#[tokio::test]
async fn the_language_is_that_of_the_latest_own_login_or_refresh_that_names_one() {
    let app = TestApp::start().await;
    let ada = verified(&app, "ada", "en").await;
    let reset = async || {
        app.anonymous()
            .request_password_reset("ada@example.com")
            .await
            .data();
        latest_subject(&app, "ada@example.com").await
    };
    let (german, english) = ("Wählen Sie ein neues Passwort", "Choose a new password");
    assert_eq!(reset().await, english);
    let phone = reading(&app, "de-AT, en;q=0.5").log_in(&ada.person).await;
    assert_eq!(reset().await, german);
    // A server refreshes for its user, and names no language.
    app.anonymous().refresh(&phone.refresh_token).await.data();
    assert_eq!(reset().await, german);
    reading(&app, "en").refresh(&ada.refresh_token).await.data();
    assert_eq!(reset().await, english);
}

#[tokio::test]
async fn a_wrong_password_changes_nobodys_language() {
    let app = TestApp::start().await;
    verified(&app, "ada", "de").await;
    let answer = reading(&app, "en").try_log_in("ada", "wrong").await;
    assert_eq!(answer.code(), "AUTH_INVALID_CREDENTIALS");
    app.anonymous()
        .request_password_reset("ada@example.com")
        .await
        .data();
    assert_eq!(
        latest_subject(&app, "ada@example.com").await,
        "Wählen Sie ein neues Passwort"
    );
}

#[tokio::test]
async fn an_invitation_is_in_the_language_of_its_reader_or_else_of_the_inviter() {
    let app = TestApp::start().await;
    let ada = verified(&app, "ada", "en").await;
    verified(&app, "bob", "de").await;
    let id = ada.new_organization("Engines").await;
    ada.invited(&id, "BOB@example.com", "MEMBER").await;
    let mail = app.mail_to("BOB@example.com").await.pop().unwrap();
    assert!(mail.text.contains("Organisation"), "{}", mail.text);
    ada.invited(&id, "guest@example.com", "MEMBER").await;
    let mail = app.mail_to("guest@example.com").await.pop().unwrap();
    assert!(!mail.text.contains("Organisation"), "{}", mail.text);
}

#[tokio::test]
async fn mail_about_a_role_is_in_the_members_own_language() {
    let app = TestApp::start().await;
    let ada = verified(&app, "ada", "en").await;
    let bob = verified(&app, "bob", "de").await;
    let id = ada.new_organization("Engines").await;
    let membership = ada.admit(&id, &bob, "MEMBER").await;
    ada.update_member_role(&membership, "ADMIN").await.data();
    let mail = app.mail_to("bob@example.com").await.pop().unwrap();
    assert_eq!(mail.envelope.template, "role_changed");
    assert!(mail.text.contains("Organisation"), "{}", mail.text);
    // Her language stays the same.
    ada.request_password_reset("ada@example.com").await.data();
    let reset = app.token_of("reset_password", "ada@example.com");
    reading(&app, "de").reset_password(&reset, NEW).await.data();
    assert_ne!(NEW, PASSWORD);
    assert_eq!(
        latest_subject(&app, "ada@example.com").await,
        "Your password was reset"
    );
}

/// A user who clicks "this was not me" can read the mail that follows, even after a thief has logged in with another language.
#[tokio::test]
async fn after_a_thief_logged_in_the_owner_is_answered_in_their_own_language() {
    let app = TestApp::start().await;
    let ada = verified(&app, "ada", "de").await;
    let thief = reading(&app, "en").header("x-device-id", "thief");
    thief.log_in(&ada.person).await;
    let notice = app.token_of("new_device", "ada@example.com");
    reading(&app, "de").secure_account(&notice).await.data();
    let mail = app.mail_to("ada@example.com").await.pop().unwrap();
    assert_eq!(mail.envelope.template, "account_secured");
    assert!(mail.text.contains("Passwort"), "{}", mail.text);
}

#[tokio::test]
async fn an_unsupported_language_replaces_no_other() {
    let app = TestApp::start().await;
    let ada = verified(&app, "ada", "de").await;
    reading(&app, "fr-FR, fr;q=0.9").log_in(&ada.person).await;
    app.anonymous()
        .request_password_reset("ada@example.com")
        .await
        .data();
    assert_eq!(
        latest_subject(&app, "ada@example.com").await,
        "Wählen Sie ein neues Passwort"
    );
}
