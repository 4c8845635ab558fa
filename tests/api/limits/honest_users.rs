//! Limits do not affect honest people: mistakes in a form, and a class that registers from one address.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::{PASSWORD, Person, TestApp, is_limited};

/// The default limits of registrations.
const DEFAULTS: [&str; 6] = [
    "--limit-register-network",
    "200/1h",
    "--limit-mail-network",
    "50/1h",
    "--limit-mail-address",
    "5/1h",
];

#[tokio::test]
async fn mistakes_in_a_registration_form_do_not_count_as_mail() {
    let app = TestApp::start_with(&DEFAULTS).await;
    app.registered("taken").await;
    let client = app.anonymous();
    let ada = Person::named("ada");
    let slips = [
        (
            Person {
                username: "Taken".to_owned(),
                ..ada.clone()
            },
            "AUTH_USERNAME_EXISTS",
        ),
        (
            Person {
                password: "12345678".to_owned(),
                ..ada.clone()
            },
            "VALIDATION_FAILED",
        ),
        (
            Person {
                email: "taken@example.com".to_owned(),
                ..ada.clone()
            },
            "AUTH_EMAIL_EXISTS",
        ),
    ];
    for (slip, code) in &slips {
        for _ in 0..20 {
            assert_eq!(client.register(slip).await.code(), *code);
        }
    }
    client.register(&ada).await.data();
}

#[tokio::test]
async fn a_class_of_thirty_registers_from_one_address_with_three_mistakes_each() {
    let app = TestApp::start_with(&DEFAULTS).await;
    let client = app.anonymous();
    for number in 0..30 {
        let child = Person::named(&format!("child-{number}"));
        let slip = Person {
            password: "12345678".to_owned(),
            ..child.clone()
        };
        for _ in 0..3 {
            assert_eq!(client.register(&slip).await.code(), "VALIDATION_FAILED");
        }
        client.register(&child).await.data();
    }
}

#[tokio::test]
async fn a_list_of_names_cannot_be_tried_in_full() {
    let app = TestApp::start_with(&["--limit-register-network", "5/1h"]).await;
    app.anonymous().register(&Person::named("ada")).await.data();
    for expected in [false, false, false, false, true] {
        let answer = app.anonymous().register(&Person::named("ada")).await;
        assert_eq!(is_limited(&answer), expected);
    }
}

#[tokio::test]
async fn registrations_that_are_mailed_count_as_mail() {
    let app = TestApp::start_with(&["--limit-mail-network", "2/1h"]).await;
    for (name, expected) in [("ada", false), ("bob", false), ("eve", true)] {
        let answer = app.anonymous().register(&Person::named(name)).await;
        assert_eq!(is_limited(&answer), expected, "{name}");
    }
}

#[tokio::test]
async fn wrong_passwords_before_a_change_of_address_do_not_count_as_mail() {
    let limits = [
        "--limit-mail-network",
        "2/1h",
        "--limit-mail-address",
        "1/1h",
    ];
    let app = TestApp::start_with(&limits).await;
    let ada = app.verified("ada").await;
    let new = "new@example.com";
    for _ in 0..5 {
        let answer = ada.request_email_change(new, "wrong").await;
        assert_eq!(answer.code(), "AUTH_INVALID_CREDENTIALS");
    }
    ada.request_email_change(new, PASSWORD).await.data();
    // The mails that were sent count: one to this address, and two from this network.
    for address in [new, "newer@example.com"] {
        assert!(is_limited(
            &ada.request_email_change(address, PASSWORD).await
        ));
    }
}

#[tokio::test]
async fn inviting_members_does_not_count_as_mail() {
    let app = TestApp::start_with(&["--limit-mail-network", "3/1h"]).await;
    let ada = app.verified("ada").await;
    let id = ada.new_organization("Engines").await;
    let bob = app.registered("bob").await;
    for _ in 0..5 {
        let answer = ada.invite(&id, "ada@example.com", "MEMBER").await;
        assert_eq!(answer.code(), "MEMBERSHIP_EXISTS");
        let nowhere = ada.invite("01900000-0000-7000-8000-000000000000", &bob.email, "MEMBER");
        assert_eq!(nowhere.await.code(), "ORGANIZATION_NOT_FOUND");
    }
    ada.invite(&id, "guest@example.com", "MEMBER").await.data();
    let answer = ada.invite(&id, "other@example.com", "MEMBER").await;
    assert!(is_limited(&answer), "two registrations and one invitation");
}

#[tokio::test]
async fn registering_with_an_invitation_sends_no_mail_and_does_not_count_as_mail() {
    let app = TestApp::start_with(&["--limit-mail-network", "2/1h"]).await;
    let ada = app.verified("ada").await;
    let id = ada.new_organization("Engines").await;
    ada.invited(&id, "guest@example.com", "MEMBER").await;
    assert!(is_limited(
        &app.anonymous().register(&Person::named("eve")).await
    ));
    let query = "mutation($input: RegisterInput!) { register(input: $input) { user { id } } }";
    let input = json!({ "email": "guest@example.com", "username": "guest", "password": PASSWORD,
        "invitationToken": app.token_of("invitation", "guest@example.com") });
    let answer = app.anonymous().call(query, json!({ "input": input })).await;
    answer.data();
}

/// A refused request sends no mail, and uses up neither the limit of the network nor that of the address.
#[tokio::test]
async fn a_request_that_one_limit_refuses_uses_up_no_other_limit_of_mail() {
    let app = TestApp::start_with(&[
        "--limit-mail-network",
        "3/1h",
        "--trusted-proxies",
        "127.0.0.1",
    ])
    .await;
    app.registered("ada").await;
    let from = |address: &str| app.anonymous().header("x-forwarded-for", address);
    let stranger = from("192.0.2.1");
    for number in 0..3 {
        let nobody = format!("nobody-{number}@example.com");
        stranger.request_password_reset(&nobody).await.data();
    }
    // Each step is longer than a node remembers that a limit is reached.
    for _ in 0..8 {
        assert!(is_limited(
            &stranger.request_password_reset("ada@example.com").await
        ));
        app.advance(TimeDelta::seconds(3));
    }
    for _ in 0..3 {
        from("192.0.2.2")
            .request_password_reset("ada@example.com")
            .await
            .data();
    }
}

#[tokio::test]
async fn endless_requests_for_one_address_leave_the_network_its_mail() {
    let limits = [
        "--limit-mail-network",
        "4/1h",
        "--limit-mail-address",
        "1/1h",
    ];
    let app = TestApp::start_with(&limits).await;
    let client = app.anonymous();
    client
        .request_password_reset("ada@example.com")
        .await
        .data();
    for _ in 0..8 {
        assert!(is_limited(
            &client.request_password_reset("ada@example.com").await
        ));
        app.advance(TimeDelta::seconds(3));
    }
    for name in ["bob", "eve", "dora"] {
        client
            .request_password_reset(&format!("{name}@example.com"))
            .await
            .data();
    }
}
