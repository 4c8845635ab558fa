//! The preview of an invitation, and registering with its mailed token, which verifies the address.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Answer, Client, Person, SignedIn, TestApp, TestDatabase, log};

const GUEST: &str = "guest@example.com";
const MEMBERSHIPS: &str = "{ me { emailVerified memberships { role organization { name } } } }";

async fn preview(client: &Client, token: &str) -> Answer {
    let query = "query($token: String!) { invitation(token: $token) {
        organizationName role invitedByName email expiresAt } }";
    client.call(query, json!({ "token": token })).await
}

/// Registers with additional fields in the input.
async fn register(client: &Client, person: &Person, more: Value) -> Answer {
    let query = "mutation($input: RegisterInput!) { register(input: $input) { user { id emailVerified } } }";
    let mut input = json!({
        "email": person.email, "username": person.username, "password": person.password,
    });
    let (Value::Object(input), Value::Object(more)) = (&mut input, more) else {
        panic!("objects");
    };
    input.extend(more);
    client.call(query, json!({ "input": input })).await
}

/// Ada, who has invited the address guest@example.com to her organization, and the mailed token.
async fn invited(app: &TestApp, role: &str) -> (SignedIn, String, String) {
    let ada = app.verified("ada").await;
    let id = ada.new_organization("Engines").await;
    ada.invited(&id, GUEST, role).await;
    (ada, id, app.token_of("invitation", GUEST))
}

fn guest() -> Person {
    Person::named("guest")
}

#[tokio::test]
async fn the_holder_of_the_token_sees_the_invitation() {
    let app = TestApp::start().await;
    let (ada, _, token) = invited(&app, "ADMIN").await;
    for name in ["ada", "Augusta King"] {
        for _ in 0..2 {
            let seen = preview(&app.anonymous(), &token).await;
            let expected = json!({
                "organizationName": "Engines", "role": "ADMIN", "invitedByName": name,
                "email": GUEST, "expiresAt": "2026-06-03T12:00:00.000Z",
            });
            assert_eq!(seen.at("/invitation"), &expected);
        }
        let rename =
            r#"mutation { updateProfile(input: { displayName: "Augusta King" }) { user { id } } }"#;
        ada.ask(rename).await.data();
    }
    app.advance(TimeDelta::hours(48));
    for token in [&*token, "lkm_nothing", ""] {
        let gone = preview(&app.anonymous(), token).await;
        assert_eq!(gone.code(), "AUTH_LINK_INVALID", "{token}");
        // The field is nullable, so its error leaves the other data of a page intact.
        assert_eq!(gone.body["data"], json!({ "invitation": null }));
    }
}

