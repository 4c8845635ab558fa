//! A correct password that is refused for another reason: the owner is notified as of a login by the same device.

use serde_json::{Value, json};

use crate::support::{Answer, Client, PASSWORD, SignedIn, TestApp};

const OTHER: &str = "seven purple elephants juggle";

async fn log_in_for(client: &Client, password: &str, organization: &str) -> Answer {
    let input =
        json!({ "identifier": "ada", "password": password, "organizationId": organization });
    client.mutate("login", "session { id }", input).await
}

/// Counts the notices of a new device that were mailed to Ada.
fn notices(app: &TestApp) -> usize {
    app.tokens_of("new_device", "ada@example.com").len()
}

/// Returns the fields that refused a correct password, the latest first.
async fn refused_operations(ada: &SignedIn) -> Vec<String> {
    let query = "{ securityEvents { nodes { kind operation sessionId device { id } } } }";
    let events = ada.ask(query).await;
    let events = events.at("/securityEvents/nodes").as_array().unwrap();
    let refused = events
        .iter()
        .filter(|event| event["kind"] == "LOGIN_SUCCEEDED" && event["sessionId"] == Value::Null);
    refused
        .map(|event| event["operation"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_login_for_an_organization_without_membership_is_mailed_like_a_successful_one() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let looms = bob.new_organization("Looms").await;
    let nowhere = "01900000-0000-7000-8000-000000000000";
    for (number, organization) in [looms.as_str(), nowhere, "nonsense", ""].iter().enumerate() {
        let stranger = app
            .anonymous()
            .header("x-device-id", &format!("stranger-{number}"));
        let wrong = log_in_for(&stranger, "wrong", organization).await;
        assert_eq!(wrong.code(), "AUTH_INVALID_CREDENTIALS");
        assert_eq!(notices(&app), number, "a wrong password is no news");
        for _ in 0..2 {
            let refused = log_in_for(&stranger, PASSWORD, organization).await;
            assert_eq!(refused.code(), "ORGANIZATION_NOT_FOUND");
            assert_eq!(notices(&app), number + 1, "once for each device");
        }
        stranger.try_log_in("ada", PASSWORD).await.data();
        assert_eq!(notices(&app), number + 1, "which is known by then");
    }
    assert_eq!(refused_operations(&ada).await, ["login"; 8]);
}

/// A copied access token does not let a thief try passwords unnoticed.
#[tokio::test]
async fn each_field_that_refuses_a_correct_password_notifies_its_owner() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let bob = app.verified("bob").await;
    let engines = ada.new_organization("Engines").await;
    ada.admit(&engines, &bob, "MEMBER").await;
    let change = |address: &str| json!({ "newEmail": address });
    let refused = [
        (
            "changePassword",
            "revokedSessions",
            "currentPassword",
            json!({ "newPassword": "password" }),
            "VALIDATION_FAILED",
        ),
        (
            "requestEmailChange",
            "accepted",
            "password",
            change("ada@example.com"),
            "VALIDATION_FAILED",
        ),
        (
            "requestEmailChange",
            "accepted",
            "password",
            change("bob@example.com"),
            "AUTH_EMAIL_EXISTS",
        ),
        (
            "deleteAccount",
            "deletedUserId",
            "password",
            json!({}),
            "ORGANIZATION_LAST_OWNER",
        ),
    ];
    for (number, (field, selection, name, mut input, code)) in refused.into_iter().enumerate() {
        let thief = app
            .anonymous()
            .header("x-device-id", &format!("thief-{number}"))
            .bearer(&ada.access_token);
        input[name] = "wrong".into();
        let wrong = thief.mutate(field, selection, input.clone()).await;
        assert_eq!(wrong.code(), "AUTH_INVALID_CREDENTIALS", "{field}");
        assert_eq!(notices(&app), number, "{field}");
        input[name] = PASSWORD.into();
        let right = thief.mutate(field, selection, input).await;
        assert_eq!(right.code(), code, "{field}");
        assert_eq!(notices(&app), number + 1, "{field}");
    }
    let expected = [
        "deleteAccount",
        "requestEmailChange",
        "requestEmailChange",
        "changePassword",
    ];
    assert_eq!(refused_operations(&ada).await, expected);
    ada.mutate(
        "changePassword",
        "revokedSessions",
        json!({ "currentPassword": PASSWORD, "newPassword": OTHER }),
    )
    .await
    .data();
    assert_eq!(
        refused_operations(&ada).await.len(),
        4,
        "that one succeeded"
    );
}
