//! Settings as compose files, Kubernetes and people write them.

use clap::{Args, Command};
use latchkey::config::{Config, variable};

use crate::process::{Node, Outcome, Process, latchkey, run, run_command, until};
use crate::support::{Person, SECRET};

/// Runs the program with these variables.
pub async fn run_with(arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let mut command = latchkey(folder.path(), arguments);
    command.envs(variables.iter().copied());
    run_command(command).await
}

/// A service with these variables.
pub async fn node_with(folder: &tempfile::TempDir, variables: &[(&str, &str)]) -> Node {
    let mut command = latchkey(folder.path(), &[]);
    command.envs(variables.iter().copied());
    Node::listening(Process::spawn(command)).await
}

/// Asserts that the start is refused in these words, and that the doctor says the same.
pub async fn assert_refused(variables: &[(&str, &str)], words: &[&str]) {
    let start = run_with(&[], variables).await;
    assert_eq!(start.code, Some(1), "{variables:?}: {start:?}");
    let doctor = run_with(&["doctor"], variables).await;
    assert_eq!(doctor.code, Some(1), "{variables:?}: {doctor:?}");
    for line in start.stderr.trim_start_matches("latchkey: ").lines() {
        let problem = format!("PROBLEM  settings    {line}\n");
        assert!(doctor.stdout.contains(&problem), "{line}: {doctor:?}");
    }
    for word in words {
        assert!(start.stderr.contains(word), "{word}: {start:?}");
    }
}

pub fn all_variables() -> Vec<String> {
    let settings = Config::augment_args(Command::new("latchkey"));
    settings.get_arguments().map(variable).collect()
}

#[tokio::test]
async fn a_variable_that_is_empty_or_blank_is_not_set_whichever_it_is() {
    let variables = all_variables();
    assert!(variables.len() > 70);
    for nothing in ["", " \n"] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = latchkey(folder.path(), &["doctor"]);
        for variable in &variables {
            command.env(variable, nothing);
            command.env(format!("LATCHKEY_{variable}"), nothing);
        }
        let doctor = run_command(command).await;
        assert_eq!(doctor.code, Some(0), "{doctor:?}");
        let listens = "listen on 127.0.0.1:8000, reached at http://127.0.0.1:8000";
        assert!(doctor.stdout.contains(listens), "{doctor:?}");
    }
}

#[tokio::test]
async fn blanks_and_line_ends_around_a_value_are_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let secret = format!("{SECRET}\n");
    let variables = [
        ("SECRET_KEY", secret.as_str()),
        ("TOKEN_ISSUER", " https://issuer.example\r\n"),
        ("DATABASE_URL", "sqlite:here.db\n"),
        ("ACCESS_TOKEN_TTL", "5m "),
        ("GRAPHIQL", "false\n"),
    ];
    let node = node_with(&folder, &variables).await;
    let ada = node.verified("ada").await;
    let claims = ada.access_token.split('.').nth(1).unwrap();
    let claims = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, claims).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["iss"], "https://issuer.example");
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        300
    );
    node.stop().await;
    assert!(folder.path().join("here.db").exists());
    // The same secret without its line end is the same.
    let node = node_with(
        &folder,
        &[("SECRET_KEY", SECRET), ("DATABASE_URL", "sqlite:here.db")],
    );
    node.await.client().refresh(&ada.refresh_token).await.data();
}

#[tokio::test]
async fn a_variable_with_our_prefix_comes_before_the_one_without_and_a_flag_before_both() {
    let both = [
        ("LATCHKEY_PUBLIC_URL", "https://ours.example"),
        ("PUBLIC_URL", "https://others.example"),
    ];
    let doctor = run_with(&["doctor"], &both).await;
    assert!(
        doctor.stdout.contains("reached at https://ours.example"),
        "{doctor:?}"
    );
    let doctor = run_with(&["doctor", "--public-url", "https://flag.example"], &both).await;
    assert!(
        doctor.stdout.contains("reached at https://flag.example"),
        "{doctor:?}"
    );
    let empty = [("LATCHKEY_PUBLIC_URL", ""), both[1]];
    let doctor = run_with(&["doctor"], &empty).await;
    assert!(
        doctor.stdout.contains("reached at https://others.example"),
        "{doctor:?}"
    );
}

#[tokio::test]
async fn an_unknown_variable_with_our_prefix_stops_the_start_with_the_nearest_name() {
    for (unknown, nearest) in [
        ("LATCHKEY_DATABSE_URL", "LATCHKEY_DATABASE_URL"),
        ("LATCHKEY_SECRET", "LATCHKEY_SECRET_KEY"),
        ("LATCHKEY_LISTENS", "LATCHKEY_LISTEN"),
        ("LATCHKEY_PUBLICURL", "LATCHKEY_PUBLIC_URL"),
    ] {
        let words = format!("{unknown} is no setting: did you mean {nearest}?");
        assert_refused(&[(unknown, "hidden")], &[&words]).await;
        // A command that takes fewer settings does not run with a wrong one either.
        let migrate = run_with(&["migrate"], &[(unknown, "hidden")]).await;
        assert_eq!(migrate.code, Some(1), "{migrate:?}");
        assert!(migrate.stderr.contains(&words), "{migrate:?}");
        assert!(!migrate.stderr.contains("hidden"), "{migrate:?}");
    }
}

