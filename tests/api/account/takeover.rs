//! Taking over an address or a username whose owner never verified the address.

use crate::support::{PASSWORD, Person, TestApp, log};

/// A stranger registers with another person's address, and waits.
#[tokio::test]
async fn a_registration_that_was_never_verified_makes_way_after_seven_days() {
    let app = TestApp::start().await;
    let stranger = app.unverified("ada").await;
    let stranger_id = stranger.user_id().await;
    let owner = Person {
        email: "ada@example.com".to_owned(),
        password: "seven purple elephants juggle".to_owned(),
        ..Person::named("lovelace")
    };
    app.advance(chrono::TimeDelta::days(7));
    let early = app.anonymous().register(&owner).await;
    assert_eq!(early.code(), "AUTH_EMAIL_EXISTS");
    app.advance(chrono::TimeDelta::milliseconds(1));
    let registered = app.anonymous().register(&owner).await;
    let owner_id = registered.text("/register/user/id");
    log::assert_replaced(&stranger_id, owner_id, "register");
    let [registration, deletion] = &log::all(&["latchkey::security", owner_id])[..] else {
        panic!("two lines name the owner");
    };
    assert!(registration.contains("REGISTERED"), "{registration}");
    assert!(deletion.contains("ACCOUNT_DELETED"), "{deletion}");
    let ended = stranger.refresh(&stranger.refresh_token).await;
    assert_eq!(ended.error()["extensions"]["reason"], "ACCOUNT_DELETED");
    // The stranger's link is void with their registration, and the owner's works.
    let links = app.mailed_tokens("ada@example.com");
    assert_eq!(
        app.anonymous().verify(&links[0]).await.code(),
        "AUTH_LINK_INVALID"
    );
    app.anonymous().verify(&links[1]).await.data();
    app.anonymous().log_in(&owner).await.me().await.data();
    // The stranger's username is free, too.
    app.registered("ada2").await;
}

#[tokio::test]
async fn a_username_that_was_never_verified_makes_way_too_and_a_verified_one_never() {
    let app = TestApp::start().await;
    app.registered("pending").await;
    let ada = app.verified("ada").await;
    app.advance(chrono::TimeDelta::days(8));
    let named = |username: &str| Person {
        email: format!("other-{username}@example.com"),
        ..Person::named(username)
    };
    app.anonymous().register(&named("pending")).await.data();
    let taken = app.anonymous().register(&named("ada")).await;
    assert_eq!(taken.code(), "AUTH_USERNAME_EXISTS");
    app.anonymous().log_in(&ada.person).await.me().await.data();
}

#[tokio::test]
async fn of_sixty_four_concurrent_takeovers_of_a_registration_one_succeeds() {
    let app = TestApp::start_with(&["--hash-max-wait", "60s"]).await;
    app.unverified("ada").await; // who has a session, whose next request reports the end once
    app.advance(chrono::TimeDelta::days(8));
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..64 {
        let client = app.anonymous();
        tasks.spawn(async move {
            let person = Person {
                email: "ada@example.com".to_owned(),
                ..Person::named(&format!("ada-{number}"))
            };
            client.register(&person).await
        });
    }
    let answers = tasks.join_all().await;
    let done = answers
        .iter()
        .filter(|answer| answer.body.get("errors").is_none())
        .count();
    assert_eq!(done, 1);
    let refused = answers
        .iter()
        .filter(|answer| answer.body.get("errors").is_some());
    for answer in refused {
        assert_eq!(answer.code(), "AUTH_EMAIL_EXISTS");
    }
}

/// The owner verifies the address at the very moment in which the registration may be taken over.
#[tokio::test]
async fn a_user_whose_verification_succeeded_keeps_the_account() {
    for round in 0..12 {
        // The link must still work when the registration may be taken over.
        let app = TestApp::start_with(&["--unverified-ttl", "1h"]).await;
        let ada = app.registered("ada").await;
        app.advance(chrono::TimeDelta::hours(2));
        let newer = Person {
            email: ada.email.clone(),
            ..Person::named("newer")
        };
        let token = app.mailed_token(&ada.email);
        let (client, other) = (app.anonymous(), app.anonymous());
        let (verified, registered) = tokio::join!(client.verify(&token), other.register(&newer));
        let verified = verified.body.get("errors").is_none();
        let registered = registered.body.get("errors").is_none();
        assert!(
            verified != registered,
            "round {round}: {verified} {registered}"
        );
        let login = app.anonymous().try_log_in("ada", PASSWORD).await;
        assert_eq!(
            login.body.get("errors").is_none(),
            verified,
            "round {round}"
        );
    }
}
