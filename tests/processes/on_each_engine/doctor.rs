//! What the doctor says of a database, whichever engine it is on.

use crate::doctor::{contents, make_empty_database};
use crate::process::{Node, run};
use crate::support::{Person, TestDatabase, sql};

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

#[tokio::test]
async fn password_hashes_that_nothing_can_be_compared_with_are_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::empty().await;
    let settings = ["--database-url", &database.url];
    let node = Node::start(folder.path(), &settings).await;
    for name in ["ada", "bob", "eve"] {
        node.client().register(&Person::named(name)).await.data();
    }
    node.stop().await;
    let doctor = ["doctor", settings[0], settings[1]];
    // Ada's is ours, Bob has none, and Eve's is of bcrypt.
    let set = async |name: &str, hash: &str| {
        let update = format!("UPDATE users SET password_hash = '{hash}' WHERE username = '{name}'");
        assert_eq!(sql::execute(&database.url, &update).await, 1);
    };
    set("bob", "!").await;
    set(
        "eve",
        "$2y$10$abcdefghijklmnopqrstuu5LpsrOYPnRDbBhwPVYFxvjbKbZgLbSG",
    )
    .await;
    let outcome = run(folder.path(), &doctor).await;
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stdout.contains("ok       passwords"), "{outcome:?}");

    set("ada", "pbkdf2_sha256$600000$salt$hash").await;
    let outcome = run(folder.path(), &doctor).await;
    outcome.assert_problem(
        "passwords",
        &["other than argon2id and bcrypt", "reset their passwords"],
    );
    assert!(!outcome.stdout.contains("pbkdf2"), "{outcome:?}");
}
