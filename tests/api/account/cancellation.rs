//! "I did not register": the mailed link shows the registration, and deletes the account of a stranger.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::account::deletion::{all_values, join};
use crate::support::{
    Answer, Client, PASSWORD, Person, SignedIn, TestApp, TestDatabase, assert_one_of_64_succeeds,
    log, sql,
};

const NEW: &str = "seven purple elephants juggle";

/// A phone of a stranger.
fn strangers_phone(app: &TestApp) -> Client {
    let client = app.anonymous().header("x-device-id", "phone-1");
    client.header("x-device-name", "Eve’s <phone>")
}

/// A stranger who registered with the address ada@example.com and is logged in.
async fn unverified_stranger(app: &TestApp) -> SignedIn {
    let client = strangers_phone(app);
    let person = Person::named("ada");
    client.register(&person).await.data();
    client.log_in(&person).await
}

#[track_caller]
fn assert_deleted(answer: &Answer) {
    assert_eq!(answer.code(), "AUTH_SESSION_ENDED", "{:#}", answer.body);
    assert_eq!(answer.error()["extensions"]["reason"], "ACCOUNT_DELETED");
}

#[tokio::test]
async fn the_link_shows_who_registered_when_and_from_which_device_and_is_not_used_up() {
    let app = TestApp::start().await;
    unverified_stranger(&app).await;
    let token = app.mailed_token("ada@example.com");
    app.advance(TimeDelta::hours(3));
    for _ in 0..3 {
        let preview = app.anonymous().registration(&token).await;
        let expected = json!({
            "email": "ada@example.com",
            "username": "ada",
            "registeredAt": "2026-06-01T12:00:00.000Z",
            "device": "Eve’s <phone>",
        });
        assert_eq!(*preview.at("/registration"), expected);
    }
    app.anonymous().verify(&token).await.data();
}

#[tokio::test]
async fn a_device_without_a_name_is_shown_by_its_browser_and_an_unknown_one_not_at_all() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    let browser = app.anonymous().header("user-agent", "Firefox/153.0");
    browser.register(&Person::named("ada")).await.data();
    let token = app.mailed_token("ada@example.com");
    let device = async || {
        let preview = app.anonymous().registration(&token).await;
        assert_eq!(preview.at("/registration/username"), "ada");
        preview.at("/registration/device").clone()
    };
    assert_eq!(device().await, "Firefox/153.0");
    sql::execute(&database.url, "DELETE FROM security_events").await;
    assert_eq!(device().await, Value::Null);
    // Another mail is still sent.
    let answer = app.anonymous().resend_verification("ada@example.com").await;
    answer.data();
    let mail = app.mail_to("ada@example.com").await.pop().unwrap();
    assert!(mail.text.contains("Username: ada\nTime: "), "{}", mail.text);
}

#[tokio::test]
async fn a_link_of_another_kind_or_an_invalid_one_shows_nothing_and_deletes_nothing() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    ada.request_password_reset("ada@example.com").await.data();
    ada.request_email_change("new@example.com", PASSWORD)
        .await
        .data();
    let bob = app.unverified("bob").await;
    let bobs = app.mailed_token("bob@example.com");
    let mut altered = bobs.clone().into_bytes();
    altered[10] = if altered[10] == b'A' { b'B' } else { b'A' };
    for token in [
        String::new(),
        "lkm_".to_owned(),
        "\u{0}".to_owned(),
        "lkm_'; DROP TABLE users".to_owned(),
        bobs[..20].to_owned(),
        String::from_utf8(altered).unwrap(),
        app.token_of("reset_password", "ada@example.com"),
        app.token_of("confirm_email_change", "new@example.com"),
        app.token_of("email_change_requested", "ada@example.com"),
        app.mailed_token("ada@example.com"),
        bob.refresh_token.clone(),
    ] {
        for answer in [
            app.anonymous().registration(&token).await,
            app.anonymous().cancel_registration(&token).await,
        ] {
            assert_eq!(answer.code(), "AUTH_LINK_INVALID", "{token:?}");
            assert!(!answer.body.to_string().contains("example.com"));
        }
    }
    ada.me().await.data();
    app.anonymous().verify(&bobs).await.data();
}

#[tokio::test]
async fn an_expired_link_shows_nothing_and_deletes_nothing() {
    let app = TestApp::start().await;
    unverified_stranger(&app).await;
    let token = app.mailed_token("ada@example.com");
    app.advance(TimeDelta::hours(24));
    for answer in [
        app.anonymous().registration(&token).await,
        app.anonymous().cancel_registration(&token).await,
    ] {
        assert_eq!(answer.code(), "AUTH_LINK_INVALID");
    }
    let still_there = app.anonymous().log_in(&Person::named("ada")).await;
    assert_eq!(still_there.me().await.code(), "AUTH_EMAIL_NOT_VERIFIED");
}

