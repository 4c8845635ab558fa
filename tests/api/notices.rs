//! Notices: nobody loses an account silently, and "this was not me" is one press away.

use chrono::TimeDelta;

use crate::support::{Answer, Client, PASSWORD, Person, SignedIn, TestApp};

const NEW: &str = "seven purple elephants juggle";
const OTHER: &str = "nine copper lanterns whistle";
const NEWEST: &str = "eleven quiet submarines waltz";

async fn change_password(client: &Client) {
    try_to_change(client, PASSWORD, NEW).await.data();
}

async fn try_to_change(client: &Client, current: &str, new: &str) -> Answer {
    let change = format!(
        r#"mutation {{ changePassword(input: {{ currentPassword: "{current}", newPassword: "{new}" }}) {{ revokedSessions }} }}"#
    );
    client.ask(&change).await
}

/// Somebody who knows a password, on a device that is new to the account.
async fn thief_of(app: &TestApp, person: &Person) -> SignedIn {
    let device = app.anonymous().header("x-device-id", "thief");
    device.log_in(person).await
}

#[tokio::test]
async fn a_device_that_is_new_to_the_account_is_told_once() {
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
    // Nor is it new after its session was over for long.
    app.advance(TimeDelta::days(400));
    app.purger.purge().await.unwrap();
    phone.log_in(&ada.person).await;
    assert_eq!(
        app.templates_to("ada@example.com").await,
        [""; 0],
        "purged, and no new one"
    );
}

/// It is nothing to be told: whoever registers on a laptop and opens the link on a phone logs in there first.
#[tokio::test]
async fn the_very_first_login_of_an_account_is_told_to_nobody_and_the_next_new_device_is() {
    let app = TestApp::start().await;
    let ada = app.registered("ada").await;
    let token = app.mailed_token("ada@example.com");
    app.anonymous().verify(&token).await.data();
    let device = |id: &str| app.anonymous().header("x-device-id", id);
    device("phone").log_in(&ada).await;
    assert_eq!(app.templates_to("ada@example.com").await, ["verify_email"]);
    device("phone").log_in(&ada).await;
    assert_eq!(app.templates_to("ada@example.com").await, ["verify_email"]);
    // Also years later, when nothing is on record of the first one.
    app.advance(TimeDelta::days(800));
    app.purger.purge().await.unwrap();
    device("laptop").log_in(&ada).await;
    assert_eq!(app.templates_to("ada@example.com").await, ["new_device"]);
}

/// The right password made the device known without a session: its login is not the first of a new device any more.
#[tokio::test]
async fn a_device_that_became_known_without_a_session_hides_no_new_one() {
    let app = TestApp::start().await;
    let bob = app.verified("bob").await;
    let others = bob.found("Engines").await;
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
async fn of_two_devices_that_log_in_first_at_the_same_moment_one_is_told() {
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
async fn a_new_password_is_told_however_it_was_set() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    change_password(&ada).await;
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
async fn a_copied_refresh_token_is_told_with_the_address_of_the_second_use() {
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
    // Shown again, it is only dead.
    thief.refresh(&ada.refresh_token).await.code();
    assert_eq!(app.mail_to("ada@example.com").await.len(), mails.len());
}

#[tokio::test]
async fn an_address_that_is_not_proved_gets_no_notice() {
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

#[tokio::test]
async fn this_was_not_me_ends_every_session_voids_the_password_and_starts_a_reset() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let thief = thief_of(&app, &ada.person).await;
    change_password(&thief).await;
    let token = app.token_of("password_changed", "ada@example.com");
    let secured = app.anonymous().secure_account(&token).await;
    assert_eq!(secured.text("/secureAccount/email"), "ada@example.com");
    assert_eq!(secured.at("/secureAccount/revokedSessions"), 1);
    assert_eq!(
        thief.me().await.error()["extensions"]["reason"],
        "ACCOUNT_SECURED"
    );
    for password in [PASSWORD, NEW] {
        let answer = app.anonymous().try_log_in("ada", password).await;
        assert_eq!(answer.code(), "AUTH_INVALID_CREDENTIALS");
    }
    let reset = app.token_of("account_secured", "ada@example.com");
    app.anonymous().reset_password(&reset, NEWEST).await.data();
    // The thief's device is a stranger again.
    let before = app.tokens_of("new_device", "ada@example.com").len();
    app.anonymous()
        .header("x-device-id", "thief")
        .try_log_in("ada", NEWEST)
        .await
        .data();
    assert_eq!(
        app.tokens_of("new_device", "ada@example.com").len(),
        before + 1
    );
}

#[tokio::test]
async fn after_this_was_not_me_no_password_comes_back_that_a_thief_may_know() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let thief = thief_of(&app, &ada.person).await;
    let stolen = app.token_of("new_device", "ada@example.com");
    change_password(&thief).await;
    // A second change does not hide the first.
    try_to_change(&thief, NEW, OTHER).await.data();
    app.anonymous().secure_account(&stolen).await.data();
    // A mailed link of later is held to it, too.
    app.anonymous()
        .request_password_reset("ada@example.com")
        .await
        .data();
    let reset = app.token_of("reset_password", "ada@example.com");
    for known_to_thief in [PASSWORD, NEW, OTHER] {
        let answer = app.anonymous().reset_password(&reset, known_to_thief).await;
        assert_eq!(answer.invalid_paths(), ["input.newPassword"]);
        assert_eq!(
            answer.error()["extensions"]["fields"][0]["message"],
            "The new password must be new to this account: somebody else may know the ones it had."
        );
    }
    app.anonymous().reset_password(&reset, NEWEST).await.data();
    // Nor does it come back later.
    let owner = Person {
        password: NEWEST.to_owned(),
        ..ada.person.clone()
    };
    let ada = app.anonymous().log_in(&owner).await;
    let answer = try_to_change(&ada, NEWEST, PASSWORD).await;
    assert_eq!(answer.invalid_paths(), ["input.newPassword"]);
}

#[tokio::test]
async fn a_stolen_password_that_nobody_changed_does_not_come_back_either() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    thief_of(&app, &ada.person).await;
    let notice = app.token_of("new_device", "ada@example.com");
    app.anonymous().secure_account(&notice).await.data();
    let reset = app.token_of("account_secured", "ada@example.com");
    let answer = app.anonymous().reset_password(&reset, PASSWORD).await;
    assert_eq!(answer.invalid_paths(), ["input.newPassword"]);
    app.anonymous().reset_password(&reset, NEW).await.data();
}

