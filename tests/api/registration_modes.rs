//! Who may register, as the operator says; and what a page learns of it.

use serde_json::json;

use crate::support::{Person, SignedIn, TestApp, TestDatabase};

async fn told(app: &TestApp) -> String {
    let answer = app
        .anonymous()
        .ask("{ signInOptions { registration } }")
        .await;
    answer.text("/signInOptions/registration").to_owned()
}

/// Ada, registered while everybody might, and the token of her invitation to guest@example.com.
async fn inviting(database: &TestDatabase) -> (SignedIn, String) {
    let open = TestApp::start_on(database, &[]).await;
    let ada = open.verified("ada").await;
    let id = ada.found("Engines").await;
    ada.invited(&id, "guest@example.com", "MEMBER").await;
    let token = open.token_of("invitation", "guest@example.com");
    (ada, token)
}

#[tokio::test]
async fn unless_the_operator_says_otherwise_everybody_may_register() {
    let app = TestApp::start().await;
    assert_eq!(told(&app).await, "OPEN");
    app.anonymous().register(&Person::named("ada")).await.data();
}

#[tokio::test]
async fn with_registration_by_invitation_a_token_is_needed_and_enough() {
    let database = TestDatabase::shared().await;
    let (_, token) = inviting(&database).await;
    let app = TestApp::start_on(&database, &["--registration", "invitation"]).await;
    assert_eq!(told(&app).await, "INVITATION");
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
    assert_eq!(told(&app).await, "CLOSED");
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