#[tokio::test]
async fn a_link_to_an_address_that_the_account_no_longer_has_shows_nothing_and_deletes_nothing() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    let ada = app.unverified("ada").await;
    let token = app.mailed_token("ada@example.com");
    let changed = "UPDATE users SET email = 'new@example.com', email_canonical = 'new@example.com'";
    assert_eq!(sql::execute(&database.url, changed).await, 1);
    for answer in [
        app.anonymous().registration(&token).await,
        app.anonymous().cancel_registration(&token).await,
    ] {
        assert_eq!(answer.code(), "AUTH_LINK_INVALID");
    }
    assert_eq!(ada.me().await.code(), "AUTH_EMAIL_NOT_VERIFIED");
}

#[tokio::test]
async fn cancelling_a_registration_deletes_the_account_and_its_devices_learn_the_reason() {
    let app = TestApp::start().await;
    let eve = unverified_stranger(&app).await;
    let laptop = app.anonymous().log_in(&eve.person).await;
    let token = app.mailed_token("ada@example.com");
    let deleted = app.anonymous().cancel_registration(&token).await;
    let id = deleted.text("/cancelRegistration/deletedUserId").to_owned();
    for session in [&eve, &laptop] {
        assert_deleted(&session.me().await);
        assert_deleted(&session.refresh(&session.refresh_token).await);
    }
    let login = app.anonymous().try_log_in("ada", PASSWORD).await;
    assert_eq!(login.code(), "AUTH_INVALID_CREDENTIALS");
    for answer in [
        app.anonymous().cancel_registration(&token).await,
        app.anonymous().registration(&token).await,
        app.anonymous().verify(&token).await,
    ] {
        assert_eq!(answer.code(), "AUTH_LINK_INVALID");
    }
    // Only the operator's log has the event, because the events of an account are deleted with the account.
    let logged = log::all(&[&format!("user={id}"), "ACCOUNT_DELETED"]);
    assert_eq!(logged.len(), 1, "{logged:?}");
    assert!(logged[0].contains("operation=\"cancelRegistration\""));
    assert!(!logged[0].contains("lkm_"));

    // Address and username are free at once.
    let ada = app.verified("ada").await;
    assert_ne!(ada.me().await.text("/me/id"), id);
}

#[tokio::test]
async fn nothing_of_a_cancelled_registration_is_left_in_any_table() {
    let database = TestDatabase::shared().await;
    let settings = ["--conceal-accounts", "true"];
    let app = TestApp::start_on(&database, &settings).await;
    app.verified("bob").await;
    let client = strangers_phone(&app);
    client.register(&Person::named("lovelace")).await.data();
    // Where accounts are concealed, this looks like a registration with the same address.
    let decoy = Person {
        username: "decoy".to_owned(),
        ..Person::named("lovelace")
    };
    client.register(&decoy).await.data();
    client
        .resend_verification("lovelace@example.com")
        .await
        .data();
    let traces = ["lovelace", "decoy", "phone"];
    let before = all_values(&database).await;
    for trace in traces {
        assert!(before.contains(trace), "{trace} was there to be found");
    }
    // The first link works, too.
    let token = app.mailed_tokens("lovelace@example.com").remove(0);
    app.anonymous().cancel_registration(&token).await.data();
    let after = all_values(&database).await;
    for trace in traces {
        assert!(!after.contains(trace), "{trace} is left: {after}");
    }
    assert!(after.contains("bob@example.com"));
}

#[tokio::test]
async fn an_account_whose_address_was_verified_meanwhile_is_not_deleted() {
    let app = TestApp::start().await;
    for way in ["link", "reset"] {
        let person = app.registered(way).await;
        let email = &person.email;
        app.anonymous().resend_verification(email).await.data();
        let [first, second] = <[_; 2]>::try_from(app.mailed_tokens(email)).unwrap();
        if way == "link" {
            app.anonymous().verify(&first).await.data();
        } else {
            app.anonymous().request_password_reset(email).await.data();
            let reset = app.token_of("reset_password", email);
            app.anonymous().reset_password(&reset, NEW).await.data();
        }
        for token in [&first, &second] {
            for answer in [
                app.anonymous().registration(token).await,
                app.anonymous().cancel_registration(token).await,
            ] {
                assert_eq!(answer.code(), "AUTH_LINK_INVALID", "{way}");
            }
        }
        let password = if way == "link" { PASSWORD } else { NEW };
        app.anonymous().try_log_in(way, password).await.data();
    }
}