#[tokio::test]
async fn a_replaced_password_is_forgotten_after_seven_days_and_a_stolen_one_after_a_year() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    change_password(&ada).await;
    app.advance(TimeDelta::days(8));
    app.purger.purge().await.unwrap();
    let thief = app.anonymous().header("x-device-id", "thief");
    thief.try_log_in("ada", NEW).await.data();
    let notice = app.token_of("new_device", "ada@example.com");
    app.anonymous().secure_account(&notice).await.data();
    let reset = app.token_of("account_secured", "ada@example.com");
    let answer = app.anonymous().reset_password(&reset, NEW).await;
    assert_eq!(answer.invalid_paths(), ["input.newPassword"]);
    app.anonymous()
        .reset_password(&reset, PASSWORD)
        .await
        .data();
    for (days, is_refused) in [(364, true), (2, false)] {
        app.advance(TimeDelta::days(days));
        app.purger.purge().await.unwrap();
        app.anonymous()
            .request_password_reset("ada@example.com")
            .await
            .data();
        let reset = app.token_of("reset_password", "ada@example.com");
        let answer = app.anonymous().reset_password(&reset, NEW).await;
        assert_eq!(answer.body["errors"].is_array(), is_refused, "{days}");
    }
}

#[tokio::test]
async fn one_press_is_enough_however_many_notices_there_were() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.anonymous()
        .header("x-device-id", "a")
        .log_in(&ada.person)
        .await;
    app.advance(TimeDelta::hours(1));
    app.anonymous()
        .header("x-device-id", "b")
        .log_in(&ada.person)
        .await;
    let tokens = app.tokens_of("new_device", "ada@example.com");
    app.anonymous().secure_account(&tokens[1]).await.data();
    let reset = app.token_of("account_secured", "ada@example.com");
    app.anonymous().reset_password(&reset, NEW).await.data();
    // The older one, to the same address, would only take the new password away again.
    for token in &tokens {
        let answer = app.anonymous().secure_account(token).await;
        assert_eq!(answer.code(), "AUTH_LINK_INVALID");
    }
    app.anonymous().try_log_in("ada", NEW).await.data();
}

#[tokio::test]
async fn links_in_notices_expire_after_seven_days_and_what_is_none_is_refused() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.anonymous()
        .header("x-device-id", "a")
        .log_in(&ada.person)
        .await;
    let token = app.token_of("new_device", "ada@example.com");
    for text in ["", "lkm_", &app.mailed_token("ada@example.com"), "\u{0}"] {
        let answer = app.anonymous().secure_account(text).await;
        assert_eq!(answer.code(), "AUTH_LINK_INVALID", "{text:?}");
    }
    app.advance(TimeDelta::days(7));
    assert_eq!(
        app.anonymous().secure_account(&token).await.code(),
        "AUTH_LINK_INVALID"
    );
}

/// Whoever knows a password writes neither a link nor an address into the mail of its owner.
#[tokio::test]
async fn what_a_device_calls_itself_becomes_no_link_and_an_honest_name_stays_as_it_is() {
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

/// Nor by a username, or by the address that an account is to have.
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
