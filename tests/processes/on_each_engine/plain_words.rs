//! A database that cannot be used as it is: the start and the doctor give the same reason and the same advice.

use std::path::Path;

use url::Url;

use crate::process::{Node, run};
use crate::support::{TestDatabase, sql, unique_name};

/// Asserts that the start is refused and the doctor finds a problem with this subject, both in these words.
async fn assert_refused(folder: &Path, url: &str, subject: &str, words: &[&str]) -> String {
    let start = run(folder, &["--database-url", url]).await;
    assert_eq!(start.code, Some(1), "{start:?}");
    assert!(!start.stderr.contains(" at line "), "{start:?}");
    for word in words {
        assert!(start.stderr.contains(word), "{word}: {start:?}");
    }
    let doctor = run(folder, &["doctor", "--database-url", url]).await;
    doctor.assert_problem(subject, words);
    start.stderr
}

/// The same database as another role.
fn url_as(role: &str, url: &str) -> Url {
    let mut url = Url::parse(url).unwrap();
    url.set_username(role).unwrap();
    url
}

/// Returns a database on a server. Returns `None`, and prints the reason, if the tests run on another engine.
async fn server_database() -> Option<TestDatabase> {
    let database = TestDatabase::empty().await;
    if !database.url.starts_with("postgres") {
        eprintln!("skipped: only a database server has roles and schemas");
        return None;
    }
    Some(database)
}

#[tokio::test]
async fn an_older_binary_on_a_newer_database_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::empty().await;
    let migrated = run(folder.path(), &["migrate", "--database-url", &database.url]).await;
    assert_eq!(migrated.code, Some(0), "{migrated:?}");
    let later = format!(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'later', true, {}, 0)",
        sql::bytes(&database.url, "00")
    );
    sql::execute(&database.url, &later).await;
    let words = ["migrated by a newer version", "run that version"];
    assert_refused(folder.path(), &database.url, "migrations", &words).await;
    let migrated = run(folder.path(), &["migrate", "--database-url", &database.url]).await;
    assert_eq!(migrated.code, Some(1), "{migrated:?}");
    assert!(migrated.stderr.contains(words[0]), "{migrated:?}");
}

#[tokio::test]
async fn a_migration_that_was_changed_after_it_was_applied_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::empty().await;
    run(folder.path(), &["migrate", "--database-url", &database.url]).await;
    let change = format!(
        "UPDATE _sqlx_migrations SET checksum = {} WHERE version = 1",
        sql::bytes(&database.url, "00")
    );
    sql::execute(&database.url, &change).await;
    let start = run(folder.path(), &["--database-url", &database.url]).await;
    assert_eq!(start.code, Some(1), "{start:?}");
    assert!(start.stderr.contains("migration 1 "), "{start:?}");
}

#[tokio::test]
async fn a_role_that_may_not_create_tables_is_told_which_grant_to_run() {
    let Some(database) = server_database().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    // The URL and the statement write the special characters in this name differently.
    let role = format!("{}@example.com/x", unique_name());
    let ask = async |statement: String| sql::execute(&database.url, &statement).await;
    ask("REVOKE CREATE ON SCHEMA public FROM PUBLIC".to_owned()).await;
    ask(format!("CREATE ROLE \"{role}\" LOGIN")).await;
    let url = url_as(&role, &database.url);
    let grant = format!("GRANT CREATE ON SCHEMA public TO \"{role}\"");
    assert_refused(folder.path(), url.as_str(), "migrations", &[&grant]).await;

    ask(grant).await;
    let node = Node::start(folder.path(), &["--database-url", url.as_str()]).await;
    assert_eq!(node.get("/health/ready").await.0, 200);
    node.stop().await;

    // After the migration, the right is no longer needed.
    ask(format!("REVOKE CREATE ON SCHEMA public FROM \"{role}\"")).await;
    Node::start(folder.path(), &["--database-url", url.as_str()])
        .await
        .stop()
        .await;
    ask(format!("DROP OWNED BY \"{role}\"")).await;
    ask(format!("DROP ROLE \"{role}\"")).await;
}

#[tokio::test]
async fn a_role_without_rights_on_the_tables_is_told_which_grant_to_run() {
    let Some(database) = server_database().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["migrate", "--database-url", &database.url]).await;
    let role = unique_name();
    sql::execute(&database.url, &format!("CREATE ROLE \"{role}\" LOGIN")).await;
    let url = url_as(&role, &database.url);
    let words = ["GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES"];
    assert_refused(folder.path(), url.as_str(), "migrations", &words).await;
    sql::execute(&database.url, &format!("DROP ROLE \"{role}\"")).await;
}

#[tokio::test]
async fn a_missing_database_is_named() {
    let Some(database) = server_database().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut url = Url::parse(&database.url).unwrap();
    url.set_path("/not_there");
    let words = ["has no database \"not_there\"", "createdb"];
    assert_refused(folder.path(), url.as_str(), "database", &words).await;
}

#[tokio::test]
async fn tables_can_be_kept_in_a_schema_of_their_own() {
    let Some(database) = server_database().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let url = format!("{}?options[search_path]=app", database.url);
    let words = ["search_path is app", "CREATE SCHEMA"];
    assert_refused(folder.path(), &url, "migrations", &words).await;
    sql::execute(&database.url, "CREATE SCHEMA app").await;
    let node = Node::start(folder.path(), &["--database-url", &url]).await;
    let ada = node.verified("ada").await;
    assert_eq!(ada.me().await.text("/me/username"), "ada");
    let query = "SELECT schemaname::text FROM pg_tables WHERE tablename = 'users'";
    assert_eq!(sql::text(&database.url, query).await, "app");
    let doctor = run(folder.path(), &["doctor", "--database-url", &url]).await;
    assert_eq!(doctor.code, Some(0), "{doctor:?}");
}

#[tokio::test]
async fn a_start_that_migrates_logs_no_notice_about_existing_tables() {
    let Some(database) = server_database().await else {
        return;
    };
    // The state after an update: some migrations are recorded, and others are still to be applied.
    let table = "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, \
         installed_on TIMESTAMPTZ NOT NULL DEFAULT now(), success BOOLEAN NOT NULL, checksum BYTEA NOT NULL, \
         execution_time BIGINT NOT NULL)";
    sql::execute(&database.url, table).await;
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &["--database-url", &database.url]).await;
    let log = node.stop().await.complete_output().await;
    assert!(!log.contains("already exists"), "{log}");
    assert!(!log.contains("sqlx"), "{log}");
}
