//! Guessing the password of one account from many networks: the attacker's chances, and the owner's access.
//! The arithmetic is in `docs/security/password-guessing.md`.

use chrono::TimeDelta;
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{Client, PASSWORD, TestApp, TestDatabase, is_limited};

/// The default limits of a service that other machines may call.
const DEFAULTS: [&str; 8] = [
    "--limit-login-network",
    "100/15m",
    "--limit-login-network-account",
    "10/1d",
    "--limit-login-account",
    "200/1d",
    "--trusted-proxies",
    "127.0.0.1",
];

fn from(app: &TestApp, address: &str) -> Client {
    app.anonymous().header("x-forwarded-for", address)
}

/// Sends one guess from each of these networks at once, and counts those that passed.
async fn guess_from(app: &TestApp, name: &str, networks: impl Iterator<Item = usize>) -> usize {
    let mut guesses = JoinSet::new();
    for network in networks {
        let client = from(app, &format!("198.51.100.{network}"));
        let name = name.to_owned();
        guesses.spawn(async move { client.try_log_in(&name, "a wrong guess").await });
    }
    let answers = guesses.join_all().await;
    answers.iter().filter(|answer| !is_limited(answer)).count()
}

/// The attack that once locked an owner out: twelve networks, one guess a second, for 428 seconds.
#[tokio::test]
async fn an_attack_from_twelve_networks_leaves_the_account_open_from_a_fresh_one() {
    let app = TestApp::start_with(&DEFAULTS).await;
    app.verified("ada").await;
    let (mut let_through, mut tries) = (0, 0);
    for round in 0..36 {
        let_through += guess_from(&app, "ada", 0..12).await;
        app.advance(TimeDelta::seconds(12));
        while tries * 36 < (round + 1) * 21 {
            // A new phone each time, which the account does not know.
            let phone = from(&app, "203.0.113.7").header("x-device-id", &format!("phone-{tries}"));
            phone.try_log_in("ada", PASSWORD).await.data();
            tries += 1;
        }
    }
    assert_eq!(tries, 21);
    assert_eq!(let_through, 120, "ten from each network");
}

/// Concurrent attempts see the current count, and not an earlier one.
#[tokio::test]
async fn attempts_from_a_limited_network_do_not_count_against_the_account() {
    let settings = [&DEFAULTS[..2], &DEFAULTS[6..]].concat();
    let limits = [
        "--limit-login-network-account",
        "5/1d",
        "--limit-login-account",
        "20/1d",
        "--hash-max-wait",
        "60s",
    ];
    let app = TestApp::start_with(&[&settings[..], &limits].concat()).await;
    app.registered("ada").await;
    assert_eq!(guess_from(&app, "ada", [1; 64].into_iter()).await, 5);
    for network in [2, 3, 4] {
        assert_eq!(guess_from(&app, "ada", [network; 8].into_iter()).await, 5);
    }
    assert_eq!(guess_from(&app, "ada", 5..8).await, 0, "twenty in all");
}

#[tokio::test]
async fn only_wrong_passwords_count() {
    let app = TestApp::start_with(&DEFAULTS).await;
    app.verified("ada").await;
    let office = from(&app, "203.0.113.7");
    let phone = office.clone().header("x-device-id", "phone");
    for _ in 0..12 {
        for client in [&office, &phone] {
            client.try_log_in("ada", PASSWORD).await.data();
        }
    }
    // A correct password that creates no session counts like a wrong one.
    let input = json!({ "identifier": "ada", "password": PASSWORD, "organizationId": "none" });
    let refused = office.mutate("login", "session { id }", input).await;
    assert_eq!(refused.code(), "ORGANIZATION_NOT_FOUND");
    for _ in 0..9 {
        let wrong = office.try_log_in("ada", "a wrong guess").await;
        assert_eq!(wrong.code(), "AUTH_INVALID_CREDENTIALS");
    }
    assert!(is_limited(&office.try_log_in("ada", PASSWORD).await));
}

