//! Settings that the service refuses to start with. None of these processes ever listens.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::process::{Node, Outcome, run};
use crate::support::SECRET;

/// Starts the service, and waits until it ends by itself.
async fn refused(arguments: &[&str]) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let outcome = run(folder.path(), arguments).await;
    assert!(!outcome.stderr.contains("API:"), "it listened: {outcome:?}");
    assert!(!outcome.stderr.contains("panicked"), "{outcome:?}");
    outcome
}

/// Asserts the same for a setting whose text is invalid, which is found while the command line is read.
async fn refused_text(flag: &str, value: &str) -> Outcome {
    let outcome = refused(&["serve", flag, value]).await;
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.stderr.contains(flag), "{outcome:?}");
    outcome
}

/// Asserts the same for a setting that is checked with the others, and named as in the environment.
async fn refused_setting(flag: &str, value: &str) -> Outcome {
    let outcome = refused(&["serve", flag, value]).await;
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let name = flag
        .trim_start_matches('-')
        .to_uppercase()
        .replace('-', "_");
    assert!(outcome.stderr.contains(&name), "{outcome:?}");
    outcome
}

#[tokio::test]
async fn other_machines_cannot_call_before_every_setting_for_that_is_made() {
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let outcome = refused(&["--listen", listen]).await;
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        for name in ["SECRET_KEY", "SMTP_URL", "PUBLIC_URL"] {
            assert!(
                outcome.stderr.contains(&format!("{name} is not set")),
                "{outcome:?}"
            );
        }
    }
}

#[tokio::test]
async fn each_setting_that_other_machines_need_is_also_reported_alone() {
    let complete = [
        ("--secret-key", SECRET, "SECRET_KEY"),
        ("--smtp-url", "smtp://127.0.0.1", "SMTP_URL"),
        ("--public-url", "https://auth.example.com", "PUBLIC_URL"),
    ];
    for (missing, _, name) in complete {
        let mut arguments = vec!["serve", "--listen", "0.0.0.0:0"];
        let others = complete.iter().filter(|(flag, _, _)| *flag != missing);
        arguments.extend(others.flat_map(|(flag, value, _)| [flag, value]));
        let outcome = refused(&arguments).await;
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        assert_eq!(
            outcome.stderr.matches("is not set").count(),
            1,
            "{outcome:?}"
        );
        assert!(
            outcome.stderr.contains(&format!("{name} is not set")),
            "{outcome:?}"
        );
    }
}