#[tokio::test]
async fn an_unknown_variable_without_a_similar_name_points_to_the_list_of_names() {
    for unknown in ["LATCHKEY_COLOUR", "LATCHKEY_X", "LATCHKEY_PORT"] {
        let words = format!("{unknown} is no setting: latchkey serve --help lists all\n");
        assert_refused(&[(unknown, "8000")], &[&words]).await;
    }
}

#[tokio::test]
async fn the_variables_of_a_kubernetes_service_of_our_name_are_not_taken_for_settings() {
    let variables = [
        ("LATCHKEY_SERVICE_HOST", "10.0.0.1"),
        ("LATCHKEY_SERVICE_PORT", "8000"),
        ("LATCHKEY_SERVICE_PORT_HTTP", "8000"),
        ("LATCHKEY_PORT", "tcp://10.0.0.1:8000"),
        ("LATCHKEY_PORT_8000_TCP", "tcp://10.0.0.1:8000"),
        ("LATCHKEY_PORT_8000_TCP_PROTO", "tcp"),
        ("LATCHKEY_PORT_8000_TCP_PORT", "8000"),
        ("LATCHKEY_PORT_8000_TCP_ADDR", "10.0.0.1"),
        ("LATCHKEY_METRICS_SERVICE_HOST", "10.0.0.2"),
        ("LATCHKEY_METRICS_PORT_9000_TCP_ADDR", "10.0.0.2"),
    ];
    let doctor = run_with(&["doctor"], &variables).await;
    assert_eq!(doctor.code, Some(0), "{doctor:?}");
    // The message suggests the setting that was probably meant.
    assert_refused(
        &[("LATCHKEY_PORT", "8000")],
        &["LATCHKEY_PORT is no setting"],
    )
    .await;
}

#[tokio::test]
async fn a_name_with_a_comma_is_quoted() {
    let sender = [("MAIL_FROM", "\"Acme, Inc.\" <no-reply@acme.example>")];
    let doctor = run_with(&["doctor"], &sender).await;
    assert_eq!(doctor.code, Some(0), "{doctor:?}");
}

#[tokio::test]
async fn a_host_name_to_listen_on_is_resolved_and_shown_to_clients() {
    let folder = tempfile::tempdir().unwrap();
    let node = node_with(&folder, &[("LISTEN", "localhost:0")]).await;
    assert!(node.address.ip().is_loopback());
    node.client().register(&Person::named("ada")).await.data();
    let link = format!(
        "http://localhost:{}/account/verify-email",
        node.address.port()
    );
    until(
        || format!("a link to {link}"),
        async || node.log().contains(&link).then_some(()),
    )
    .await;
}

#[tokio::test]
async fn each_command_shows_the_settings_that_it_takes_and_no_others() {
    for (arguments, shown, hidden) in [
        (
            &["keys", "generate"][..],
            &["--algorithm"][..],
            &["--listen", "--database-url", "--secret-key"][..],
        ),
        (
            &["keys", "list"],
            &["--signing-key-file", "--secret-key", "--data-dir"],
            &["--listen", "--smtp-url", "--hash-memory"],
        ),
        (
            &["migrate"],
            &["--database-url", "--data-dir"],
            &["--listen", "--smtp-url", "--secret-key"],
        ),
        (
            &["mail", "list"],
            &["--failed", "--secret-key", "--database-url"],
            &["--hash-memory", "--limit-login-network"],
        ),
        (&["schema"], &["--help"], &["--listen", "--database-url"]),
        (
            &["doctor"],
            &["latchkey serve --help"],
            &["--listen", "--smtp-url"],
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let help = run(folder.path(), &[arguments, &["--help"]].concat()).await;
        assert_eq!(help.code, Some(0), "{help:?}");
        for flag in shown {
            assert!(help.stdout.contains(flag), "{arguments:?}: {}", help.stdout);
        }
        for flag in hidden {
            assert!(
                !help.stdout.contains(flag),
                "{arguments:?}: {}",
                help.stdout
            );
        }
    }
}

#[tokio::test]
async fn synonyms_of_yes_and_no_are_understood() {
    for (value, is_on) in [
        ("no", false),
        ("0", false),
        ("OFF", false),
        ("yes", true),
        ("1", true),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let node = node_with(&folder, &[("GRAPHIQL", value)]).await;
        let page = reqwest::Client::new().get(node.url("/graphql"));
        let page = page.header("accept", "text/html").send().await.unwrap();
        let is_page = page.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html");
        assert_eq!(is_page, is_on, "{value}");
    }
}
