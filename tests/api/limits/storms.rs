//! Storms: more guesses than the machine can hash, from more networks than the limits can stop, and the users who are still
//! served. The arithmetic is in `docs/security/password-guessing.md`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use chrono::TimeDelta;
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{Answer, Client, PASSWORD, Person, SignedIn, TestApp};

/// One thread and room for one hash, so that no request queues behind another in the same lane.
const SLOW: [&str; 8] = [
    "--hash-threads",
    "1",
    "--hash-max-wait",
    "1ms",
    "--hash-memory",
    "8192",
    "--trusted-proxies",
    "127.0.0.1",
];

/// Attackers who guess without pause, each time from another network and at another account.
struct Storm {
    is_over: Arc<AtomicBool>,
    guessers: JoinSet<()>,
}

impl Storm {
    const GUESSERS: usize = 2;

    fn start(app: &TestApp) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let counter = Arc::new(AtomicUsize::new(0));
        let mut guessers = JoinSet::new();
        for _ in 0..Self::GUESSERS {
            let (is_over, counter, client) = (is_over.clone(), counter.clone(), app.anonymous());
            guessers.spawn(async move {
                while !is_over.load(Ordering::SeqCst) {
                    let number = counter.fetch_add(1, Ordering::SeqCst);
                    let network = format!("10.{}.{}.1", number / 256 % 256, number % 256);
                    let client = client.clone().header("x-forwarded-for", &network);
                    let name = format!("user{}", number % 1000);
                    client.try_log_in(&name, "a wrong guess").await;
                }
            });
        }
        Self { is_over, guessers }
    }

    async fn end(self) {
        self.is_over.store(true, Ordering::SeqCst);
        self.guessers.join_all().await;
    }
}

fn is_overloaded(answer: &Answer) -> bool {
    let code = answer.body.pointer("/errors/0/extensions/code");
    code.is_some_and(|code| code == "OVERLOADED")
}

/// Tries until the queue refuses, which it does sooner or later in the lane of the storm. Uses a wrong password, so that the
/// device does not become known.
async fn until_overloaded(client: &Client) {
    for _ in 0..1000 {
        if is_overloaded(&client.try_log_in("ada", "a wrong guess").await) {
            return;
        }
    }
    panic!("the queue refuses nobody");
}

/// Ada, and a device that her account knows.
async fn ada_and_her_laptop(app: &TestApp) -> (SignedIn, Client) {
    let ada = app.verified("ada").await;
    let laptop = app.anonymous().header("x-device-id", "laptop");
    laptop.log_in(&ada.person).await;
    (ada, laptop)
}

#[tokio::test]
async fn in_a_storm_of_guesses_a_known_device_signs_in_every_time() {
    let app = TestApp::start_with(&SLOW).await;
    let (_, laptop) = ada_and_her_laptop(&app).await;
    app.advance(TimeDelta::minutes(61));
    let storm = Storm::start(&app);
    until_overloaded(&app.anonymous().header("x-device-id", "another")).await;
    for _ in 0..15 {
        laptop.try_log_in("ada", PASSWORD).await.data();
        app.advance(TimeDelta::minutes(6));
    }
    // The storm goes on. A device without an id is recognised by its browser, which is no secret.
    until_overloaded(&app.anonymous()).await;
    storm.end().await;
}

#[tokio::test]
async fn in_a_storm_of_guesses_a_logged_in_user_can_confirm_their_password() {
    const NEW: &str = "seven purple elephants juggle";
    let app = TestApp::start_with(&SLOW).await;
    let ada = app.verified("ada").await;
    app.advance(TimeDelta::minutes(61));
    let ada = ada.refreshed().await;
    let storm = Storm::start(&app);
    until_overloaded(&app.anonymous()).await;
    let input = json!({ "currentPassword": PASSWORD, "newPassword": NEW });
    let changed = ada.mutate("changePassword", "revokedSessions", input);
    changed.await.data();
    ada.request_email_change("new@example.com", NEW)
        .await
        .data();
    let wrong = ada.delete_account("a wrong guess").await;
    assert_eq!(wrong.code(), "AUTH_INVALID_CREDENTIALS");
    ada.delete_account(NEW).await.data();
    until_overloaded(&app.anonymous()).await;
    storm.end().await;
}

