//! The commands beside `serve`, and what the program says about itself.

use std::fs;

use clap::{Args, Command};
use latchkey::config::Config;

use crate::process::{latchkey, run, run_command};
use crate::support::TestDatabase;

#[tokio::test]
async fn schema_prints_the_committed_schema_and_makes_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = run(folder.path(), &["schema"]).await;
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stdout == include_str!("../../schema.graphql"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn migrate_can_be_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::shared().await;
    for _ in 0..2 {
        let outcome = run(folder.path(), &["migrate", "--database-url", &database.url]).await;
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        assert!(
            outcome.stdout.contains("all migrations are applied"),
            "{outcome:?}"
        );
    }
}

#[tokio::test]
async fn migrate_of_a_database_that_is_away_fails_in_plain_words() {
    let folder = tempfile::tempdir().unwrap();
    let url = "postgres://nobody@127.0.0.1:1/latchkey"; // nothing listens on port 1
    let outcome = run(folder.path(), &["migrate", "--database-url", url]).await;
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(
        outcome
            .stderr
            .starts_with("latchkey: the database is unavailable"),
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
        // From one flag to the next.
        let entries: Vec<_> = outcome.stdout.split("\n      --").collect();
        for setting in &settings {
            let flag = setting.get_long().unwrap();
            let variable = flag.to_uppercase().replace('-', "_");
            let entry = entries
                .iter()
                .find(|entry| entry.starts_with(&format!("{flag} ")));
            let entry = entry.unwrap_or_else(|| panic!("no --{flag} in {}", outcome.stdout));
            assert!(entry.contains(&format!("[env: {variable}")), "--{entry}");
        }
    }
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
