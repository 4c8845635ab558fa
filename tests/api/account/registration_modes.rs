//! The modes of registration, and the query by which a page learns the mode.

use serde_json::json;

use crate::support::{Person, SignedIn, TestApp, TestDatabase};

async fn announced_mode(app: &TestApp) -> String {
    let answer = app
        .anonymous()
        .ask("{ signInOptions { registration } }")
        .await;
    answer.text("/signInOptions/registration").to_owned()
}

/// Ada, who registered while everybody could, and the token of her invitation to guest@example.com.
async fn inviting(database: &TestDatabase) -> (SignedIn, String) {
    let open = TestApp::start_on(database, &[]).await;
    let ada = open.verified("ada").await;
    let id = ada.new_organization("Engines").await;
    ada.invited(&id, "guest@example.com", "MEMBER").await;
    let token = open.token_of("invitation", "guest@example.com");
    (ada, token)
}

#[tokio::test]
async fn by_default_everybody_may_register() {
    let app = TestApp::start().await;
    assert_eq!(announced_mode(&app).await, "OPEN");
    app.anonymous().register(&Person::named("ada")).await.data();
}

#[tokio::test]
async fn with_registration_by_invitation_a_token_is_needed_and_enough() {
    let database = TestDatabase::shared().await;
    let (_, token) = inviting(&database).await;
    let app = TestApp::start_on(&database, &["--registration", "invitation"]).await;
    assert_eq!(announced_mode(&app).await, "INVITATION");
    let refused = app.anonymous().register(&Person::named("eve")).await;
    assert_eq!(refused.code(), "AUTH_REGISTRATION_CLOSED");
    assert!(
        refused.error()["message"]
            .as_str()
            .unwrap()
            .contains("invitation")
    );
    let register =
        "mutation($input: RegisterInput!) { register(input: $input) { user { emailVerified } } }";
    let guest = Person::named("guest");
    let input = json!({ "email": guest.email, "username": guest.username, "password": guest.password,
        "invitationToken": token });
    let made = app
        .anonymous()
        .call(register, json!({ "input": input }))
        .await;
    assert_eq!(made.at("/register/user/emailVerified"), true);
}

#[tokio::test]
async fn where_registration_is_closed_nobody_registers_and_everybody_logs_in() {
    let database = TestDatabase::shared().await;
    let (ada, token) = inviting(&database).await;
    let app = TestApp::start_on(&database, &["--registration", "closed"]).await;
    assert_eq!(announced_mode(&app).await, "CLOSED");
    let register = "mutation($input: RegisterInput!) { register(input: $input) { user { id } } }";
    for token in [json!(null), json!(token)] {
        let input = json!({ "email": "guest@example.com", "username": "guest",
            "password": ada.person.password, "invitationToken": token });
        let refused = app
            .anonymous()
            .call(register, json!({ "input": input }))
            .await;
        assert_eq!(refused.code(), "AUTH_REGISTRATION_CLOSED");
    }
    app.anonymous().log_in(&ada.person).await;
}

#[tokio::test]
async fn the_mail_of_an_invitation_promises_an_account_only_where_one_can_be_made() {
    let database = TestDatabase::shared().await;
    let (inviter, _) = inviting(&database).await;
    for (mode, language, included, excluded) in [
        ("invitation", "en", "or with a new one", "cannot be created"),
        (
            "closed",
            "en",
            "New accounts cannot be created",
            "create an account",
        ),
        ("invitation", "de", "mit einem neuen", "nicht angelegt"),
        (
            "closed",
            "de",
            "Neue Konten können nicht angelegt werden",
            "mit einem neuen",
        ),
    ] {
        let app = TestApp::start_on(&database, &["--registration", mode]).await;
        let ada = app.anonymous().header("accept-language", language);
        let ada = ada.log_in(&inviter.person).await;
        let id = ada.new_organization("Looms").await;
        let stranger = format!("{mode}-{language}@example.com");
        ada.invited(&id, &stranger, "MEMBER").await;
        let mail = app.mail_to(&stranger).await.pop().unwrap();
        let text = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let caution = if language == "de" {
            "Leiten Sie diese E-Mail nicht weiter"
        } else {
            "Do not forward this mail"
        };
        for (words, is_expected) in [(included, true), (caution, true), (excluded, false)] {
            assert_eq!(text.contains(words), is_expected, "{words}: {text}");
            assert_eq!(
                mail.html.contains(words),
                is_expected,
                "{words}: {}",
                mail.html
            );
        }
    }
}

#[tokio::test]
async fn where_registration_is_closed_an_inviter_does_not_learn_who_has_an_account() {
    let database = TestDatabase::shared().await;
    let (ada, _) = inviting(&database).await;
    let open = TestApp::start_on(&database, &[]).await;
    open.verified("bob").await;
    let app = TestApp::start_on(&database, &["--registration", "closed"]).await;
    let ada = app.anonymous().log_in(&ada.person).await;
    let id = ada.new_organization("Looms").await;
    let mut answers = Vec::new();
    for email in ["bob@example.com", "nobody@example.com"] {
        let invited = ada.invite(&id, email, "MEMBER").await;
        let mut fields = invited.at("/inviteMember/invitation").clone();
        for own in ["id", "email"] {
            fields[own] = json!(null);
        }
        answers.push(fields);
    }
    assert_eq!(answers[0], answers[1]);
}
