//! Limits by attempt: charged where a secret is checked or sent, shared by all nodes, and never a way
//! to lock somebody out of their own account.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Answer, Client, LIMITS, PASSWORD, SignedIn, TestApp, TestDatabase, log};

/// Every limit at this.
fn all_at(limit: &str) -> Vec<&str> {
    LIMITS.iter().flat_map(|name| [*name, limit]).collect()
}

fn mutation(field: &str, input: &str, selection: &str) -> String {
    format!("mutation($input: {input}!) {{ {field}(input: $input) {{ {selection} }} }}")
}

/// Every field that takes a secret, called in a way that is charged.
fn attempts(ada: &SignedIn) -> Vec<(&'static str, String, Value)> {
    let link = json!({ "token": "lkm_nothing" });
    let other = "seven purple elephants juggle";
    vec![
        (
            "login",
            mutation("login", "LoginInput", "user { id }"),
            json!({ "identifier": "ada", "password": "wrong" }),
        ),
        (
            "refresh",
            mutation("refresh", "RefreshInput", "session { id }"),
            json!({ "refreshToken": ada.refresh_token }),
        ),
        (
            "register",
            mutation("register", "RegisterInput", "user { id }"),
            json!({ "email": "eve@example.com", "username": "eve", "password": PASSWORD }),
        ),
        (
            "verifyEmail",
            mutation("verifyEmail", "VerifyEmailInput", "user { id }"),
            link.clone(),
        ),
        (
            "registration",
            "query($input: String!) { registration(token: $input) { username } }".to_owned(),
            json!("lkm_nothing"),
        ),
        (
            "cancelRegistration",
            mutation(
                "cancelRegistration",
                "CancelRegistrationInput",
                "deletedUserId",
            ),
            link.clone(),
        ),
        (
            "resendVerificationEmail",
            mutation(
                "resendVerificationEmail",
                "ResendVerificationEmailInput",
                "accepted",
            ),
            json!({ "email": "eve@example.com" }),
        ),
        (
            "requestPasswordReset",
            mutation(
                "requestPasswordReset",
                "RequestPasswordResetInput",
                "accepted",
            ),
            json!({ "email": "ada@example.com" }),
        ),
        (
            "resetPassword",
            mutation("resetPassword", "ResetPasswordInput", "user { id }"),
            json!({ "token": "lkm_nothing", "newPassword": other }),
        ),
        (
            "checkPassword",
            "query($input: CheckPasswordInput!) { checkPassword(input: $input) { score } }"
                .to_owned(),
            json!({ "password": "x" }),
        ),
        (
            "changePassword",
            mutation("changePassword", "ChangePasswordInput", "revokedSessions"),
            json!({ "currentPassword": "wrong", "newPassword": other }),
        ),
        (
            "requestEmailChange",
            mutation("requestEmailChange", "RequestEmailChangeInput", "accepted"),
            json!({ "newEmail": "new@example.com", "password": "wrong" }),
        ),
        (
            "confirmEmailChange",
            mutation(
                "confirmEmailChange",
                "ConfirmEmailChangeInput",
                "user { id }",
            ),
            link.clone(),
        ),
        (
            "secureAccount",
            mutation("secureAccount", "SecureAccountInput", "email"),
            link,
        ),
        (
            "deleteAccount",
            mutation("deleteAccount", "DeleteAccountInput", "deletedUserId"),
            json!({ "password": "wrong" }),
        ),
    ]
}

/// Those and the ones on organizations.
fn all_attempts(ada: &SignedIn) -> Vec<(&'static str, String, Value)> {
    [attempts(ada), attempts_on_organizations()].concat()
}