#[tokio::test]
async fn an_empty_secret_key_counts_as_missing_when_other_machines_may_call() {
    let settings = [
        "--smtp-url",
        "smtp://127.0.0.1",
        "--public-url",
        "https://auth.example.com",
    ];
    let mut arguments = vec!["serve", "--listen", "0.0.0.0:0", "--secret-key="];
    arguments.extend(settings);
    let outcome = refused(&arguments).await;
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(
        outcome.stderr.contains("SECRET_KEY is not set"),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_refused_start_makes_no_file() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["--listen", "0.0.0.0:0"]).await;
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_secret_key_below_32_bytes_is_refused() {
    let outcome = refused_setting("--secret-key", "thirty-one-bytes-are-one-too-fe").await;
    assert!(outcome.stderr.contains("32 bytes"), "{outcome:?}");
}

#[tokio::test]
async fn a_refused_setting_that_may_hold_a_secret_is_not_repeated() {
    for (flag, value) in [
        ("--secret-key", "not-to-be-seen"),
        (
            "--database-url",
            "mysql://ada:not-to-be-seen@127.0.0.1/latchkey",
        ),
        (
            "--database-url",
            "postgres://ada:not-to-be-seen@127.0.0.1:port/latchkey",
        ),
        ("--smtp-url", "https://ada:not-to-be-seen@127.0.0.1"),
    ] {
        let outcome = refused(&["serve", flag, value]).await;
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        assert!(!outcome.stderr.contains("not-to-be-seen"), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_url_of_another_kind_of_server_is_refused() {
    refused_setting("--database-url", "mysql://127.0.0.1/latchkey").await;
    refused_setting("--smtp-url", "https://127.0.0.1").await;
}

#[tokio::test]
async fn an_unknown_option_of_a_database_url_is_refused() {
    for (options, words) in [
        ("schema=app", "?options[search_path]=the_schema"),
        ("currentSchema=app", "?options[search_path]=the_schema"),
        ("pgbouncer=true", "DATABASE_PREPARED_STATEMENTS=false"),
        (
            "sslmod=require",
            "takes no option sslmod: known are sslmode",
        ),
        ("connect_timeout=3", "takes no option connect_timeout"),
        ("sslmode=always", "unknown sslmode: write disable"),
    ] {
        let url = format!("postgres://ada@127.0.0.1:1/latchkey?{options}");
        let outcome = refused_setting("--database-url", &url).await;
        assert!(outcome.stderr.contains(words), "{options}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_password_with_special_characters_is_written_as_the_refusal_says() {
    for password in [
        "p/ss", "p?ss", "p#ss", "12/ss", "12?ss", "12#ss", "1/s@t", "%ff",
    ] {
        let url = format!("postgres://ada:{password}hidden@127.0.0.1:1/latchkey");
        let outcome = refused_setting("--database-url", &url).await;
        assert!(
            outcome.stderr.contains("%2F for /"),
            "{password}: {outcome:?}"
        );
        assert!(
            !outcome.stderr.contains("hidden"),
            "{password}: {outcome:?}"
        );
    }
    // These URLs are valid, so the start fails at the missing server.
    for password in [
        "p%2Fss",
        "p%3Fss",
        "p%23ss",
        "p%40ss",
        "p@ss",
        "p%25ss",
        "p ss",
        "pä$!&='ss",
    ] {
        let url = format!("postgres://ada:{password}@127.0.0.1:1/latchkey");
        let quick = ["--database-acquire-timeout", "100ms"];
        let outcome = refused(&["migrate", "--database-url", &url, quick[0], quick[1]]).await;
        assert!(
            outcome
                .stderr
                .contains("cannot connect to 127.0.0.1:1: connection refused"),
            "{password}: {outcome:?}"
        );
    }
}

#[tokio::test]
async fn an_impossible_number_is_refused() {
    refused_text("--max-depth", "61").await;
    refused_text("--max-fields", "0").await;
    refused_text("--max-aliases", "18446744073709551615").await;
    refused_setting("--access-token-ttl", "10ms").await;
    refused_text("--password-min-length", "0").await;
    refused_text("--password-min-score", "5").await;
    refused_text("--hash-threads", "0").await;
}

#[tokio::test]
async fn an_invalid_proxy_is_refused() {
    for value in ["10.0.0.0/33", "load-balancer", "10.0.0.1;10.0.0.2"] {
        refused_text("--trusted-proxies", value).await;
    }
}

#[tokio::test]
async fn a_link_whose_token_would_be_logged_on_its_way_is_refused() {
    for value in [
        "https://app.example.com/verify",
        "https://app.example.com/verify?token={token}",
        "https://app.example.com/{token}#verify",
        "https://app.example.com/{token}#token={token}",
        "app.example.com#token={token}",
    ] {
        refused_text("--verify-url", value).await;
    }
}

#[tokio::test]
async fn a_duration_without_a_unit_or_without_length_is_refused() {
    for value in ["15", "0s", "soon", "1000years"] {
        refused_text("--access-token-ttl", value).await;
    }
}

#[tokio::test]
async fn an_access_token_that_would_outlive_its_session_is_refused() {
    let outcome = refused(&["--session-idle-ttl", "10m"]).await;
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(outcome.stderr.contains("ACCESS_TOKEN_TTL"), "{outcome:?}");
}

#[tokio::test]
async fn an_invalid_log_filter_is_refused() {
    refused_text("--log", "latchkey=loud=very").await;
}

#[tokio::test]
async fn a_secret_file_that_others_can_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("secret"), SECRET).unwrap();
    fs::set_permissions(data.join("secret"), fs::Permissions::from_mode(0o640)).unwrap();
    let outcome = run(folder.path(), &[]).await;
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(outcome.stderr.contains("chmod 600"), "{outcome:?}");
}

#[tokio::test]
async fn a_port_that_is_taken_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &[]).await;
    let address = node.address.to_string();
    let outcome = refused(&["--listen", &address]).await;
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains(&format!("cannot listen on {address}: another program does")),
        "{outcome:?}"
    );
    assert!(outcome.stderr.contains("set LISTEN to"), "{outcome:?}");
    assert_eq!(
        node.get("/health/live").await.0,
        200,
        "the first one goes on"
    );
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let notes = "not a database, but long enough to be looked at ".repeat(100);
    let path = folder.path().join("notes.txt");
    fs::write(&path, &notes).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let outcome = run(folder.path(), &["--database-url", "sqlite:notes.txt"]).await;
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(outcome.stderr.contains("not a database"), "{outcome:?}");
    assert_eq!(
        fs::read_to_string(folder.path().join("notes.txt")).unwrap(),
        notes
    );
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o644, "nor does its mode change");
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_made_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("taken"), "a file").unwrap();
    let outcome = run(folder.path(), &["--data-dir", "taken/data"]).await;
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(outcome.stderr.contains("taken/data"), "{outcome:?}");
}

