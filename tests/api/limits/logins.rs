//! The limits of logins: by account, network and device. No stranger can lock somebody out of their own account.

use chrono::TimeDelta;

use super::attempts::{end_login_grace, guess};
use crate::support::{PASSWORD, TestApp, is_limited};

#[tokio::test]
async fn a_retry_passes_at_the_announced_time_and_not_earlier() {
    let app = TestApp::start_with(&["--limit-login-account", "3/3m"]).await;
    app.verified("ada").await;
    end_login_grace(&app);
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
    let refused = guess(&app.anonymous(), "ada").await;
    assert_eq!(refused.error()["extensions"]["retryAfter"], 1);
    app.advance(TimeDelta::seconds(1));
    // A correct password is refunded, and a wrong one is not.
    app.anonymous().try_log_in("ada", PASSWORD).await.data();
    assert!(!is_limited(&guess(&app.anonymous(), "ada").await));
    assert!(
        is_limited(&guess(&app.anonymous(), "ada").await),
        "one a minute"
    );
}

#[tokio::test]
async fn an_unknown_name_is_limited_like_a_known_one() {
    let app = TestApp::start_with(&["--limit-login-account", "2/1h"]).await;
    app.registered("ada").await;
    // Two texts that cannot be names each have a limit of their own.
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

#[tokio::test]
async fn an_account_under_attack_is_not_locked_for_a_device_that_it_knows() {
    let app = TestApp::start_with(&["--limit-login-account", "5/1h"]).await;
    let ada = app.verified("ada").await;
    let phone = app.anonymous().header("x-device-id", "phone-of-ada");
    phone.log_in(&ada.person).await;
    end_login_grace(&app);
    for _ in 0..10 {
        guess(&app.anonymous(), "ada").await;
    }
    assert!(is_limited(
        &app.anonymous().try_log_in("ada", PASSWORD).await
    ));
    phone.log_in(&ada.person).await;
    // A client with another id, or only with the same browser, is not that device.
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
async fn a_known_device_has_a_limit_too() {
    let app = TestApp::start_with(&["--limit-login-device", "3/1h"]).await;
    let ada = app.verified("ada").await;
    let phone = app.anonymous().header("x-device-id", "phone-of-ada");
    phone.log_in(&ada.person).await; // not known yet
    for expected in [false, false, false, true] {
        assert_eq!(is_limited(&guess(&phone, "ada").await), expected);
    }
    app.anonymous().log_in(&ada.person).await;
}

/// Where accounts are concealed, a limit of its own would reveal that a registration has succeeded.
#[tokio::test]
async fn a_known_device_of_an_unverified_address_has_no_limit_of_its_own() {
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