fn attempts_on_organizations() -> Vec<(&'static str, String, Value)> {
    let nowhere = "01900000-0000-7000-8000-000000000000";
    let link = json!({ "token": "lkm_nothing" });
    vec![
        (
            "createOrganization",
            mutation(
                "createOrganization",
                "CreateOrganizationInput",
                "organization { id }",
            ),
            json!({ "name": "Engines" }),
        ),
        (
            "updateOrganization",
            mutation(
                "updateOrganization",
                "UpdateOrganizationInput",
                "organization { id }",
            ),
            json!({ "organizationId": nowhere, "slug": "engines" }),
        ),
        (
            "inviteMember",
            mutation("inviteMember", "InviteMemberInput", "invitation { id }"),
            json!({ "organizationId": nowhere, "email": "bob@example.com" }),
        ),
        (
            "deleteOrganization",
            mutation(
                "deleteOrganization",
                "DeleteOrganizationInput",
                "deletedOrganizationId",
            ),
            json!({ "organizationId": nowhere }),
        ),
        (
            "revokeInvitation",
            mutation(
                "revokeInvitation",
                "RevokeInvitationInput",
                "revokedInvitationId",
            ),
            json!({ "invitationId": nowhere }),
        ),
        (
            "updateMemberRole",
            mutation(
                "updateMemberRole",
                "UpdateMemberRoleInput",
                "membership { id }",
            ),
            json!({ "membershipId": nowhere, "role": "MEMBER" }),
        ),
        (
            "removeMember",
            mutation("removeMember", "RemoveMemberInput", "removedMembershipId"),
            json!({ "membershipId": nowhere }),
        ),
        (
            "invitation",
            "query($input: String!) { invitation(token: $input) { email } }".to_owned(),
            json!("lkm_nothing"),
        ),
        (
            "acceptInvitation",
            mutation(
                "acceptInvitation",
                "AcceptInvitationInput",
                "membership { id }",
            ),
            link.clone(),
        ),
        (
            "declineInvitation",
            mutation(
                "declineInvitation",
                "DeclineInvitationInput",
                "declinedInvitationId",
            ),
            link,
        ),
    ]
}

fn is_limited(answer: &Answer) -> bool {
    let code = answer.body.pointer("/errors/0/extensions/code");
    code.is_some_and(|code| code == "RATE_LIMITED")
}

/// Lets the time pass in which a mailed link that was followed opens the login from where that was.
fn after_proof(app: &TestApp) {
    app.advance(TimeDelta::minutes(61));
}

async fn guess(client: &Client, identifier: &str) -> Answer {
    client.try_log_in(identifier, "a wrong guess").await
}

