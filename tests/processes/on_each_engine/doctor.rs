//! The report of `latchkey doctor` about a database, on each engine.

use crate::doctor::{contents, make_empty_database};
use crate::process::{Node, latchkey, run, run_command};
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
    assert!(!outcome.stdout.contains("accounts"), "{outcome:?}");
    let again = run(folder.path(), &["doctor", "--database-url", &database.url]).await;
    assert_eq!(again.stdout, outcome.stdout, "the doctor changes nothing");
    // There is no account either.
    let mut closed = latchkey(folder.path(), &["doctor", "--database-url", &database.url]);
    closed.env("REGISTRATION", "closed");
    let closed = run_command(closed).await;
    let warning = "WARNING  accounts    REGISTRATION=closed, and there is no account yet";
    assert!(closed.stdout.contains(warning), "{closed:?}");

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
async fn password_hashes_of_unknown_formats_are_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::empty().await;
    let settings = ["--database-url", &database.url];
    let node = Node::start(folder.path(), &settings).await;
    for name in ["ada", "bob", "eve"] {
        node.client().register(&Person::named(name)).await.data();
    }
    node.stop().await;
    let doctor = ["doctor", settings[0], settings[1]];
    // Ada's hash is ours, Bob has none, and Eve's is of bcrypt.
    let set = async |name: &str, hash: &str| {
        let update = format!("UPDATE users SET password_hash = '{hash}' WHERE username = '{name}'");
        assert_eq!(sql::execute(&database.url, &update).await, 1);
    };
    let own = |name: &str| format!("SELECT password_hash FROM users WHERE username = '{name}'");
    let whole = sql::text(&database.url, &own("bob")).await;
    // A void password keeps its hash.
    set("bob", &format!("!{whole}")).await;
    set(
        "eve",
        "$2y$10$abcdefghijklmnopqrstuu5LpsrOYPnRDbBhwPVYFxvjbKbZgLbSG",
    )
    .await;
    let outcome = run(folder.path(), &doctor).await;
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stdout.contains("ok       passwords"), "{outcome:?}");
    set("bob", "!").await;
    let outcome = run(folder.path(), &doctor).await;
    assert_eq!(outcome.code, Some(0), "{outcome:?}");

    // Some programs make hashes of 30 bytes.
    set("ada", &whole[..whole.len() - 3]).await;
    let outcome = run(folder.path(), &doctor).await;
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let warning = "WARNING  passwords   hashes in users.password_hash that may have been cut: 1";
    assert!(outcome.stdout.contains(warning), "{outcome:?}");

    let ada = "SELECT CAST(id AS TEXT) FROM users WHERE username = 'ada'";
    for wrong in [
        "pbkdf2_sha256$600000$salt$hash",
        "",
        &whole[..whole.len() - 22],
        &whole[..whole.rfind('$').unwrap()],
        "$2y$10$abcdefghijklmnopqrstuu5LpsrOYPnRDbBhwPVYFxvjbKbZgL",
    ] {
        set("ada", wrong).await;
        let outcome = run(folder.path(), &doctor).await;
        let words = [
            "hashes in users.password_hash that no password can match: 1",
            "Each was cut, or is of a format other than argon2id and bcrypt",
            "let its user reset their password",
        ];
        outcome.assert_problem("passwords", &words);
        if database.url.starts_with("postgres") {
            let id = sql::text(&database.url, ada).await;
            assert!(outcome.stdout.contains(&id), "{outcome:?}");
        }
        assert!(
            wrong.is_empty() || !outcome.stdout.contains(wrong),
            "{outcome:?}"
        );
    }
}
