//! `requestEmailChange`, `confirmEmailChange`, and the way back.

use chrono::TimeDelta;

use crate::support::{PASSWORD, Person, SignedIn, TestApp, assert_one_of_64_succeeds, log};

const NEW: &str = "new@example.com";

/// Asks for the change and follows its link.
async fn change(app: &TestApp, ada: &SignedIn, email: &str) {
    ada.request_email_change(email, PASSWORD).await.data();
    let token = app.token_of("confirm_email_change", email);
    app.anonymous().confirm_email_change(&token).await.data();
}

#[tokio::test]
async fn nothing_changes_until_the_link_is_followed() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let asked = ada.request_email_change("New@Example.com", PASSWORD).await;
    assert_eq!(asked.at("/requestEmailChange/accepted"), true);
    assert_eq!(ada.me().await.text("/me/email"), "ada@example.com");
    app.anonymous()
        .try_log_in("ada@example.com", PASSWORD)
        .await
        .data();

    let token = app.token_of("confirm_email_change", "New@example.com");
    let done = app.anonymous().confirm_email_change(&token).await;
    assert_eq!(
        done.text("/confirmEmailChange/user/email"),
        "New@example.com"
    );
    assert_eq!(done.at("/confirmEmailChange/user/emailVerified"), true);
    // Nobody is signed out.
    assert_eq!(ada.me().await.text("/me/email"), "New@example.com");
    app.anonymous().try_log_in(NEW, PASSWORD).await.data();
    let old = app
        .anonymous()
        .try_log_in("ada@example.com", PASSWORD)
        .await;
    assert_eq!(old.code(), "AUTH_INVALID_CREDENTIALS");
    let again = app.anonymous().confirm_email_change(&token).await;
    assert_eq!(again.code(), "AUTH_LINK_INVALID");
    let notices = app.templates_to("ada@example.com").await;
    assert_eq!(
        notices,
        ["verify_email", "email_change_requested", "email_changed"]
    );
}

/// The address may be somebody else's: they can tell that it is not their account, and that nothing happens by itself.
#[tokio::test]
async fn the_mail_to_the_new_address_names_whose_account_it_is_and_who_asked_for_it() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    for (language, words) in [
        (
            "en",
            [
                "Username of the account: ada ",
                "Device, as it calls itself: Ada’s phone ",
                "Time: 2026-06-01 12:00 UTC ",
                "without the link, nothing changes",
            ],
        ),
        (
            "de",
            [
                "Benutzername des Kontos: ada ",
                "Gerät, wie es sich selbst nennt: Ada’s phone ",
                "Zeit: 2026-06-01 12:00 UTC ",
                "Ohne den Link ändert sich nichts",
            ],
        ),
    ] {
        let phone = ada.client.clone().header("x-device-name", "Ada’s phone");
        let phone = phone.header("accept-language", language);
        let email = format!("{language}@example.com");
        phone.request_email_change(&email, PASSWORD).await.data();
        let mail = app.mail_to(&email).await.pop().unwrap();
        let text = mail.text.replace('\n', " ");
        for words in words {
            assert!(text.contains(words), "{words}: {}", mail.text);
        }
        assert!(!text.contains("127.0.0.1"), "{}", mail.text);
    }
}

#[tokio::test]
async fn a_change_needs_the_password_and_an_address_that_is_one_and_another() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.verified("eve").await;
    let wrong = ada.request_email_change(NEW, "wrong").await;
    assert_eq!(wrong.code(), "AUTH_INVALID_CREDENTIALS");
    for email in [
        "",
        "no address",
        "new@example.com\r\nBcc: eve@example.com",
        "ada@example.com",
        " ada@example.com ",
    ] {
        let refused = ada.request_email_change(email, PASSWORD).await;
        assert_eq!(refused.invalid_paths(), ["input.newEmail"], "{email}");
    }
    let taken = ada.request_email_change("EVE@example.com", PASSWORD).await;
    assert_eq!(taken.code(), "AUTH_EMAIL_EXISTS");
    assert_eq!(app.templates_to("ada@example.com").await, ["verify_email"]);
}

#[tokio::test]
async fn a_newer_request_makes_the_older_link_void_and_links_expire() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    ada.request_email_change("one@example.com", PASSWORD)
        .await
        .data();
    ada.request_email_change("two@example.com", PASSWORD)
        .await
        .data();
    let one = app.token_of("confirm_email_change", "one@example.com");
    let answer = app.anonymous().confirm_email_change(&one).await;
    assert_eq!(answer.code(), "AUTH_LINK_INVALID");
    app.advance(TimeDelta::hours(24));
    let two = app.token_of("confirm_email_change", "two@example.com");
    let answer = app.anonymous().confirm_email_change(&two).await;
    assert_eq!(answer.code(), "AUTH_LINK_INVALID");
    for text in ["", "lkm_", &app.mailed_token("ada@example.com")] {
        let answer = app.anonymous().confirm_email_change(text).await;
        assert_eq!(answer.code(), "AUTH_LINK_INVALID", "{text}");
    }
}