#[tokio::test]
async fn an_invalid_template_stops_the_start_and_not_a_mail() {
    let ours = |name: &str| {
        let path = format!("{}/mail/en/{name}", env!("CARGO_MANIFEST_DIR"));
        fs::read_to_string(path).unwrap()
    };
    let english = ours("verify_email.jinja");
    for (name, template, words) in [
        (
            "en/verify_email.jinja",
            "{% block subject %}".to_owned(),
            "en/verify_email.jinja",
        ),
        // The mail to reset a password has no event.
        (
            "en/reset_password.jinja",
            ours("reset_password.jinja").replace("{{ expires_at }}", "{{ event.at }}"),
            "en/reset_password.jinja",
        ),
        (
            "de/new_device.jinja",
            "{% extends \"de/base.jinja\" %}".to_owned(),
            "de/new_device.jinja",
        ),
        ("layout.html", "{{ nothing }}".to_owned(), "layout"),
        // The language has only one message.
        ("nl/verify_email.jinja", english, "nl/"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("templates").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, template).unwrap();
        let outcome = run(folder.path(), &["--mail-templates", "templates"]).await;
        assert_eq!(outcome.code, Some(1), "{name}: {outcome:?}");
        assert!(outcome.stderr.contains("MAIL_TEMPLATES"), "{outcome:?}");
        assert!(outcome.stderr.contains(words), "{outcome:?}");
        let doctor = run(folder.path(), &["doctor", "--mail-templates", "templates"]).await;
        assert_eq!(doctor.code, Some(1), "{name}: {doctor:?}");
    }
    let outcome = refused(&["--mail-templates", "absent"]).await;
    assert!(outcome.stderr.contains("absent"), "{outcome:?}");
}

#[tokio::test]
async fn contradictory_mail_settings_are_refused_by_name() {
    for (setting, value, name) in [
        ("--smtp-url", "http://mail.example", "SMTP_URL"),
        (
            "--smtp-url",
            "smtp://user:hidden@mail.example?tls=none",
            "SMTP_URL",
        ),
        (
            "--public-url",
            "https://auth.example.com/?tenant=a",
            "PUBLIC_URL",
        ),
        ("--mail-from", "nobody", "--mail-from"),
        (
            "--mail-from",
            "a@b.example\r\nBcc: eve@example.com",
            "--mail-from",
        ),
        (
            "--product-name",
            "Acme\nBcc: eve@example.com",
            "--product-name",
        ),
        ("--product-name", "", "--product-name"),
        (
            "--reset-url",
            "https://app.example.com/reset?token={token}",
            "--reset-url",
        ),
        ("--secure-url", "https://app.example.com/#", "--secure-url"),
        ("--conceal-accounts", "perhaps", "--conceal-accounts"),
        ("--mail-retry-for", "0s", "--mail-retry-for"),
    ] {
        let outcome = refused(&[setting, value]).await;
        assert!(
            matches!(outcome.code, Some(1 | 2)),
            "{setting}: {outcome:?}"
        );
        assert!(outcome.stderr.contains(name), "{setting}: {outcome:?}");
        assert!(!outcome.stderr.contains("hidden"), "{setting}: {outcome:?}");
    }
}
