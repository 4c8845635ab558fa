//! The commands beside `serve`, and the program's `--help`.

use std::fs;

use chrono::TimeDelta;
use clap::{Args, Command, Parser};
use latchkey::config::{Config, variable};
use latchkey::domain::DEFAULT_RESERVED_NAMES;
use latchkey::service::Argon2Cost;

use crate::process::{Node, latchkey, run, run_command};
use crate::support::{Person, SECRET};

#[tokio::test]
async fn schema_prints_the_committed_schema_and_makes_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = run(folder.path(), &["schema"]).await;
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stdout == include_str!("../../schema.graphql"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn migrating_an_unreachable_database_fails_with_a_plain_message() {
    let folder = tempfile::tempdir().unwrap();
    let url = "postgres://nobody@127.0.0.1:1/latchkey"; // nothing listens on port 1
    let outcome = run(folder.path(), &["migrate", "--database-url", url]).await;
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(
        outcome
            .stderr
            .starts_with("latchkey: cannot connect to 127.0.0.1:1: connection refused"),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn the_help_names_every_setting_with_its_environment_variable() {
    let settings = Config::augment_args(Command::new("latchkey"));
    let settings: Vec<_> = settings.get_arguments().collect();
    assert!(settings.len() > 20);
    for arguments in [&["--help"][..], &["serve", "--help"]] {
        let folder = tempfile::tempdir().unwrap();
        let outcome = run(folder.path(), arguments).await;
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        // The text from one flag to the next.
        let entries: Vec<_> = outcome.stdout.split("\n      --").collect();
        for setting in &settings {
            let flag = setting.get_long().unwrap();
            let variable = variable(setting);
            let entry = entries
                .iter()
                .find(|entry| entry.starts_with(&format!("{flag} ")));
            let entry = entry.unwrap_or_else(|| panic!("no --{flag} in {}", outcome.stdout));
            let words: Vec<_> = entry.split_whitespace().collect();
            let words = words.join(" ");
            assert!(words.contains(&format!("[env: {variable}]")), "--{entry}");
        }
    }
}

#[tokio::test]
async fn the_help_is_as_wide_as_the_terminal_and_at_most_100_columns() {
    let folder = tempfile::tempdir().unwrap();
    let widest = async |columns: Option<&str>| {
        let mut command = latchkey(folder.path(), &["--help"]);
        command.envs(columns.map(|columns| ("COLUMNS", columns)));
        let help = run_command(command).await.stdout;
        let widths = help.lines().map(|line| line.chars().count());
        widths.max().unwrap()
    };
    for (columns, expected) in [
        (Some("80"), 70..=80),
        (Some("250"), 90..=100),
        (None, 90..=100),
    ] {
        let width = widest(columns).await;
        assert!(expected.contains(&width), "{columns:?}: {width}");
    }
}

#[tokio::test]
async fn the_short_help_has_a_line_or_two_for_each_section_of_settings() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Config::augment_args(Command::new("latchkey"));
    for arguments in [&["-h"][..], &["serve", "-h"]] {
        let help = run(folder.path(), arguments).await;
        assert_eq!(help.code, Some(0), "{help:?}");
        assert!(help.stdout.lines().count() < 50, "{}", help.stdout);
        let mut count = 0;
        for setting in settings.get_arguments() {
            let heading = setting.get_help_heading().unwrap();
            let heading = heading.split(" (").next().unwrap();
            assert!(
                help.stdout.contains(&format!("\n{heading}:\n  --")),
                "{heading}"
            );
            count += usize::from(
                help.stdout
                    .contains(&format!("--{}", setting.get_long().unwrap())),
            );
        }
        let more: usize = help
            .stdout
            .split(" and ")
            .filter_map(|text| text.split_once(" more\n")?.0.parse::<usize>().ok())
            .sum();
        assert_eq!(
            count + more,
            settings.get_arguments().count(),
            "{}",
            help.stdout
        );
    }
}

#[tokio::test]
async fn the_help_of_the_doctor_says_what_its_lines_mean_on_one_screen() {
    let folder = tempfile::tempdir().unwrap();
    for help in ["-h", "--help"] {
        let help = run(folder.path(), &["doctor", help]).await.stdout;
        assert!(help.lines().count() < 20, "{help}");
        for words in [
            "latchkey doctor [OPTIONS]",
            "PROBLEM",
            "latchkey serve --help",
        ] {
            assert!(help.contains(words), "{words}: {help}");
        }
    }
}

#[test]
fn the_page_about_limits_has_the_arithmetic_of_each_with_its_default() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/limits.md")).unwrap();
    let settings = Config::augment_args(Command::new("latchkey"));
    let limits = settings
        .get_arguments()
        .filter(|setting| variable(setting).starts_with("LIMIT_"));
    let mut count = 0;
    for limit in limits {
        let default = limit.get_default_values()[0].to_str().unwrap();
        let row = format!("| `{}` | `{default}` | ", variable(limit));
        assert!(page.contains(&row), "no {row}");
        count += 1;
    }
    assert_eq!(page.matches("\n| `LIMIT_").count(), count);
}

#[test]
fn the_manual_has_every_reserved_name_and_no_other() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/docs/reference/configuration.md"
    );
    let page = fs::read_to_string(path).unwrap();
    let (_, section) = page.split_once("\n## Reserved names\n").unwrap();
    let list = section
        .split("\n\n")
        .find(|row| row.starts_with("`admin`"))
        .unwrap();
    let documented: Vec<_> = list.split('`').skip(1).step_by(2).collect();
    assert_eq!(documented, DEFAULT_RESERVED_NAMES);
}

