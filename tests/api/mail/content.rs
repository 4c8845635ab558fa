//! The content of mail, the operator's templates, and the time for which mail is kept.

use std::fs;

use chrono::TimeDelta;
use serde_json::json;

use crate::support::{PASSWORD, Person, TestApp, TestDatabase, sql};

#[tokio::test]
async fn a_mail_is_written_in_the_language_of_the_request() {
    let app = TestApp::start().await;
    for (number, (languages, subject)) in [
        ("de", "Bestätigen Sie Ihre E-Mail-Adresse"),
        (
            "fr;q=0.9, de-CH;q=0.8, en;q=0.7",
            "Bestätigen Sie Ihre E-Mail-Adresse",
        ),
        ("en-GB, de;q=0.5", "Verify your email address"),
        ("tlh", "Verify your email address"),
        ("", "Verify your email address"),
        ("../../etc/passwd, {{ 7 * 7 }}", "Verify your email address"),
    ]
    .into_iter()
    .enumerate()
    {
        let person = Person::named(&format!("ada-{number}"));
        let client = app.anonymous().header("accept-language", languages);
        client.register(&person).await.data();
        let mail = app.mail_to(&person.email).await.remove(0);
        assert_eq!(mail.envelope.subject, subject, "{languages}");
        assert!(mail.text.contains("#token=lkm_"), "{}", mail.text);
    }
}

#[tokio::test]
async fn the_mail_of_a_registration_names_username_device_and_time_and_nothing_else() {
    let app = TestApp::start().await;
    let client = app.anonymous().header("x-device-name", "Ada’s <laptop>");
    let register = "mutation($input: RegisterInput!) { register(input: $input) { user { id } } }";
    for (language, username, device, choice) in [
        (
            "en",
            "Username: ada-en",
            "Device name: Ada’s <laptop>",
            "If you did not register, do not verify the address",
        ),
        (
            "de",
            "Benutzername: ada-de",
            "Gerätename: Ada’s <laptop>",
            "Wenn Sie sich nicht registriert haben, bestätigen Sie die Adresse nicht",
        ),
    ] {
        let email = format!("{language}@example.com");
        let input = json!({
            "email": email, "username": format!("ada-{language}"), "password": PASSWORD,
            "displayName": "Augusta King", "organizationName": "Analytical Engines",
        });
        let client = client.clone().header("accept-language", language);
        client
            .call(register, json!({ "input": input }))
            .await
            .data();
        let mail = app.mail_to(&email).await.remove(0);
        let text = mail.text.replace('\n', " ");
        for words in [username, device, "2026-06-01 12:00 UTC", choice] {
            assert!(text.contains(words), "{words}: {}", mail.text);
        }
        for words in [username, "Ada’s &lt;laptop&gt;", "2026-06-01 12:00 UTC"] {
            assert!(mail.html.contains(words), "{words}: {}", mail.html);
        }
        // The reader may be a stranger, whose address somebody mistyped.
        for part in [&mail.text, &mail.html] {
            for words in ["127.0.0.1", "Augusta", "Engines"] {
                assert!(!part.contains(words), "{words}: {part}");
            }
        }
        client.request_password_reset(&email).await.data();
        let reset = app.mail_to(&email).await.pop().unwrap();
        assert_eq!(reset.envelope.template, "reset_password");
        for part in [&reset.text, &reset.html] {
            for words in [&*format!("ada-{language}"), "Ada’s", "Augusta", "Engines"] {
                assert!(!part.contains(words), "{words}: {part}");
            }
        }
    }
}

#[tokio::test]
async fn another_mail_names_the_registration_and_not_the_client_that_asked_for_it() {
    let app = TestApp::start().await;
    let phone = app.anonymous().header("x-device-name", "Eve’s phone");
    phone.register(&Person::named("ada")).await.data();
    app.advance(TimeDelta::minutes(90));
    let laptop = app.anonymous().header("x-device-name", "Bob’s laptop");
    let german = laptop.header("accept-language", "de");
    german.resend_verification("ADA@example.com").await.data();
    let mail = app.mail_to("ada@example.com").await.pop().unwrap();
    for words in [
        "Benutzername: ada\n",
        "Gerätename: Eve’s phone\n",
        "Zeit: 2026-06-01 12:00 UTC\n",
        "bis 2026-06-02 13:30 UTC.",
    ] {
        assert!(mail.text.contains(words), "{words}: {}", mail.text);
    }
    assert!(!mail.text.contains("Bob"), "{}", mail.text);
}

