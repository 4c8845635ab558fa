//! Undoing a change of address: `secureAccount` with a link that was mailed to the old address.

use chrono::TimeDelta;

use super::change::{NEW, change};
use crate::support::{PASSWORD, Person, TestApp};

#[tokio::test]
async fn either_notice_to_the_old_address_undoes_the_change_for_seven_days() {
    for (template, days) in [
        ("email_change_requested", 6),
        ("email_changed", 6),
        ("email_changed", 7),
    ] {
        let app = TestApp::start().await;
        let ada = app.verified("ada").await;
        change(&app, &ada, NEW).await;
        app.advance(TimeDelta::days(days));
        let token = app.token_of(template, "ada@example.com");
        let secured = app.anonymous().secure_account(&token).await;
        if days == 7 {
            assert_eq!(secured.code(), "AUTH_LINK_INVALID");
            continue;
        }
        assert_eq!(secured.text("/secureAccount/email"), "ada@example.com");
        assert_eq!(secured.at("/secureAccount/revokedSessions"), 1);
        let ended = ada.refresh(&ada.refresh_token).await;
        assert_eq!(ended.error()["extensions"]["reason"], "ACCOUNT_SECURED");
        // The person who changed the address knew the password, so it is invalid now.
        for identifier in ["ada", NEW, "ada@example.com"] {
            let answer = app.anonymous().try_log_in(identifier, PASSWORD).await;
            assert_eq!(answer.code(), "AUTH_INVALID_CREDENTIALS", "{identifier}");
        }
        let reset = app.token_of("account_secured", "ada@example.com");
        let password = "seven purple elephants juggle";
        app.anonymous()
            .reset_password(&reset, password)
            .await
            .data();
        let ada = app
            .anonymous()
            .try_log_in("ada@example.com", password)
            .await;
        assert_eq!(ada.text("/login/user/id"), ada.text("/login/user/id"));
    }
}

#[tokio::test]
async fn the_notice_before_a_change_stops_it() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    ada.request_email_change(NEW, PASSWORD).await.data();
    let stop = app.token_of("email_change_requested", "ada@example.com");
    app.anonymous().secure_account(&stop).await.data();
    let confirm = app.token_of("confirm_email_change", NEW);
    let answer = app.anonymous().confirm_email_change(&confirm).await;
    assert_eq!(answer.code(), "AUTH_LINK_INVALID");
}

/// The thief has the account's new address, and so the links of every later notice.
#[tokio::test]
async fn a_thief_cannot_undo_the_undoing() {
    let app = TestApp::start().await;
    let thief = app.verified("ada").await;
    change(&app, &thief, "thief@example.com").await;
    // The notice of a new device goes to the thief's address, with a link of its own.
    app.advance(TimeDelta::minutes(1));
    let phone = app.anonymous().header("x-device-id", "phone");
    phone.log_in(&thief.person).await;
    let theirs = app.token_of("new_device", "thief@example.com");
    let ours = app.token_of("email_changed", "ada@example.com");
    app.anonymous().secure_account(&ours).await.data();
    let answer = app.anonymous().secure_account(&theirs).await;
    assert_eq!(answer.code(), "AUTH_LINK_INVALID");
    app.anonymous()
        .request_password_reset("thief@example.com")
        .await
        .data();
    assert_eq!(
        app.tokens_of("reset_password", "thief@example.com").len(),
        0
    );
}

#[tokio::test]
async fn the_older_address_prevails_over_a_newer_one() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    change(&app, &ada, "one@example.com").await;
    app.advance(TimeDelta::minutes(1));
    change(&app, &ada, "two@example.com").await;
    app.advance(TimeDelta::minutes(1));
    let to_one = app.token_of("email_changed", "one@example.com");
    let secured = app.anonymous().secure_account(&to_one).await;
    assert_eq!(secured.text("/secureAccount/email"), "one@example.com");
    let to_ada = app.token_of("email_changed", "ada@example.com");
    let secured = app.anonymous().secure_account(&to_ada).await;
    assert_eq!(secured.text("/secureAccount/email"), "ada@example.com");
}

