//! Problems with settings: the start and the doctor explain them in the same words, and repeat no secret.

use crate::process::{Node, latchkey, run_command};
use crate::settings::{all_variables, assert_refused, node_with, run_with};
use crate::support::{PASSWORD, Person};

#[tokio::test]
async fn each_wrong_setting_says_what_to_write_at_the_start_and_to_the_doctor() {
    for (variable, value, words) in [
        ("HASH_MEMORY", "64MB", "write 65536"),
        ("HASH_MEMORY", "1", "at least 8 KiB"),
        ("RESERVED_NAMES", "none,acme", "none by itself"),
        ("HASH_THREADS", "0", "at least 1"),
        ("MAX_BODY", "64kb", "without a unit"),
        ("PASSWORD_MIN_SCORE", "5", "from 0 to 4"),
        ("GRAPHIQL", "nope", "must be true or false"),
        ("RESERVED_NAMES", ",", "none by itself"),
        (
            "REGISTRATION",
            "nobody",
            "must be open, invitation or closed",
        ),
        ("REGISTRATION", "\"open\"", "is in quotes: leave them out"),
        ("HASH_PARALLELISM", "0", "at least 1"),
        ("LOG", "verbose", "error, warn, info, debug or trace"),
        ("LOG", "latchkey=loud", "info,latchkey=debug"),
        ("LOG_FORMAT", "xml", "must be one of: text, json"),
        ("LIMIT_LOGIN_NETWORK", "off", "RATE_LIMITS=off"),
        ("GRAPHIQL", "perhaps", "GRAPHIQL"),
        ("ACCESS_TOKEN_TTL", "15", "write it as 30s, 15m"),
        ("ACCESS_TOKEN_TTL", "abc", "write it as 30s, 15m"),
        ("HASH_ITERATIONS", "abc", "whole number, at least 1"),
        ("DATABASE_MAX_CONNECTIONS", "0", "whole number, at least 1"),
        ("SECRET_KEY", "short", "openssl rand -base64 32"),
        ("RESERVED_NAMES", "a b", "default,acme"),
    ] {
        assert_refused(&[(variable, value)], &[variable, words]).await;
    }
}

#[tokio::test]
async fn each_wrong_address_and_url_says_what_to_write_at_the_start_and_to_the_doctor() {
    for (variable, value, words) in [
        ("LISTEN", "8000", "write 127.0.0.1:8000"),
        ("LISTEN", "0.0.0.0", "0.0.0.0:8000"),
        ("LISTEN", "no-such-host.invalid:8000", "cannot be resolved"),
        ("PUBLIC_URL", "auth.example.com", "https://auth.example.com"),
        (
            "PUBLIC_URL",
            "auth.example.com:8443",
            "https://auth.example.com:8443",
        ),
        (
            "PUBLIC_URL",
            "https://auth.example.com/?a=b",
            "before any ? or #",
        ),
        (
            "CORS_ORIGINS",
            "https://app.example.com/login",
            "write https://app.example.com",
        ),
        (
            "CORS_ORIGINS",
            "localhost:5173",
            "write http://localhost:5173",
        ),
        ("CORS_ORIGINS", "*", "name the origins"),
        (
            "CORS_ORIGINS",
            "https://app-*.example.com",
            "one whole label",
        ),
        (
            "CHANGE_PASSWORD_URL",
            "app.example.com/settings",
            "write it as https://app.example.com/settings",
        ),
        ("VERIFY_URL", "/verify", "write it as https://"),
        (
            "INVITATION_URL",
            "/join#token={token}",
            "write it as https://",
        ),
        (
            "RESET_URL",
            "localhost:5173/reset#token={token}",
            "write it as https://",
        ),
        ("APP_URL", "/login", "write it as https://"),
        ("CHANGE_PASSWORD_URL", "/settings", "write it as https://"),
        (
            "CORS_ORIGINS",
            "https://a.example;https://b.example",
            "write https://a.example,https://b.example",
        ),
        (
            "CORS_ORIGINS",
            "http://localhost:*",
            "name each, as in http://localhost:5173",
        ),
        (
            "SMTP_URL",
            "smtps://mail.example?tls=none",
            "leave ?tls=none out, or write smtp://",
        ),
        ("MAIL_FROM", "a@b.example, c@d.example", "one address alone"),
        (
            "MAIL_FROM",
            "Acme, Inc. <a@b.example>",
            "\"Acme, Inc.\" <no-reply@example.com>",
        ),
        ("SMTP_URL", "smtp://ada:s/ecret@mail.example", "%2F for /"),
        (
            "SMTP_URL",
            "smtps://mail.example:587",
            "write smtp:// with 587",
        ),
        (
            "SMTP_URL",
            "smtp://mail.example:465",
            "write smtps:// with 465",
        ),
        (
            "TRUSTED_PROXIES",
            "10.0.0.1;10.0.0.2",
            "separate them by commas",
        ),
        ("MAIL_FROM", "nobody", "write no-reply@example.com"),
        ("MAIL_FROM", "jürgen@example.com", "must be ASCII"),
        ("SMTP_HELO_NAME", "not a host", "auth.example.com"),
    ] {
        assert_refused(&[(variable, value)], &[variable, words]).await;
    }
}

