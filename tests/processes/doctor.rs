//! `latchkey doctor`: it explains problems in plain words, and changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tokio::net::TcpSocket;

use crate::process::{Node, Outcome, run};
use crate::support::SECRET;

impl Outcome {
    /// Asserts that the doctor reported a problem only with this subject, in these words.
    #[track_caller]
    pub fn assert_problem(&self, subject: &str, words: &[&str]) {
        assert_eq!(self.code, Some(1), "{self:?}");
        let problems = self
            .stdout
            .lines()
            .filter(|line| line.starts_with("PROBLEM"));
        let problems: Vec<_> = problems.collect();
        assert!(!problems.is_empty(), "{self:?}");
        for problem in &problems {
            assert_eq!(problem.split_whitespace().nth(1), Some(subject), "{self:?}");
        }
        for word in words {
            assert!(
                problems.iter().any(|problem| problem.contains(word)),
                "{word}: {self:?}"
            );
        }
    }
}

/// Returns every file below a folder with its content.
pub fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.insert(path.clone(), Vec::new());
            files.extend(contents(&path));
        } else {
            files.insert(path.clone(), fs::read(path).unwrap());
        }
    }
    files
}

#[tokio::test]
async fn before_the_first_start_all_is_well_and_nothing_is_created() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = run(folder.path(), &["doctor"]).await;
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(
        outcome.stdout.contains("will be made at the first start"),
        "{outcome:?}"
    );
    assert_eq!(contents(folder.path()), BTreeMap::new());
}

#[tokio::test]
async fn the_doctor_can_look_at_a_service_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &[]).await;
    let ada = node.verified("ada").await;
    let outcome = run(folder.path(), &["doctor"]).await;
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(ada.me().await.text("/me/username"), "ada");
}

#[tokio::test]
async fn a_secret_that_others_can_read_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("data/secret");
    Node::start(folder.path(), &[]).await.stop().await;
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o644)).unwrap();
    let outcome = run(folder.path(), &["doctor"]).await;
    outcome.assert_problem("secret", &["can be read by others (mode 644)", "chmod 600"]);
    let mode = fs::metadata(&secret).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o644, "the doctor changes nothing");
}

#[tokio::test]
async fn a_secret_that_was_cut_short_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    Node::start(folder.path(), &[]).await.stop().await;
    fs::write(folder.path().join("data/secret"), "cut").unwrap();
    let outcome = run(folder.path(), &["doctor"]).await;
    outcome.assert_problem("secret", &["data/secret", "32 bytes"]);
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    // Bound, but not listening: the port refuses connections.
    let closed = TcpSocket::new_v4().unwrap();
    closed.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = closed.local_addr().unwrap();
    let url = format!("postgres://ada:hidden@{address}/latchkey");
    let outcome = run(folder.path(), &["doctor", "--database-url", &url]).await;
    outcome.assert_problem("database", &["PostgreSQL", "DATABASE_URL", "running"]);
    assert!(!format!("{outcome:?}").contains("hidden"), "{outcome:?}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    fs::write(
        &file,
        "not a database, but long enough to be looked at ".repeat(100),
    )
    .unwrap();
    let before = contents(folder.path());
    let outcome = run(
        folder.path(),
        &["doctor", "--database-url", "sqlite:notes.txt"],
    )
    .await;
    outcome.assert_problem("database", &["notes.txt", "not a database"]);
    assert_eq!(contents(folder.path()), before);
}

#[tokio::test]
async fn an_sqlite_file_with_pending_migrations_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("empty.db");
    make_empty_database(file.to_str().unwrap()).await;
    let before = contents(folder.path());
    let outcome = run(
        folder.path(),
        &["doctor", "--database-url", "sqlite:empty.db"],
    )
    .await;
    outcome.assert_problem("migrations", &["not applied yet"]);
    assert_eq!(contents(folder.path()), before);
}

/// A valid SQLite file, not in WAL mode, that nothing has migrated.
pub async fn make_empty_database(path: &str) {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::query("PRAGMA user_version = 1")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[tokio::test]
async fn a_missing_setting_that_other_machines_need_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let complete = [
        ("--secret-key", SECRET, "SECRET_KEY"),
        ("--smtp-url", "smtp://127.0.0.1", "SMTP_URL"),
        ("--public-url", "https://auth.example.com", "PUBLIC_URL"),
    ];
    for missing in 0..complete.len() {
        let mut arguments = vec!["doctor", "--listen", "0.0.0.0:8000"];
        for (index, (flag, value, _)) in complete.iter().enumerate() {
            if index != missing {
                arguments.extend([flag, value]);
            }
        }
        let outcome = run(folder.path(), &arguments).await;
        let (_, _, name) = complete[missing];
        let settings = outcome.stdout.lines().next().unwrap();
        assert!(settings.starts_with("PROBLEM  settings"), "{outcome:?}");
        assert!(
            settings.contains(&format!("{name} is not set")),
            "{outcome:?}"
        );
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
    }
    let mut arguments = vec!["doctor", "--listen", "0.0.0.0:8000"];
    arguments.extend(complete.iter().flat_map(|(flag, value, _)| [flag, value]));
    // Everything is set, but no mail server answers there.
    let outcome = run(folder.path(), &arguments).await;
    outcome.assert_problem("mail", &["127.0.0.1 port 25"]);
    assert_eq!(contents(folder.path()), BTreeMap::new());
}

#[tokio::test]
async fn the_doctor_and_the_log_say_when_the_argon2_crate_hashes() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = run(folder.path(), &["doctor"]).await;
    let line = "ok       hashing     Argon2id by ";
    assert!(outcome.stdout.contains(line), "{outcome:?}");

    let text = "Argon2id by the argon2 crate, since HASH_PARALLELISM is not 1";
    let outcome = run(folder.path(), &["doctor", "--hash-parallelism", "2"]).await;
    assert!(outcome.stdout.contains(text), "{outcome:?}");
    let node = Node::start(folder.path(), &["--hash-parallelism", "2"]).await;
    let log = node.stop().await.complete_output().await;
    assert!(log.contains(text), "{log}");
}