/// The owner logs in with a new phone from an unknown network.
#[tokio::test]
async fn in_a_storm_of_guesses_a_mailed_link_sets_a_password_and_lets_its_owner_in() {
    let app = TestApp::start_with(&SLOW).await;
    let ada = app.verified("ada").await;
    app.advance(TimeDelta::minutes(61));
    let storm = Storm::start(&app);
    let cafe = app.anonymous().header("x-forwarded-for", "192.0.2.44");
    until_overloaded(&cafe).await;
    let email = &ada.person.email;
    app.anonymous().request_password_reset(email).await.data();
    let token = app.token_of("reset_password", email);
    cafe.reset_password(&token, PASSWORD).await.data();
    let phone = cafe.clone().header("x-device-id", "phone");
    for (client, name) in [(&cafe, "ada"), (&phone, email)] {
        client.try_log_in(name, PASSWORD).await.data();
    }
    // Verifying the mailbox opens the lane for an hour.
    app.advance(TimeDelta::minutes(61));
    until_overloaded(&cafe).await;
    storm.end().await;
}

/// A login that was turned away is no guess. The network is still limited.
#[tokio::test]
async fn logins_that_the_storm_turned_away_do_not_count_as_wrong_passwords() {
    let app = TestApp::start_with(&SLOW).await;
    let ada = app.verified("ada").await;
    app.advance(TimeDelta::minutes(61));
    let storm = Storm::start(&app);
    for client in [
        app.anonymous(),
        app.anonymous().header("x-device-id", "phone"),
    ] {
        let mut turned_away = 0;
        while turned_away < 20 {
            let answer = client.try_log_in("ada", PASSWORD).await;
            if is_overloaded(&answer) {
                turned_away += 1;
            } else {
                answer.data();
            }
        }
    }
    storm.end().await;
    for name in ["ada", &ada.person.email] {
        app.anonymous().try_log_in(name, PASSWORD).await.data();
    }
}

/// Nobody can fill the lane with their own accounts, however often they log in.
#[tokio::test]
async fn an_account_that_logs_in_too_often_is_limited_like_unknown_devices() {
    let app = TestApp::start_with(&SLOW).await;
    let (_, laptop) = ada_and_her_laptop(&app).await;
    app.advance(TimeDelta::minutes(61));
    let storm = Storm::start(&app);
    for _ in 0..10 {
        laptop.try_log_in("ada", PASSWORD).await.data();
    }
    until_overloaded(&laptop).await;
    app.advance(TimeDelta::minutes(6));
    laptop.try_log_in("ada", PASSWORD).await.data();
    storm.end().await;
}

/// Where accounts are concealed, a lane of its own would reveal that a registration with a taken address has succeeded.
#[tokio::test]
async fn in_a_storm_a_known_device_of_an_unverified_address_counts_as_unknown() {
    let settings = [&SLOW[..], &["--conceal-accounts", "true"]].concat();
    let app = TestApp::start_with(&settings).await;
    app.verified("bob").await;
    let device = app.anonymous().header("x-device-id", "eves");
    for (name, email) in [("ada", "free@example.com"), ("decoy", "bob@example.com")] {
        let person = Person {
            email: email.to_owned(),
            ..Person::named(name)
        };
        device.register(&person).await.data();
    }
    let storm = Storm::start(&app);
    for name in ["ada", "decoy"] {
        let mut is_refused = false;
        for _ in 0..100 {
            is_refused = is_refused || is_overloaded(&device.try_log_in(name, PASSWORD).await);
            app.advance(TimeDelta::minutes(6));
        }
        assert!(is_refused, "{name}");
    }
    storm.end().await;
}

/// Others in the network that opened a mailed link may guess as well. They use up only their own allowance.
#[tokio::test]
async fn guesses_from_where_the_mailbox_was_verified_do_not_lock_out_a_known_device() {
    let app = TestApp::start_with(&SLOW).await;
    let (_, laptop) = ada_and_her_laptop(&app).await;
    let storm = Storm::start(&app);
    until_overloaded(&app.anonymous()).await;
    for _ in 0..9 {
        laptop.try_log_in("ada", PASSWORD).await.data();
    }
    storm.end().await;
}