#[tokio::test]
async fn every_field_that_takes_a_secret_has_a_limit_and_says_when_to_come_back() {
    // A field that takes a secret and is not in the table stops the start.
    let attempts = latchkey::service::Attempt::ALL.iter();
    let fields = attempts.map(|attempt| attempt.field());
    let mut tried = Vec::new();
    for number in 0..25 {
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
    let renamed = events.iter().filter(|it| it["kind"] == "USERNAME_CHANGED");
    assert_eq!(renamed.count(), 2);
}

#[tokio::test]
async fn who_comes_back_when_told_to_is_let_through_and_not_a_moment_earlier() {
    let app = TestApp::start_with(&["--limit-login-account", "3/3m"]).await;
    app.verified("ada").await;
    after_proof(&app);
    for _ in 0..3 {
        assert_eq!(
            guess(&app.anonymous(), "ada").await.code(),
            "AUTH_INVALID_CREDENTIALS"
        );
    }
    for wait in [0, 30, 29] {
        app.advance(TimeDelta::seconds(wait));
        assert!(is_limited(&guess(&app.anonymous(), "ada").await), "{wait}");
    }
    let told = guess(&app.anonymous(), "ada").await;
    assert_eq!(told.error()["extensions"]["retryAfter"], 1);
    app.advance(TimeDelta::seconds(1));
    // A right password gives its place back, a wrong one does not.
    app.anonymous().try_log_in("ada", PASSWORD).await.data();
    assert!(!is_limited(&guess(&app.anonymous(), "ada").await));
    assert!(
        is_limited(&guess(&app.anonymous(), "ada").await),
        "one a minute"
    );
}

#[tokio::test]
async fn a_name_that_nobody_has_is_limited_like_one_that_somebody_has() {
    let app = TestApp::start_with(&["--limit-login-account", "2/1h"]).await;
    app.registered("ada").await;
    // Of two that cannot be names, each has a bucket of its own.
    for name in [
        "ada",
        "nobody",
        "nobody@example.com",
        "no @ name",
        "none @ all",
    ] {
        for _ in 0..2 {
            assert_eq!(
                guess(&app.anonymous(), name).await.code(),
                "AUTH_INVALID_CREDENTIALS",
                "{name}"
            );
        }
        assert!(
            is_limited(&guess(&app.anonymous(), &name.to_uppercase()).await),
            "{name}"
        );
    }
}

/// Four nodes let no more through than one, however the attempts come.
#[tokio::test]
async fn the_nodes_share_their_limits_and_a_restart_forgets_none() {
    let database = TestDatabase::shared().await;
    let settings = ["--limit-login-account", "10/1h", "--hash-max-wait", "60s"];
    let mut nodes = Vec::new();
    for _ in 0..4 {
        nodes.push(TestApp::start_on(&database, &settings).await);
    }
    nodes[0].registered("ada").await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..64 {
        let client = nodes[number % 4].anonymous();
        tasks.spawn(async move { guess(&client, "ada").await });
    }
    let answers = tasks.join_all().await;
    let passed = answers.iter().filter(|answer| !is_limited(answer)).count();
    assert_eq!(passed, 10);
    let restarted = TestApp::start_on(&database, &settings).await;
    assert!(is_limited(&guess(&restarted.anonymous(), "ada").await));
}

#[tokio::test]
async fn a_clock_that_was_ahead_shuts_nobody_out_once_it_is_put_right() {
    for limit in ["3/15m", "1/15m"] {
        let database = TestDatabase::shared().await;
        let settings = ["--limit-login-account", limit];
        let node = TestApp::start_on(&database, &settings).await;
        let peer = TestApp::start_on(&database, &settings).await;
        for (name, other_name) in [("ada", "bob"), ("eve", "dan")] {
            node.advance(TimeDelta::hours(2));
            for name in [name, other_name] {
                while !is_limited(&guess(&node.anonymous(), name).await) {}
            }
            node.advance(TimeDelta::hours(-2));
            // Both the node that was wrong and one that never was let attempts through, but not all at once.
            for (app, name) in [(&node, name), (&peer, other_name)] {
                // The network, which has the same trouble, is through in a millisecond.
                node.advance(TimeDelta::milliseconds(10));
                peer.advance(TimeDelta::milliseconds(10));
                assert!(!is_limited(&guess(&app.anonymous(), name).await), "{limit}");
                let refused = guess(&app.anonymous(), name).await;
                assert!(is_limited(&refused), "{limit}");
                let wait = refused.error()["extensions"]["retryAfter"].as_u64();
                assert!(wait.unwrap() <= 900, "{limit}: {wait:?}");
            }
        }
    }
}

#[tokio::test]
async fn clocks_that_differ_a_little_let_no_more_through() {
    for limit in ["3/15m", "1/15m"] {
        let database = TestDatabase::shared().await;
        let settings = ["--limit-login-account", limit];
        let ahead = TestApp::start_on(&database, &settings).await;
        let behind = TestApp::start_on(&database, &settings).await;
        ahead.advance(TimeDelta::seconds(4));
        while !is_limited(&guess(&ahead.anonymous(), "ada").await) {}
        for app in [&behind, &ahead, &behind] {
            assert!(is_limited(&guess(&app.anonymous(), "ada").await), "{limit}");
        }
    }
}

#[tokio::test]
async fn an_account_under_attack_is_not_locked_for_a_device_that_it_knows() {
    let app = TestApp::start_with(&["--limit-login-account", "5/1h"]).await;
    let ada = app.verified("ada").await;
    let phone = app.anonymous().header("x-device-id", "phone-of-ada");
    phone.log_in(&ada.person).await;
    after_proof(&app);
    for _ in 0..10 {
        guess(&app.anonymous(), "ada").await;
    }
    assert!(is_limited(
        &app.anonymous().try_log_in("ada", PASSWORD).await
    ));
    phone.log_in(&ada.person).await;
    // Somebody who claims another id, or the browser's name alone, is not that device.
    let other = app.anonymous().header("x-device-id", "phone-of-eve");
    assert!(is_limited(&other.try_log_in("ada", PASSWORD).await));
}

#[tokio::test]
async fn a_network_is_limited_over_all_accounts_and_others_are_not() {
    let settings = [
        "--limit-login-network",
        "4/1h",
        "--trusted-proxies",
        "127.0.0.1",
    ];
    let app = TestApp::start_with(&settings).await;
    let from = |address: &str| app.anonymous().header("x-forwarded-for", address);
    for (number, address) in [
        "2001:db8:1:2::1",
        "2001:db8:1:2::2",
        "2001:db8:1:2:3::",
        "2001:db8:1:2:ffff::1",
    ]
    .into_iter()
    .enumerate()
    {
        assert!(
            !is_limited(&guess(&from(address), &format!("user{number}")).await),
            "{address}"
        );
    }
    assert!(
        is_limited(&guess(&from("2001:db8:1:2::5"), "user5").await),
        "the same /64"
    );
    assert!(
        !is_limited(&guess(&from("2001:db8:1:3::1"), "user5").await),
        "another /64"
    );
    assert!(!is_limited(&guess(&from("192.0.2.1"), "user5").await));
}

#[tokio::test]
async fn one_address_is_mailed_so_often_and_no_kind_of_mail_shuts_out_another() {
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

/// Each limit alone, while all others are generous, holds what it is for.
#[tokio::test]
async fn each_limit_holds_each_of_its_fields_alone() {
    for (limit, fields) in [
        (
            "--limit-login-network",
            &[
                "login",
                "changePassword",
                "requestEmailChange",
                "deleteAccount",
            ][..],
        ),
        ("--limit-login-account", &["login"]),
        ("--limit-login-network-account", &["login"]),
        (
            "--limit-password-account",
            &["changePassword", "requestEmailChange", "deleteAccount"],
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
    ] {
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
                after_proof(&app);
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

#[tokio::test]
async fn a_device_that_is_known_has_a_limit_too() {
    let app = TestApp::start_with(&["--limit-login-device", "3/1h"]).await;
    let ada = app.verified("ada").await;
    let phone = app.anonymous().header("x-device-id", "phone-of-ada");
    phone.log_in(&ada.person).await; // not known yet
    for expected in [false, false, false, true] {
        assert_eq!(is_limited(&guess(&phone, "ada").await), expected);
    }
    app.anonymous().log_in(&ada.person).await;
}

/// Where accounts are concealed, a bucket of one's own would tell that a registration was in earnest.
#[tokio::test]
async fn a_known_device_of_an_unproved_address_has_no_bucket_of_its_own() {
    let settings = [
        "--conceal-accounts",
        "true",
        "--limit-login-account",
        "2/1h",
    ];
    let app = TestApp::start_with(&settings).await;
    app.verified("ada").await;
    let eve = app.anonymous().header("x-device-id", "eves");
    for (name, email) in [("decoy", "ada@example.com"), ("real", "free@example.com")] {
        let person = crate::support::Person {
            email: email.to_owned(),
            ..crate::support::Person::named(name)
        };
        eve.register(&person).await.data();
        let mut codes = Vec::new();
        for _ in 0..3 {
            codes.push(is_limited(&guess(&eve, name).await));
        }
        assert_eq!(codes, [false, false, true], "{name}");
    }
}

#[tokio::test]
async fn the_table_of_buckets_tells_nobodys_name_and_is_purged() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &["--limit-login-account", "5/1h"]).await;
    app.verified("ada").await;
    let rows = crate::support::sql::rows(&database.url, "rate_limits")
        .await
        .join("\n");
    assert!(
        !rows.is_empty() && !rows.contains("ada") && !rows.contains("127.0.0.1"),
        "{rows}"
    );
    app.advance(TimeDelta::hours(2));
    app.purger.purge().await.unwrap();
    assert_eq!(
        crate::support::sql::rows(&database.url, "rate_limits").await,
        [""; 0]
    );
}

#[tokio::test]
async fn a_proxy_that_is_not_named_is_told_of_once() {
    let app = TestApp::start().await;
    let client = app.anonymous().header("x-forwarded-for", "203.0.113.9");
    for _ in 0..2 {
        client.ask("{ passwordPolicy { minLength } }").await.data();
    }
    let told = |line: &&String| line.contains("TRUSTED_PROXIES is not set");
    assert_eq!(log::lines().iter().filter(told).count(), 1);
}
