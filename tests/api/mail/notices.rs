//! Notices: a new device, a new password and a copied token are announced to the owner.

use chrono::TimeDelta;

use crate::support::{PASSWORD, TestApp};

const NEW: &str = "seven purple elephants juggle";

#[tokio::test]
async fn a_device_that_is_new_to_the_account_is_announced_once() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    assert_eq!(
        app.templates_to("ada@example.com").await,
        ["verify_email"],
        "it registered there"
    );
    let phone = app
        .anonymous()
        .header("x-device-id", "phone-1")
        .header("x-device-name", "Ada’s <phone>");
    for _ in 0..2 {
        phone.log_in(&ada.person).await;
    }
    let mails = app.mail_to("ada@example.com").await;
    assert_eq!(mails.len(), 2, "{mails:?}");
    let notice = &mails[1];
    assert_eq!(notice.envelope.subject, "New login to your account");
    for words in [
        "Ada’s <phone>",
        "127.0.0.1",
        "2026-06-01 12:00 UTC",
        "ada",
        "/account/secure-account#token=",
    ] {
        assert!(notice.text.contains(words), "{words}: {}", notice.text);
    }
    assert!(
        notice.html.contains("Ada’s &lt;phone&gt;"),
        "{}",
        notice.html
    );
    // The device stays known long after its session has ended.
    app.advance(TimeDelta::days(400));
    app.purger.purge().await.unwrap();
    phone.log_in(&ada.person).await;
    assert_eq!(
        app.templates_to("ada@example.com").await,
        [""; 0],
        "purged, and no new one"
    );
}

/// The first login is expected: a user may register on a laptop, open the link on a phone, and log in there.
#[tokio::test]
async fn the_first_login_of_an_account_is_not_announced_and_the_next_new_device_is() {
    let app = TestApp::start().await;
    let ada = app.registered("ada").await;
    let token = app.mailed_token("ada@example.com");
    app.anonymous().verify(&token).await.data();
    let device = |id: &str| app.anonymous().header("x-device-id", id);
    device("phone").log_in(&ada).await;
    assert_eq!(app.templates_to("ada@example.com").await, ["verify_email"]);
    device("phone").log_in(&ada).await;
    assert_eq!(app.templates_to("ada@example.com").await, ["verify_email"]);
    // The device is also known years later, when its first session is no longer on record.
    app.advance(TimeDelta::days(800));
    app.purger.purge().await.unwrap();
    device("laptop").log_in(&ada).await;
    assert_eq!(app.templates_to("ada@example.com").await, ["new_device"]);
}

/// The correct password made the device known without a session, so its next login is not that of a new device.
#[tokio::test]
async fn a_device_that_became_known_without_a_session_hides_no_new_one() {
    let app = TestApp::start().await;
    let bob = app.verified("bob").await;
    let others = bob.new_organization("Engines").await;
    let ada = app.registered("ada").await;
    let token = app.mailed_token("ada@example.com");
    app.anonymous().verify(&token).await.data();
    let login = "mutation($input: LoginInput!) { login(input: $input) { user { id } } }";
    let input =
        serde_json::json!({ "identifier": "ada", "password": PASSWORD, "organizationId": others });
    let phone = app.anonymous().header("x-device-id", "phone");
    let refused = phone
        .call(login, serde_json::json!({ "input": input }))
        .await;
    assert_eq!(refused.code(), "ORGANIZATION_NOT_FOUND");
    phone.log_in(&ada).await;
    let before = app.tokens_of("new_device", "ada@example.com").len();
    app.anonymous()
        .header("x-device-id", "thief")
        .log_in(&ada)
        .await;
    assert_eq!(
        app.tokens_of("new_device", "ada@example.com").len(),
        before + 1
    );
}

#[tokio::test]
async fn of_two_devices_with_concurrent_first_logins_one_is_announced() {
    let app = TestApp::start_with(&["--hash-max-wait", "60s"]).await;
    let ada = app.registered("ada").await;
    let token = app.mailed_token("ada@example.com");
    app.anonymous().verify(&token).await.data();
    let logins = (0..8).map(|number| {
        let device = app.anonymous().header("x-device-id", &number.to_string());
        let ada = ada.clone();
        async move { device.log_in(&ada).await }
    });
    futures_util::future::join_all(logins).await;
    assert_eq!(app.tokens_of("new_device", "ada@example.com").len(), 7);
}

#[tokio::test]
async fn without_an_id_a_device_is_known_by_its_browser_whatever_the_version() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    for (agent, notices) in [
        ("Firefox/153.0", 1),
        ("Firefox/154.0.1", 1),
        ("Safari/26.1", 2),
    ] {
        let browser = app.anonymous().header("user-agent", agent);
        browser.log_in(&ada.person).await;
        assert_eq!(
            app.tokens_of("new_device", "ada@example.com").len(),
            notices,
            "{agent}"
        );
    }
}