/// A person who registers or changes an address can write neither a link nor an address into somebody else's mail.
#[tokio::test]
async fn a_strangers_name_becomes_no_link_in_mail_to_an_address_that_is_not_theirs() {
    let app = TestApp::start().await;
    let eve = app.verified("eve").await;
    let rename =
        r#"mutation { updateProfile(input: { username: "evil.example" }) { user { id } } }"#;
    eve.ask(rename).await.data();
    for (number, name) in [
        "Win at evil.example/now",
        "http://evil.example",
        "www.evil.example",
        "win@evil.example",
        "<a href=\"//evil.example\">evil.example</a>",
    ]
    .into_iter()
    .enumerate()
    {
        for header in ["x-device-name", "user-agent"] {
            let client = app.anonymous().header(header, name);
            let person = Person {
                email: format!("{header}-{number}@example.com"),
                ..Person::named(&format!("{header}{number}.evil.example"))
            };
            client.register(&person).await.data();
            client.resend_verification(&person.email).await.data();
            let changed = format!("new-{}", person.email);
            let bearer = eve.client.clone().header(header, name);
            let change = bearer.request_email_change(&changed, PASSWORD).await;
            change.data();
            let mut mails = app.mail_to(&person.email).await;
            mails.extend(app.mail_to(&changed).await);
            assert_eq!(mails.len(), 3);
            for mail in mails {
                let text = mail.text.replace('\u{2060}', "");
                assert!(text.contains(name), "{text}");
                assert!(text.contains("evil.example\nDevice"), "{text}");
                for part in [&mail.text, &mail.html.replace("&#x2f;", "/")] {
                    for linked in [
                        "evil.example",
                        "http://evil",
                        "www.evil",
                        "win@evil",
                        "<a href=\"//",
                    ] {
                        assert!(!part.contains(linked), "{linked}: {part}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn the_product_and_the_links_are_settings() {
    let settings = [
        "--product-name",
        "Acme & Söhne",
        "--reset-url",
        "https://app.acme.example/reset?from=mail#t={token}",
    ];
    let app = TestApp::start_with(&settings).await;
    let ada = app.registered("ada").await;
    app.anonymous()
        .request_password_reset(&ada.email)
        .await
        .data();
    let mails = app.mail_to(&ada.email).await;
    assert!(
        mails[0].text.contains("registered with Acme & Söhne"),
        "{}",
        mails[0].text
    );
    assert!(mails[0].text.contains(&format!(
        "{}/account/verify-email#token=lkm_",
        app.public_url()
    )));
    assert!(
        mails[1]
            .text
            .contains("https://app.acme.example/reset?from=mail#t=lkm_")
    );
    assert!(mails[1].html.contains("Acme &amp; Söhne"));
    assert!(
        mails[1].from.contains("no-reply@latchkey-"),
        "{}",
        mails[1].from
    );
}

/// OWASP Forgot Password Cheat Sheet: a request must not choose where the link leads.
#[tokio::test]
async fn no_header_of_a_request_changes_where_a_link_leads() {
    let app = TestApp::start_with(&["--trusted-proxies", "127.0.0.1"]).await;
    let mut client = app.anonymous();
    for (header, value) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-server", "evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-port", "6666"),
        ("x-original-host", "evil.example"),
        ("x-host", "evil.example"),
        ("forwarded", "for=192.0.2.1;host=evil.example;proto=https"),
        ("x-original-url", "https://evil.example/"),
        ("origin", "https://evil.example"),
        ("referer", "https://evil.example/"),
    ] {
        client = client.header(header, value);
    }
    let ada = Person::named("ada");
    client.register(&ada).await.data();
    client.request_password_reset(&ada.email).await.data();
    let mails = app.mail_to(&ada.email).await;
    assert_eq!(mails.len(), 2);
    let link = format!("{}/account/", app.public_url());
    for mail in mails {
        for part in [mail.text, mail.html.replace("&#x2f;", "/")] {
            assert!(part.contains(&link), "{part}");
            assert_eq!(part.matches("://").count(), part.matches(&link).count());
            assert!(!part.contains("evil.") && !part.contains(":6666"), "{part}");
        }
        assert!(!mail.from.contains("evil"), "{}", mail.from);
    }
}

#[tokio::test]
async fn templates_of_the_operator_take_precedence_and_add_languages() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let english = concat!(env!("CARGO_MANIFEST_DIR"), "/mail/en");
    for entry in fs::read_dir(english).unwrap() {
        let entry = entry.unwrap();
        let text = fs::read_to_string(entry.path()).unwrap();
        let name = entry.file_name().into_string().unwrap();
        file(
            &format!("nl/{name}"),
            &text
                .replace("en/base", "nl/base")
                .replace("Verify", "Bevestig"),
        );
    }
    file("en/verify_email.jinja", "{% extends \"en/base.jinja\" %}{% block subject %}Welcome aboard{% endblock %}
        {% block message %}Hello.{% endblock %}{% block action %}Go{% endblock %}{% block note %}Bye.{% endblock %}");
    file("notes.md", "nothing of yours {{ broken");
    let path = folder.path().to_str().unwrap();
    let app = TestApp::start_with(&["--mail-templates", path]).await;
    for (language, subject) in [
        ("en", "Welcome aboard"),
        ("nl", "Bevestig your email address"),
        ("de", "Bestätigen Sie Ihre E-Mail-Adresse"),
    ] {
        let person = Person::named(&format!("ada-{language}"));
        app.anonymous()
            .header("accept-language", language)
            .register(&person)
            .await
            .data();
        let mail = app.mail_to(&person.email).await.remove(0);
        assert_eq!(mail.envelope.subject, subject);
    }
}

#[tokio::test]
async fn finished_mail_is_purged_after_thirty_days() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    app.registered("ada").await;
    let count = "SELECT CAST(COUNT(*) AS TEXT) FROM outbox";
    app.advance(TimeDelta::days(30));
    app.purger.purge().await.unwrap();
    assert_eq!(sql::text(&database.url, count).await, "1");
    app.advance(TimeDelta::milliseconds(1));
    app.purger.purge().await.unwrap();
    assert_eq!(sql::text(&database.url, count).await, "0");
    // Mail that is still being tried is kept.
    sql::execute(&database.url, "DELETE FROM users").await;
    app.registered("bob").await;
    sql::execute(
        &database.url,
        "UPDATE outbox SET due_at = created_at, give_up_at = '2027-01-01T00:00:00+00:00'",
    )
    .await;
    app.advance(TimeDelta::days(99));
    app.purger.purge().await.unwrap();
    assert_eq!(sql::text(&database.url, count).await, "1");
}