/// Opening a mailed link verifies the mailbox, and its owner can log in from there.
#[tokio::test]
async fn a_user_who_has_just_verified_the_mailbox_logs_in_from_there() {
    let tight = [
        "--limit-login-account",
        "3/1d",
        "--limit-login-device",
        "4/15m",
        "--trusted-proxies",
        "127.0.0.1",
    ];
    for proof in ["verifyEmail", "resetPassword", "confirmEmailChange"] {
        let app = TestApp::start_with(&tight).await;
        let person = app.registered("ada").await;
        let mut token = app.mailed_token(&person.email);
        if proof != "verifyEmail" {
            app.anonymous().verify(&token).await.data();
            let ada = app.anonymous().log_in(&person).await;
            if proof == "resetPassword" {
                app.anonymous()
                    .request_password_reset(&person.email)
                    .await
                    .data();
                token = app.token_of("reset_password", &person.email);
            } else {
                ada.request_email_change("new@example.com", PASSWORD)
                    .await
                    .data();
                token = app.token_of("confirm_email_change", "new@example.com");
            }
        }
        let home = from(&app, "203.0.113.7");
        let laptop = home.clone().header("x-device-id", "laptop");
        guess_from(&app, "ada", 0..6).await;
        assert!(
            is_limited(&home.try_log_in("ada", PASSWORD).await),
            "{proof}"
        );
        let verified = match proof {
            "verifyEmail" => laptop.verify(&token).await,
            "resetPassword" => laptop.reset_password(&token, PASSWORD).await,
            _ => laptop.confirm_email_change(&token).await,
        };
        verified.data();
        // The attack goes on, and every device of that network is let in, as often as it is right.
        assert_eq!(guess_from(&app, "ada", 0..6).await, 0, "{proof}");
        for number in 0..6 {
            let device = home.clone().header("x-device-id", &format!("new-{number}"));
            device.try_log_in("ada", PASSWORD).await.data();
            home.try_log_in("ada", PASSWORD).await.data();
        }
        // The device itself, on any network.
        let elsewhere = from(&app, "192.0.2.44");
        assert!(is_limited(&elsewhere.try_log_in("ada", PASSWORD).await));
        let moved = elsewhere.header("x-device-id", "laptop");
        moved.try_log_in("ada", PASSWORD).await.data();
        // Guesses come from there, too, and an hour later it is a network like any other.
        let mut limited = Vec::new();
        for _ in 0..5 {
            limited.push(is_limited(&home.try_log_in("ada", "a wrong guess").await));
        }
        assert_eq!(limited, [false, false, false, false, true], "{proof}");
        app.advance(TimeDelta::minutes(61));
        guess_from(&app, "ada", 0..6).await;
        assert!(
            is_limited(&home.try_log_in("ada", PASSWORD).await),
            "{proof}"
        );
    }
}

#[tokio::test]
async fn many_correct_passwords_at_once_lock_nobody_out() {
    let database = TestDatabase::shared().await;
    let slow = ["--hash-threads", "1", "--hash-memory", "32768"];
    let settings = [&DEFAULTS[..], &slow].concat();
    let nodes = [
        TestApp::start_on(&database, &settings).await,
        TestApp::start_on(&database, &settings).await,
    ];
    nodes[0].verified("ada").await;
    for node in &nodes {
        node.advance(TimeDelta::minutes(61)); // the proof of the mailbox is over
    }
    let clients = nodes.iter().map(TestApp::anonymous);
    let clients: Vec<_> = clients.collect();
    let logins = (0..24).map(|number| clients[number % 2].try_log_in("ada", PASSWORD));
    let answers = futures_util::future::join_all(logins).await;
    assert!(answers.iter().any(is_limited), "no more than ten at once");
    for node in &nodes {
        node.advance(TimeDelta::seconds(2));
        node.anonymous().try_log_in("ada", PASSWORD).await.data();
    }
}