#[tokio::test]
async fn sixty_four_logins_of_one_new_device_make_one_notice() {
    let app = TestApp::start_with(&["--hash-max-wait", "60s"]).await;
    let ada = app.verified("ada").await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let phone = app.anonymous().header("x-device-id", "phone");
        let person = ada.person.clone();
        tasks.spawn(async move { phone.log_in(&person).await });
    }
    tasks.join_all().await;
    assert_eq!(app.tokens_of("new_device", "ada@example.com").len(), 1);
}

#[tokio::test]
async fn a_new_password_is_announced_however_it_was_set() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    ada.change_password(PASSWORD, NEW).await.data();
    app.anonymous()
        .request_password_reset("ada@example.com")
        .await
        .data();
    let token = app.token_of("reset_password", "ada@example.com");
    app.anonymous()
        .reset_password(&token, PASSWORD)
        .await
        .data();
    let expected = [
        "verify_email",
        "password_changed",
        "reset_password",
        "password_reset",
    ];
    assert_eq!(app.templates_to("ada@example.com").await, expected);
}

#[tokio::test]
async fn a_copied_refresh_token_is_announced_with_the_address_of_the_second_use() {
    let app = TestApp::start_with(&["--trusted-proxies", "127.0.0.1"]).await;
    let ada = app.verified("ada").await;
    let next = ada.refreshed().await;
    next.refreshed().await;
    let thief = app.anonymous().header("x-forwarded-for", "192.0.2.66");
    let reused = thief.refresh(&ada.refresh_token).await;
    assert_eq!(reused.code(), "AUTH_SESSION_ENDED");
    let mails = app.mail_to("ada@example.com").await;
    let notice = mails.last().unwrap();
    assert_eq!(notice.envelope.template, "refresh_token_reused");
    assert!(notice.text.contains("192.0.2.66"), "{}", notice.text);
    // Presented again, the token is only refused.
    thief.refresh(&ada.refresh_token).await.code();
    assert_eq!(app.mail_to("ada@example.com").await.len(), mails.len());
}

#[tokio::test]
async fn an_unverified_address_gets_no_notice() {
    let app = TestApp::start().await;
    let stranger = app.unverified("ada").await;
    let phone = app
        .anonymous()
        .header("x-device-name", "Call +1 555 0100 to claim your prize");
    phone
        .header("x-device-id", "other")
        .log_in(&stranger.person)
        .await;
    assert_eq!(app.templates_to("ada@example.com").await, ["verify_email"]);
}

/// A person who knows the password can write neither a link nor an address into the owner's mail.
#[tokio::test]
async fn a_device_name_becomes_no_link_and_an_honest_one_stays_as_it_is() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let links = [
        "Confirm at evil.example/login",
        "http://evil.example",
        "www.evil.example",
        "win@evil.example",
    ];
    let honest = [
        "Firefox 130.0 on Linux",
        "Node.js",
        "iPhone.local",
        "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
    ];
    for (number, name) in links.into_iter().chain(honest).enumerate() {
        for header in ["x-device-name", "user-agent"] {
            let id = format!("{header}-{number}");
            let device = app.anonymous().header("x-device-id", &id);
            device.header(header, name).log_in(&ada.person).await;
            let mail = app.mail_to("ada@example.com").await.pop().unwrap();
            let text = mail.text.replace('\u{2060}', "");
            assert!(text.contains(name), "{text}");
            for part in [&mail.text, &mail.html.replace("&#x2f;", "/")] {
                let is_whole = part.contains(name);
                assert_eq!(is_whole, honest.contains(&name), "{name}: {part}");
                for linked in ["evil.example", "http://evil", "www.evil", "win@evil"] {
                    assert!(!part.contains(linked), "{name}: {part}");
                }
            }
        }
    }
}

/// The same holds for usernames, and for the new address of an account.
#[tokio::test]
async fn names_and_addresses_in_notices_become_no_links() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let rename =
        r#"mutation { updateProfile(input: { username: "evil.example" }) { user { id } } }"#;
    ada.ask(rename).await.data();
    let change = ada.request_email_change("win@evil.example", PASSWORD).await;
    change.data();
    let mail = app.mail_to("ada@example.com").await.pop().unwrap();
    assert_eq!(mail.envelope.template, "email_change_requested");
    for part in [&mail.text, &mail.html] {
        for shown in ["win@\u{2060}evil.\u{2060}example", " evil.\u{2060}example"] {
            assert!(part.contains(shown), "{part}");
        }
        assert!(!part.contains("evil.example"), "{part}");
    }
}