#[tokio::test]
async fn an_address_that_may_be_restored_is_reserved_until_then() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let eve = app.verified("eve").await;
    change(&app, &ada, NEW).await;
    let squatter = Person {
        email: "ada@example.com".to_owned(),
        ..Person::named("squatter")
    };
    assert_eq!(
        app.anonymous().register(&squatter).await.code(),
        "AUTH_EMAIL_EXISTS"
    );
    let answer = eve.request_email_change("ada@example.com", PASSWORD).await;
    assert_eq!(answer.code(), "AUTH_EMAIL_EXISTS");
    // Its own account may take it back, and after seven days anybody may.
    app.advance(TimeDelta::days(7));
    app.anonymous().register(&squatter).await.data();
}

/// Requests whose password was correct when they were sent wait for the hasher while the owner acts.
#[tokio::test]
async fn concurrent_requests_do_not_outrun_this_was_not_me() {
    let app = TestApp::start_with(&[
        "--hash-threads",
        "1",
        "--hash-max-wait",
        "60s",
        "--hash-iterations",
        "200",
    ])
    .await;
    let owner = app.verified("ada").await;
    let thief = app.anonymous().header("x-device-id", "thief");
    let thief = thief.log_in(&owner.person).await;
    let token = app.token_of("new_device", "ada@example.com");
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..12 {
        let thief = thief.clone();
        tasks.spawn(async move {
            let email = format!("thief-{number}@example.com");
            thief.request_email_change(&email, PASSWORD).await
        });
    }
    tokio::task::yield_now().await;
    app.anonymous().secure_account(&token).await.data();
    tasks.join_all().await;
    for number in 0..12 {
        let email = format!("thief-{number}@example.com");
        for link in app.tokens_of("confirm_email_change", &email) {
            let answer = app.anonymous().confirm_email_change(&link).await;
            assert_eq!(answer.code(), "AUTH_LINK_INVALID", "{email}");
        }
    }
}

/// The thief floods the account with logins from new devices. Each writes a notice to the thief's address.
#[tokio::test]
async fn a_flood_of_notices_does_not_outlive_this_was_not_me() {
    let app = TestApp::start_with(&["--hash-max-wait", "60s"]).await;
    let thief = app.verified("ada").await;
    change(&app, &thief, "thief@example.com").await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..40 {
        let device = app.anonymous().header("x-device-id", &number.to_string());
        let person = thief.person.clone();
        tasks.spawn(async move { device.try_log_in(&person.username, &person.password).await });
    }
    let ours = app.token_of("email_changed", "ada@example.com");
    app.anonymous().secure_account(&ours).await.data();
    tasks.join_all().await;
    for theirs in app.tokens_of("new_device", "thief@example.com") {
        let answer = app.anonymous().secure_account(&theirs).await;
        assert_eq!(answer.code(), "AUTH_LINK_INVALID");
    }
}

/// The former owner can take the address back for seven days: "this was not me".
#[tokio::test]
async fn a_reserved_address_is_refused_with_the_time_when_it_becomes_free() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    change(&app, &ada, NEW).await;
    let taker = Person {
        email: "ada@example.com".to_owned(),
        ..Person::named("taker")
    };
    let bob = app.verified("bob").await;
    for answer in [
        app.anonymous().register(&taker).await,
        bob.request_email_change("ada@example.com", PASSWORD).await,
        app.unverified("eve")
            .await
            .request_email_change("ada@example.com", PASSWORD)
            .await,
    ] {
        assert_eq!(answer.code(), "AUTH_EMAIL_EXISTS");
        assert_eq!(
            answer.error()["extensions"]["availableAt"],
            "2026-06-08T12:00:00.000Z"
        );
        let message = answer.error()["message"].as_str().unwrap();
        assert!(message.contains("until 2026-06-08 12:00 UTC"), "{message}");
    }
    // A request for an address that somebody has gets no time.
    let owned = bob.request_email_change(NEW, PASSWORD).await;
    assert_eq!(owned.code(), "AUTH_EMAIL_EXISTS");
    assert!(owned.error()["extensions"].get("availableAt").is_none());
    app.advance(TimeDelta::days(7));
    app.anonymous().register(&taker).await.data();
}