#[tokio::test]
async fn an_invitation_is_shown_once_in_an_operation_and_not_by_url() {
    let app = TestApp::start().await;
    let (_, _, token) = invited(&app, "MEMBER").await;
    let twice = format!(
        r#"{{ a: invitation(token: "{token}") {{ email }} b: invitation(token: "{token}") {{ email }} }}"#
    );
    assert_eq!(
        app.anonymous().ask(&twice).await.code(),
        "VALIDATION_FAILED"
    );
    let query = format!(r#"{{ invitation(token: "{token}") {{ email }} }}"#);
    let url = reqwest::Url::parse_with_params(&app.url("/graphql"), [("query", query)]).unwrap();
    let answer = reqwest::get(url).await.unwrap();
    assert_eq!(answer.status(), 405);
}

#[tokio::test]
async fn a_newcomer_who_registers_with_the_token_is_verified_and_a_member_at_once() {
    let app = TestApp::start().await;
    let (ada, id, token) = invited(&app, "ADMIN").await;
    let person = Person {
        email: "GUEST@Example.com".to_owned(),
        ..guest()
    };
    let made = register(
        &app.anonymous(),
        &person,
        json!({ "invitationToken": token }),
    )
    .await;
    assert_eq!(made.at("/register/user/emailVerified"), true);
    let newcomer = app.anonymous().log_in(&person).await;
    let expected = json!({ "emailVerified": true,
        "memberships": [{ "role": "ADMIN", "organization": { "name": "Engines" } }] });
    assert_eq!(newcomer.ask(MEMBERSHIPS).await.at("/me"), &expected);
    // There is no other mail, and no open invitation.
    assert_eq!(app.templates_to(GUEST).await, ["invitation"]);
    assert_eq!(app.templates_to(&person.email).await, [""; 0]);
    assert_eq!(newcomer.waiting().await, [json!(null); 0]);
    let roles = ada.roles_in(&id).await;
    assert_eq!(roles["guest"], "ADMIN");
    assert_eq!(roles.len(), 2);
    let again = Person::named("again");
    let again = register(
        &app.anonymous(),
        &again,
        json!({ "invitationToken": token }),
    )
    .await;
    assert_eq!(again.code(), "AUTH_LINK_INVALID");
    let events = newcomer.ask("{ securityEvents { nodes { kind } } }").await;
    let kinds: Vec<_> = events
        .at("/securityEvents/nodes")
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["kind"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        kinds,
        [
            "LOGIN_SUCCEEDED",
            "INVITATION_ACCEPTED",
            "EMAIL_VERIFIED",
            "REGISTERED"
        ]
    );
}

#[tokio::test]
async fn a_newcomer_founds_an_organization_of_their_own_only_if_they_name_it() {
    let app = TestApp::start().await;
    let (_, _, token) = invited(&app, "MEMBER").await;
    let more = json!({ "invitationToken": token, "organizationName": "Looms" });
    register(&app.anonymous(), &guest(), more).await.data();
    let newcomer = app.anonymous().log_in(&guest()).await;
    let memberships = newcomer.ask(MEMBERSHIPS).await;
    let expected = json!([
        { "role": "MEMBER", "organization": { "name": "Engines" } },
        { "role": "OWNER", "organization": { "name": "Looms" } },
    ]);
    assert_eq!(memberships.at("/me/memberships"), &expected);
}

#[tokio::test]
async fn the_other_owners_are_mailed_when_an_owner_registers_with_the_token() {
    let app = TestApp::start().await;
    let (_, _, token) = invited(&app, "OWNER").await;
    register(
        &app.anonymous(),
        &guest(),
        json!({ "invitationToken": token }),
    )
    .await
    .data();
    let mail = app.mail_to("ada@example.com").await.pop().unwrap();
    assert_eq!(mail.envelope.template, "owner_added");
    assert!(mail.text.contains("guest"), "{}", mail.text);
}

#[tokio::test]
async fn the_token_works_only_for_the_invited_address_and_a_refusal_does_not_use_it_up() {
    let app = TestApp::start().await;
    let (ada, id, token) = invited(&app, "MEMBER").await;
    app.verified("taken").await;
    let by_token = |token: &str| json!({ "invitationToken": token });
    let eve = Person::named("eve");
    let weak = Person {
        password: "12345678".to_owned(),
        ..guest()
    };
    let named_alike = Person {
        username: "Taken".to_owned(),
        ..guest()
    };
    for (person, token, code) in [
        (&eve, &*token, "INVITATION_EMAIL_MISMATCH"),
        (&guest(), "lkm_nothing", "AUTH_LINK_INVALID"),
        (&guest(), "", "AUTH_LINK_INVALID"),
        (&weak, &token, "VALIDATION_FAILED"),
        (&named_alike, &token, "AUTH_USERNAME_EXISTS"),
    ] {
        let answer = register(&app.anonymous(), person, by_token(token)).await;
        assert_eq!(answer.code(), code, "{person:?} {token}");
    }
    assert_eq!(ada.roles_in(&id).await.len(), 1);
    register(&app.anonymous(), &guest(), by_token(&token))
        .await
        .data();
    assert_eq!(ada.roles_in(&id).await.len(), 2);
}

#[tokio::test]
async fn an_existing_account_with_the_invited_address_is_reported() {
    for settings in [&[][..], &["--conceal-accounts", "true"]] {
        let app = TestApp::start_with(settings).await;
        let (_, _, token) = invited(&app, "MEMBER").await;
        let owner = app.verified("guest").await;
        let person = Person {
            username: "other".to_owned(),
            ..guest()
        };
        let answer = register(
            &app.anonymous(),
            &person,
            json!({ "invitationToken": token }),
        )
        .await;
        assert_eq!(answer.code(), "AUTH_EMAIL_EXISTS");
        owner.accept(json!({ "token": token })).await.data();
    }
}

/// The rule against pre-hijacking: the token verifies the mailbox, which the stranger never did.
#[tokio::test]
async fn a_strangers_unverified_account_with_the_address_is_deleted_with_all_its_data() {
    let app = TestApp::start().await;
    let (_, _, token) = invited(&app, "MEMBER").await;
    let stranger = app.unverified("guest").await;
    let stranger_id = stranger.user_id().await;
    let made = register(
        &app.anonymous(),
        &guest(),
        json!({ "invitationToken": token }),
    )
    .await;
    let user = made.text("/register/user/id").to_owned();
    let over = stranger.ask("{ viewer { user { id } } }").await;
    assert_eq!(over.code(), "AUTH_SESSION_ENDED");
    assert_eq!(over.error()["extensions"]["reason"], "ACCOUNT_DELETED");
    let newcomer = app.anonymous().log_in(&guest()).await;
    assert_eq!(newcomer.me().await.text("/me/id"), user);
    for link in app.mailed_tokens(GUEST) {
        assert_eq!(
            app.anonymous().verify(&link).await.code(),
            "AUTH_LINK_INVALID"
        );
    }
    log::assert_replaced(&stranger_id, &user, "register");
}

#[tokio::test]
async fn of_sixty_four_concurrent_registrations_with_one_token_one_succeeds() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    let (ada, id, token) = invited(&app, "MEMBER").await;
    let number = std::sync::atomic::AtomicUsize::new(0);
    let call = || {
        let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let person = Person {
            email: GUEST.to_owned(),
            ..Person::named(&format!("guest-{number}"))
        };
        let (client, token) = (app.anonymous(), token.clone());
        async move { register(&client, &person, json!({ "invitationToken": token })).await }
    };
    let answers = futures_util::future::join_all((0..64).map(|_| call())).await;
    let (made, refused): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .partition(|answer| answer.body.get("errors").is_none());
    assert_eq!(made.len(), 1);
    for answer in refused {
        assert!(
            ["AUTH_LINK_INVALID", "AUTH_EMAIL_EXISTS"].contains(&answer.code()),
            "{}",
            answer.code()
        );
    }
    assert_eq!(ada.roles_in(&id).await.len(), 2);
}
