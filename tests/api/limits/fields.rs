//! The limits of each field.

use chrono::TimeDelta;
use serde_json::json;

use super::attempts::{all_at, all_attempts, end_login_grace};
use crate::support::{TestApp, TestDatabase, is_limited};

#[tokio::test]
async fn every_field_that_takes_a_secret_has_a_limit_and_says_when_to_come_back() {
    // A field that takes a secret and is not in the table stops the start.
    let attempts = latchkey::service::RateLimitedAction::ALL.iter();
    let fields = attempts.map(|attempt| attempt.operation());
    let mut tried = Vec::new();
    for number in 0..36 {
        let database = TestDatabase::shared().await;
        let issuer = ["--token-issuer", "http://both.test"];
        let generous = TestApp::start_on(&database, &issuer).await;
        let ada = generous.verified("ada").await;
        let (field, query, input) = all_attempts(&ada).remove(number);
        let settings = [&issuer[..], &all_at("1/1h")].concat();
        let app = TestApp::start_on(&database, &settings).await;
        let client = app.anonymous().bearer(&ada.access_token);
        let first = client.call(&query, json!({ "input": input })).await;
        assert!(!is_limited(&first), "{field}: {:#}", first.body);
        let second = client.call(&query, json!({ "input": input })).await;
        assert!(is_limited(&second), "{field}: {:#}", second.body);
        assert_eq!(second.error()["extensions"]["retryAfter"], 3600, "{field}");
        assert_eq!(second.header("retry-after"), Some("3600"), "{field}");
        tried.push(field);
    }
    tried.push("updateProfile"); // takes no secret, and has a test of its own
    for field in fields {
        assert!(tried.contains(&field), "add an attempt of {field}");
    }
}

#[tokio::test]
async fn new_usernames_are_limited_and_what_changes_nothing_is_not() {
    let app = TestApp::start_with(&["--limit-name-account", "2/1h"]).await;
    let ada = app.verified("ada").await;
    let rename = async |name: &str| {
        let query = "mutation($name: String!) { updateProfile(input: { username: $name }) { user { username } } }";
        ada.call(query, json!({ "name": name })).await
    };
    for name in ["ada", "ada", "ada", "countess", "countess", "lovelace"] {
        assert_eq!(
            rename(name).await.text("/updateProfile/user/username"),
            name
        );
    }
    assert_eq!(rename("byron").await.code(), "RATE_LIMITED");
    let named = "mutation { updateProfile(input: { displayName: \"Ada\" }) { user { id } } }";
    ada.ask(named).await.data();
    app.advance(TimeDelta::minutes(31));
    let ada = ada.refreshed().await;
    let events = ada.ask("{ securityEvents { nodes { kind } } }").await;
    let events = events
        .at("/securityEvents/nodes")
        .as_array()
        .unwrap()
        .clone();
    let renamed = events
        .iter()
        .filter(|event| event["kind"] == "USERNAME_CHANGED");
    assert_eq!(renamed.count(), 2);
}

#[tokio::test]
async fn one_address_has_a_limit_for_each_kind_of_mail() {
    let app = TestApp::start_with(&["--limit-mail-address", "2/1h"]).await;
    let ada = app.registered("ada").await;
    let client = app.anonymous();
    let resend = "mutation($email: String!) { resendVerificationEmail(input: { email: $email }) { accepted } }";
    for email in ["ada@example.com", "ADA@example.com"] {
        client.call(resend, json!({ "email": email })).await.data();
    }
    assert!(is_limited(
        &client.call(resend, json!({ "email": ada.email })).await
    ));
    for _ in 0..2 {
        client.request_password_reset(&ada.email).await.data();
    }
    assert!(is_limited(&client.request_password_reset(&ada.email).await));
    assert_eq!(app.mail_to(&ada.email).await.len(), 5);
    client
        .request_password_reset("bob@example.com")
        .await
        .data();
}

/// The fields of each limit.
const LIMITED: &[(&str, &[&str])] = &[
    (
        "--limit-login-network",
        &[
            "login",
            "changePassword",
            "requestEmailChange",
            "deleteAccount",
            "completeLogin",
            "reauthenticate",
        ],
    ),
    ("--limit-login-account", &["login"]),
    ("--limit-login-network-account", &["login"]),
    (
        "--limit-password-account",
        &[
            "changePassword",
            "requestEmailChange",
            "deleteAccount",
            "reauthenticate",
            "setPassword",
        ],
    ),
    (
        "--limit-passkey-network",
        &[
            "startPasskeyRegistration",
            "startPasskeyLogin",
            "completePasskeyLogin",
            "startReauthentication",
        ],
    ),
    (
        "--limit-second-factor",
        &[
            "confirmTotpSetup",
            "renewRecoveryCodes",
            "completePasskeyRegistration",
            "removePasskey",
        ],
    ),
    (
        "--limit-mail-network",
        &[
            "register",
            "resendVerificationEmail",
            "requestPasswordReset",
        ],
    ),
    ("--limit-register-network", &["register"]),
    (
        "--limit-mail-address",
        &[
            "register",
            "resendVerificationEmail",
            "requestPasswordReset",
        ],
    ),
    (
        "--limit-link-network",
        &[
            "verifyEmail",
            "registration",
            "invitation",
            "cancelRegistration",
            "resetPassword",
            "confirmEmailChange",
            "secureAccount",
            "acceptInvitation",
            "declineInvitation",
        ],
    ),
    (
        "--limit-organization-account",
        &[
            "createOrganization",
            "updateOrganization",
            "deleteOrganization",
        ],
    ),
    ("--limit-invitation-account", &["inviteMember"]),
    (
        "--limit-membership-account",
        &["updateMemberRole", "removeMember", "revokeInvitation"],
    ),
    ("--limit-check-network", &["checkPassword"]),
    ("--limit-refresh-network", &["refresh"]),
    ("--limit-refresh-session", &["refresh"]),
];

/// Each limit is tested alone, while all others are generous.
#[tokio::test]
async fn each_limit_applies_to_each_of_its_fields() {
    for &(limit, fields) in LIMITED {
        for field in fields {
            let database = TestDatabase::shared().await;
            let issuer = ["--token-issuer", "http://both.test"];
            let ada = TestApp::start_on(&database, &issuer)
                .await
                .verified("ada")
                .await;
            let tight = [&issuer[..], &[limit, "1/1h"]].concat();
            let app = TestApp::start_on(&database, &tight).await;
            if limit == "--limit-login-account" || limit == "--limit-login-network-account" {
                end_login_grace(&app);
            }
            let mut all = all_attempts(&ada).into_iter();
            let (_, query, mut input) = all.find(|(name, ..)| name == field).unwrap();
            if limit == "--limit-refresh-network" {
                input = json!({ "refreshToken": "lkr_nothing" });
            }
            let client = app.anonymous().bearer(&ada.access_token);
            for expected in [false, true] {
                let answer = client.call(&query, json!({ "input": input })).await;
                assert_eq!(
                    is_limited(&answer),
                    expected,
                    "{limit} {field}: {:#}",
                    answer.body
                );
            }
        }
    }
}