#[derive(Parser)]
struct Settings {
    #[command(flatten)]
    config: Config,
}

/// A change of one of these numbers must be intended, and name its source.
#[test]
fn the_defaults_of_passwords_and_tokens_are_those_of_the_sources_that_are_cited() {
    let config = Settings::try_parse_from(["latchkey"]).unwrap().config;
    let owasp = Argon2Cost {
        memory_kib: 19 * 1024,
        iterations: 2,
        parallelism: 1,
    };
    assert_eq!(config.passwords.hasher_options().cost, owasp);
    let policy = config.passwords.policy();
    assert_eq!((policy.min_chars, policy.min_score), (8, 3));
    let access = config.tokens.options("").access_ttl;
    assert_eq!(access, TimeDelta::minutes(30));
    let session = config.tokens.session_ttl();
    assert_eq!(session.idle, TimeDelta::days(30));
    assert_eq!(session.absolute, TimeDelta::days(180));
    let limits = config.rate_limits;
    let ten_a_quarter = "10/15m".parse().unwrap();
    // docs/security/password-guessing.md calculates with these.
    assert_eq!(limits.limit_login_account, "200/1d".parse().unwrap());
    let ten_a_day = "10/1d".parse().unwrap();
    assert_eq!(limits.limit_login_network_account, ten_a_day);
    assert_eq!(limits.limit_login_device, ten_a_quarter);
    assert_eq!(limits.limit_password_account, ten_a_quarter);
    assert_eq!(limits.limit_login_network, "100/15m".parse().unwrap());
}

#[tokio::test]
async fn the_help_does_not_show_the_secrets_that_are_set() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = latchkey(folder.path(), &["--help"]);
    command
        .env("SECRET_KEY", "hidden-secret-of-at-least-32-bytes")
        .env(
            "DATABASE_URL",
            "postgres://latchkey:hidden@127.0.0.1/latchkey",
        )
        .env("SMTP_URL", "smtp://latchkey:hidden@127.0.0.1");
    let outcome = run_command(command).await;
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(!outcome.stdout.contains("hidden"), "{}", outcome.stdout);
}

#[tokio::test]
async fn a_setting_that_does_not_exist_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = run(folder.path(), &["serve", "--secret-kee", "x"]).await;
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.stderr.contains("--secret-kee"), "{outcome:?}");
}

#[tokio::test]
async fn the_version_is_the_crates() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = run(folder.path(), &["--version"]).await;
    assert_eq!(
        outcome.stdout,
        format!("latchkey {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[tokio::test]
async fn mail_that_was_encrypted_with_another_key_is_listed_without_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &[]).await;
    let ada = Person::named("ada");
    node.client().register(&ada).await.data();
    node.stop().await;
    let key = ["--secret-key", "another-secret-of-at-least-32-bytes!"];
    let list = run(folder.path(), &["mail", "list", key[0], key[1]]).await;
    assert_eq!(list.code, Some(0), "{list:?}");
    assert!(list.stdout.contains("ada@example.com"), "{list:?}");
    let id = list.stdout.split_whitespace().next().unwrap();
    let shown = run(folder.path(), &["mail", "show", id, key[0], key[1]]).await;
    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert!(
        shown.stdout.contains("sealed under another SECRET_KEY"),
        "{shown:?}"
    );
    let absent = run(
        folder.path(),
        &["mail", "show", "01900000-0000-7000-8000-000000000000"],
    )
    .await;
    assert_eq!(absent.code, Some(1), "{absent:?}");
    assert!(absent.stderr.contains("there is no mail"), "{absent:?}");
}

/// One in 64 generated secrets begins like that.
#[tokio::test]
async fn a_secret_that_begins_with_a_hyphen_is_not_taken_for_a_flag() {
    let folder = tempfile::tempdir().unwrap();
    let (secret, previous) = (format!("-F{SECRET}"), format!("-{SECRET}"));
    let flags = ["--secret-key", &secret, "--secret-key-previous", &previous];
    let doctor = run(folder.path(), &[&["doctor"], &flags[..]].concat()).await;
    assert_eq!(doctor.code, Some(0), "{doctor:?}");
    assert!(doctor.stdout.contains("SECRET_KEY is set"), "{doctor:?}");
}

#[tokio::test]
async fn listing_mail_where_there_is_no_database_creates_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["mail", "list"][..],
        &["mail", "list", "--secret-key", SECRET],
    ] {
        let outcome = run(folder.path(), arguments).await;
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
    let empty = folder.path().join("data");
    std::fs::create_dir(&empty).unwrap();
    let outcome = run(folder.path(), &["mail", "list", "--secret-key", SECRET]).await;
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert_eq!(std::fs::read_dir(&empty).unwrap().count(), 0);
}
