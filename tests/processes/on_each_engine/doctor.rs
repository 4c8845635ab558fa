//! What the doctor says of a database, whichever engine it is on.

use crate::doctor::{contents, make_empty_database};
use crate::process::{Node, run};
use crate::support::TestDatabase;

#[tokio::test]
async fn after_a_start_all_is_well_and_nothing_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::empty().await;
    let settings = ["--database-url", &database.url];
    Node::start(folder.path(), &settings).await.stop().await;
    let before = contents(folder.path());

    let outcome = run(folder.path(), &["doctor", settings[0], settings[1]]).await;
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(!outcome.stdout.contains("PROBLEM"), "{outcome:?}");
    assert!(outcome.stdout.contains("all are applied"), "{outcome:?}");
    assert_eq!(contents(folder.path()), before);
}

#[tokio::test]
async fn pending_migrations_are_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::empty().await;
    if let Some(path) = database.url.strip_prefix("sqlite:") {
        make_empty_database(path).await;
    }
    let outcome = run(folder.path(), &["doctor", "--database-url", &database.url]).await;
    outcome.assert_problem("migrations", &["not applied yet", "latchkey migrate"]);
    let again = run(folder.path(), &["doctor", "--database-url", &database.url]).await;
    assert_eq!(again.stdout, outcome.stdout, "the doctor changes nothing");

    let migrated = run(folder.path(), &["migrate", "--database-url", &database.url]).await;
    assert_eq!(migrated.code, Some(0), "{migrated:?}");
    let outcome = run(folder.path(), &["doctor", "--database-url", &database.url]).await;
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
}

#[tokio::test]
async fn migrate_can_be_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::empty().await;
    for _ in 0..2 {
        let outcome = run(folder.path(), &["migrate", "--database-url", &database.url]).await;
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        assert!(
            outcome.stdout.contains("all migrations are applied"),
            "{outcome:?}"
        );
    }
}
