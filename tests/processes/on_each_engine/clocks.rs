//! A node whose clock differs from the database server's: the log and the doctor say so.

use crate::process::{Node, run, until};
use crate::support::{TestDatabase, sql};

/// A database server whose clock seems to be wrong by this much.
async fn server_off_by(interval: &str) -> Option<(TestDatabase, String)> {
    let database = TestDatabase::empty().await;
    if !database.url.starts_with("postgres") {
        eprintln!("skipped: only a database server has a clock of its own");
        return None;
    }
    sql::execute(&database.url, "CREATE SCHEMA app").await;
    let clock = format!(
        "CREATE FUNCTION app.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
         'SELECT pg_catalog.clock_timestamp() + interval ''{interval}'''"
    );
    sql::execute(&database.url, &clock).await;
    let url = format!("{}?options[search_path]=app,pg_catalog", database.url);
    Some((database, url))
}

#[tokio::test]
async fn clocks_that_differ_are_a_problem_and_a_warning() {
    for (interval, words) in [
        ("-2 hours", "s ahead of the database's"),
        ("60 seconds", "s behind the database's"),
    ] {
        let Some((_database, url)) = server_off_by(interval).await else {
            return;
        };
        let folder = tempfile::tempdir().unwrap();
        let node = Node::start(folder.path(), &["--database-url", &url]).await;
        until(
            || format!("{words} is logged: {}", node.log()),
            async || node.log().contains(words).then_some(()),
        )
        .await;
        let doctor = run(folder.path(), &["doctor", "--database-url", &url]).await;
        doctor.assert_problem("clock", &[words, "NTP"]);
    }
}

#[tokio::test]
async fn clocks_that_agree_are_fine_and_no_warning() {
    let Some((_database, url)) = server_off_by("1 second").await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &["--database-url", &url]).await;
    let doctor = run(folder.path(), &["doctor", "--database-url", &url]).await;
    assert_eq!(doctor.code, Some(0), "{doctor:?}");
    assert!(doctor.stdout.contains("ok       clock"), "{doctor:?}");
    let log = node.stop().await.complete_output().await;
    assert!(!log.contains("clock"), "{log}");
}