#[tokio::test]
async fn all_problems_are_reported_at_once_and_no_secret_is_repeated() {
    let wrong = [
        ("LISTEN", "8000"),
        ("LATCHKEY_PUBLIC_URL", "auth.example.com"),
        ("SMTP_URL", "smtp://ada:hid/den@mail.example"),
        ("SECRET_KEY", "hidden"),
    ];
    let names = [
        "LISTEN=8000",
        "LATCHKEY_PUBLIC_URL=auth",
        "SMTP_URL",
        "SECRET_KEY",
    ];
    assert_refused(&wrong, &names).await;
    let start = run_with(&[], &wrong).await;
    assert!(!start.stderr.contains("hidden"), "{start:?}");
    assert!(!start.stderr.contains("hid/den"), "{start:?}");
}

#[tokio::test]
async fn no_message_repeats_the_password_in_a_url() {
    let mut names = all_variables();
    names.retain(|name| name.ends_with("_URL") || name == "CORS_ORIGINS");
    assert!(names.len() > 10, "{names:?}");
    for wrong in [
        "https://ada:hidden@auth.example.com",
        "https://ada:hid@hidden@auth.example.com/?a#b",
        "https://hidden:@auth.example.com, https://hidden:x@b.example",
        "ada:hidden@auth.example.com",
        "postgres://ada:hidden@127.0.0.1:port/latchkey",
        "smtps://ada:hidden@mail.example?tls=none",
        "https://ada:hidden%40auth.example.com",
    ] {
        let variables: Vec<_> = names.iter().map(|name| (name.as_str(), wrong)).collect();
        // `--verify-url https://…` and `--verify-url=https://…`, and an argument that is after a flag by mistake.
        let mut outcomes = vec![
            run_with(&[], &variables).await,
            run_with(&["doctor"], &variables).await,
            run_with(&["serve", "--listen", "127.0.0.1:0", wrong], &[]).await,
        ];
        for name in &names {
            let flag = format!("--{}", name.to_lowercase().replace('_', "-"));
            outcomes.push(run_with(&["doctor", &flag, wrong], &[]).await);
            let joined = format!("{flag}={wrong}");
            outcomes.push(run_with(&["doctor", &joined], &[]).await);
        }
        for outcome in outcomes {
            assert!(!format!("{outcome:?}").contains("hidden"), "{outcome:?}");
        }
    }
}

#[tokio::test]
async fn no_message_repeats_an_argument_that_may_be_a_misplaced_setting() {
    for argument in [
        "postgres://h.example/db?user=ada&password=hidden",
        "postgres://ada:hidden@h.example/db",
        "SECRET_KEY=hidden",
        "ada:hidden",
        "aGlkZGVuhidden==",
        "--hidden:key",
    ] {
        for before in [
            &[][..],
            &["serve"],
            &["serve", "--listen", "127.0.0.1:0"],
            &["doctor"],
            &["schema"],
            &["mail"],
            &["mail", "list"],
            &["mail", "show"],
            &["mail", "retry"],
            &["keys"],
        ] {
            let arguments = [before, &[argument]].concat();
            let outcome = run_with(&arguments, &[]).await;
            assert_eq!(outcome.code, Some(2), "{arguments:?}: {outcome:?}");
            assert!(
                !format!("{outcome:?}").contains("hidden"),
                "{arguments:?}: {outcome:?}"
            );
        }
    }
    for (argument, words) in [
        ("dcotor", "unrecognized subcommand 'dcotor'"),
        ("--listne", "unexpected argument '--listne'"),
        ("SECRET_KEY=hidden", "unrecognized subcommand '…'"),
    ] {
        let outcome = run_with(&[argument], &[]).await;
        assert!(outcome.stderr.contains(words), "{outcome:?}");
    }
}