#[tokio::test]
async fn an_address_that_was_taken_meanwhile_is_refused_and_the_link_stays() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    ada.request_email_change(NEW, PASSWORD).await.data();
    let other = Person {
        email: NEW.to_owned(),
        ..Person::named("other")
    };
    app.anonymous().register(&other).await.data();
    let token = app.token_of("confirm_email_change", NEW);
    let answer = app.anonymous().confirm_email_change(&token).await;
    assert_eq!(answer.code(), "AUTH_EMAIL_EXISTS");
    let other = app.anonymous().log_in(&other).await;
    other.delete_account(PASSWORD).await.data();
    app.anonymous().confirm_email_change(&token).await.data();
}

#[tokio::test]
async fn of_sixty_four_who_confirm_one_change_one_succeeds() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    ada.request_email_change(NEW, PASSWORD).await.data();
    let token = app.token_of("confirm_email_change", NEW);
    let spend = || {
        let (client, token) = (app.anonymous(), token.clone());
        async move { client.confirm_email_change(&token).await }
    };
    assert_one_of_64_succeeds(spend, "AUTH_LINK_INVALID").await;
    assert_eq!(ada.me().await.text("/me/email"), NEW);
}

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
        // Whoever changed the address knew the password: it is void.
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

/// The thief has the account's new address, and with it the links of every notice that came after.
#[tokio::test]
async fn a_thief_cannot_undo_the_undoing() {
    let app = TestApp::start().await;
    let thief = app.verified("ada").await;
    change(&app, &thief, "thief@example.com").await;
    // A device that is new tells the thief's address, with a link of its own.
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
async fn an_address_that_may_come_back_is_nobody_elses_until_then() {
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
    // Its own account may have it back, and after seven days anybody.
    app.advance(TimeDelta::days(7));
    app.anonymous().register(&squatter).await.data();
}

/// A thief with the password asks for the change; the owner, warned, sets a new password.
#[tokio::test]
async fn a_new_password_stops_a_change_that_was_asked_for_with_the_old_one() {
    let app = TestApp::start().await;
    for (name, by_mail) in [("ada", false), ("bob", true)] {
        let owner = app.verified(name).await;
        let thief = app.anonymous().log_in(&owner.person).await;
        let email = format!("thief-{name}@example.com");
        thief.request_email_change(&email, PASSWORD).await.data();
        let new = "seven purple elephants juggle";
        if by_mail {
            app.anonymous()
                .request_password_reset(&owner.person.email)
                .await
                .data();
            let token = app.token_of("reset_password", &owner.person.email);
            app.anonymous().reset_password(&token, new).await.data();
        } else {
            let change = format!(
                r#"mutation {{ changePassword(input: {{ currentPassword: "{PASSWORD}", newPassword: "{new}" }}) {{ revokedSessions }} }}"#
            );
            owner.ask(&change).await.data();
        }
        let token = app.token_of("confirm_email_change", &email);
        let answer = app.anonymous().confirm_email_change(&token).await;
        assert_eq!(answer.code(), "AUTH_LINK_INVALID", "{name}");
    }
}

/// Requests whose password was right when they were sent wait for the hasher, while the owner acts.
#[tokio::test]
async fn requests_on_their_way_do_not_outrun_this_was_not_me() {
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

/// The thief floods the account with sign-ins of new devices, each of which writes a notice to the
/// address that is the thief's by now.
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

/// For seven days the former owner can take it back: "this was not me".
#[tokio::test]
async fn of_an_address_between_two_owners_it_is_said_when_it_is_free() {
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
    // Whoever asks for one that somebody has hears of no moment.
    let owned = bob.request_email_change(NEW, PASSWORD).await;
    assert_eq!(owned.code(), "AUTH_EMAIL_EXISTS");
    assert!(owned.error()["extensions"].get("availableAt").is_none());
    app.advance(TimeDelta::days(7));
    app.anonymous().register(&taker).await.data();
}

#[tokio::test]
async fn who_never_proved_an_address_does_not_keep_it_from_who_does() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let squatter = Person {
        email: NEW.to_owned(),
        ..Person::named("squatter")
    };
    let registered = app.anonymous().register(&squatter).await;
    let squatter_id = registered.text("/register/user/id");
    let early = ada.request_email_change(NEW, PASSWORD).await;
    assert_eq!(early.code(), "AUTH_EMAIL_EXISTS");
    app.advance(TimeDelta::days(7) + TimeDelta::seconds(1));
    let ada = app.anonymous().log_in(&ada.person).await;
    change(&app, &ada, NEW).await;
    assert_eq!(ada.me().await.text("/me/email"), NEW);
    log::assert_replaced(squatter_id, &ada.user_id().await, "confirmEmailChange");
    let gone = app.anonymous().try_log_in("squatter", PASSWORD).await;
    assert_eq!(gone.code(), "AUTH_INVALID_CREDENTIALS");
}