/// An unverified user cannot invite anybody. But even if the database says so, other users must lose nothing.
#[tokio::test]
async fn an_account_that_others_need_is_not_deleted() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    let eve = unverified_stranger(&app).await;
    let bob = app.verified("bob").await;
    join(&database, &bob, &eve, "ADMIN").await;
    let token = app.mailed_token("ada@example.com");
    let refused = app.anonymous().cancel_registration(&token).await;
    assert_eq!(refused.code(), "AUTH_LINK_INVALID");
    assert_eq!(eve.me().await.code(), "AUTH_EMAIL_NOT_VERIFIED");
    let query = "{ me { memberships { organization { name members { totalCount } } } } }";
    let answer = bob.ask(query).await;
    assert_eq!(
        answer.at("/me/memberships").as_array().unwrap().len(),
        2,
        "{:#}",
        answer.body
    );
}

#[tokio::test]
async fn of_a_concurrent_verification_and_cancellation_one_succeeds() {
    let app = TestApp::start().await;
    let (mut verified, mut cancelled) = (0, 0);
    for round in 0..24 {
        let eve = app.unverified(&format!("eve{round}")).await;
        let email = &eve.person.email;
        app.anonymous().resend_verification(email).await.data();
        let [first, second] = <[_; 2]>::try_from(app.mailed_tokens(email)).unwrap();
        // The two requests use the same link, or one link each.
        let other = if round % 2 == 0 { &first } else { &second };
        let (one, two) = (app.anonymous(), app.anonymous());
        let (verification, cancellation) = if round % 4 < 2 {
            tokio::join!(one.verify(&first), two.cancel_registration(other))
        } else {
            let (cancellation, verification) =
                tokio::join!(two.cancel_registration(other), one.verify(&first));
            (verification, cancellation)
        };
        let (winner, loser) = if verification.body.get("errors").is_none() {
            verified += 1;
            eve.me().await.data();
            (verification, cancellation)
        } else {
            cancelled += 1;
            assert_deleted(&eve.me().await);
            (cancellation, verification)
        };
        winner.data();
        assert_eq!(loser.code(), "AUTH_LINK_INVALID", "{:#}", loser.body);
    }
    assert_eq!(verified + cancelled, 24);
}

#[tokio::test]
async fn a_login_at_the_same_moment_outlives_no_cancellation() {
    let app = TestApp::start_with(&["--hash-max-wait", "60s"]).await;
    for round in 0..8 {
        let person = app.registered(&format!("eve{round}")).await;
        let token = app.mailed_token(&person.email);
        let (one, other) = (app.anonymous(), app.anonymous());
        let (login, cancelled) = tokio::join!(
            one.try_log_in(&person.username, PASSWORD),
            other.cancel_registration(&token)
        );
        cancelled.data();
        if login.body.get("errors").is_none() {
            let access = login.text("/login/token/accessToken");
            assert_deleted(&app.anonymous().bearer(access).me().await);
        } else {
            assert_eq!(login.code(), "AUTH_INVALID_CREDENTIALS");
        }
    }
}

#[tokio::test]
async fn of_sixty_four_concurrent_cancellations_of_one_registration_one_succeeds() {
    let app = TestApp::start().await;
    app.registered("ada").await;
    let token = app.mailed_token("ada@example.com");
    let spend = || {
        let (client, token) = (app.anonymous(), token.clone());
        async move { client.cancel_registration(&token).await }
    };
    assert_one_of_64_succeeds(spend, "AUTH_LINK_INVALID").await;
}

#[tokio::test]
async fn a_token_is_read_once_in_an_operation_and_not_by_url() {
    let app = TestApp::start().await;
    app.registered("ada").await;
    let token = app.mailed_token("ada@example.com");
    let field = format!("registration(token: \"{token}\") {{ username }}");
    let twice = format!("{{ a: {field} b: {field} }}");
    let refused = app.anonymous().ask(&twice).await;
    assert_eq!(refused.invalid_paths(), ["query"]);

    let mut url = reqwest::Url::parse(&app.url("/graphql")).unwrap();
    url.query_pairs_mut()
        .append_pair("query", &format!("{{ {field} }}"));
    let answer = reqwest::get(url).await.unwrap();
    assert_eq!(answer.status().as_u16(), 405);
    assert_eq!(answer.headers()["allow"], "POST");
    let text = answer.text().await.unwrap();
    assert!(!text.contains("ada") && !text.contains("lkm_"), "{text}");
    app.anonymous().verify(&token).await.data();
}