#[tokio::test]
async fn where_nobody_can_log_in_the_start_and_the_doctor_say_so_in_the_same_words() {
    for mode in ["closed", "invitation"] {
        let folder = tempfile::tempdir().unwrap();
        let words = format!(
            "REGISTRATION={mode}, and there is no account yet: nobody can register, and nobody can log in. Before \
             others can reach the service (LISTEN=127.0.0.1:8000), start it once with REGISTRATION=open, register the first \
             account, and then set REGISTRATION={mode} again"
        );
        let doctor = async || {
            let mut command = latchkey(folder.path(), &["doctor"]);
            command.env("REGISTRATION", mode);
            let doctor = run_command(command).await;
            assert_eq!(doctor.code, Some(0), "{doctor:?}");
            doctor
                .stdout
                .lines()
                .any(|line| line.starts_with("WARNING  accounts ") && line.ends_with(&words))
        };
        let serve = async |node: Node| {
            let log = node.stop().await.complete_output().await;
            log.lines()
                .any(|line| line.contains(" WARN ") && line.ends_with(&words))
        };
        // Before the first start, there is no database either.
        assert!(doctor().await, "{mode}");
        let node = node_with(&folder, &[("REGISTRATION", mode)]).await;
        assert!(serve(node).await, "{mode}");
        assert!(doctor().await, "{mode}");
        let node = node_with(&folder, &[]).await;
        node.client().register(&Person::named("ada")).await.data();
        assert!(!serve(node).await, "{mode}");
        let node = node_with(&folder, &[("REGISTRATION", mode)]).await;
        assert!(!serve(node).await, "{mode}");
        assert!(!doctor().await, "{mode}");
    }
}

#[tokio::test]
async fn mail_from_a_domain_that_no_server_knows_is_refused_and_an_international_one_is_not() {
    let smtp = ("SMTP_URL", "smtp://mail.example");
    assert_refused(&[smtp], &["MAIL_FROM", "no-reply@example.com"]).await;
    let international = [
        ("SMTP_URL", "smtp://127.0.0.1:1"),
        ("MAIL_FROM", "no-reply@bücher.example"),
    ];
    let doctor = run_with(&["doctor"], &international).await;
    assert!(doctor.stdout.contains("ok       settings"), "{doctor:?}");
}

#[tokio::test]
async fn risky_settings_are_warnings_at_the_start_and_of_the_doctor_which_still_succeeds() {
    for (variable, value, words) in [
        (
            "TRUSTED_PROXIES",
            "0.0.0.0/0",
            "TRUSTED_PROXIES=0.0.0.0/0 trusts every client",
        ),
        ("TRUSTED_PROXIES", "10.0.0.0/8,::/0", "TRUSTED_PROXIES=::/0"),
        ("PUBLIC_URL", "http://auth.example.com", "is plain http"),
        ("RATE_LIMITS", "off", "RATE_LIMITS=off"),
        ("HASH_MEMORY", "64", "write 65536"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let node = node_with(&folder, &[(variable, value)]).await;
        let log = node.stop().await.complete_output().await;
        let line = log.lines().find(|line| line.contains(words));
        assert!(line.is_some_and(|line| line.contains(" WARN ")), "{log}");
        let doctor = run_with(&["doctor"], &[(variable, value)]).await;
        assert_eq!(doctor.code, Some(0), "{doctor:?}");
        let line = doctor.stdout.lines().find(|line| line.contains(words));
        assert!(
            line.is_some_and(|line| line.starts_with("WARNING")),
            "{doctor:?}"
        );
    }
    for fine in [
        ("TRUSTED_PROXIES", "10.0.0.0/8,fc00::/7"),
        ("PUBLIC_URL", "http://localhost:8000"),
    ] {
        let doctor = run_with(&["doctor"], &[fine]).await;
        let is_warning = |line: &str| line.starts_with("WARNING") && line.contains(fine.0);
        assert!(!doctor.stdout.lines().any(is_warning), "{doctor:?}");
    }
}

#[tokio::test]
async fn limits_can_be_off_only_on_this_machine() {
    let elsewhere = [("LISTEN", "0.0.0.0:0"), ("RATE_LIMITS", "off")];
    let start = run_with(&[], &elsewhere).await;
    assert_eq!(start.code, Some(1), "{start:?}");
    assert!(
        start
            .stderr
            .contains("RATE_LIMITS=off is for tests on one machine"),
        "{start:?}"
    );

    let tight = [
        ("LIMIT_LOGIN_NETWORK", "1/1d"),
        ("LIMIT_LOGIN_NETWORK_ACCOUNT", "1/1d"),
        ("LIMIT_MAIL_NETWORK", "1/1d"),
        ("LIMIT_REFRESH_SESSION", "1/1d"),
    ];
    for (limits, codes) in [("off", [false; 3]), ("on", [false, true, true])] {
        let folder = tempfile::tempdir().unwrap();
        let node = node_with(&folder, &[&tight[..], &[("RATE_LIMITS", limits)]].concat()).await;
        let mut limited = Vec::new();
        for _ in 0..3 {
            let answer = node.client().try_log_in("ada", PASSWORD).await;
            limited.push(answer.code() == "RATE_LIMITED");
        }
        assert_eq!(limited, codes, "{limits}");
    }
}
