//! The secret of a database: a lost or different one is noticed before anybody is signed out.

use std::fs;
use std::path::Path;

use crate::on_each_engine::nodes::fingerprint;
use crate::process::{Node, Outcome, Process, latchkey, run, until};
use crate::support::sql;
use crate::support::{Person, SECRET, TestDatabase};

const NEW_SECRET: &str = "the-secret-that-comes-after-it-0123456789";

/// A service with a secret in its folder, in whose database ada has an account.
struct Setup {
    folder: tempfile::TempDir,
    database: TestDatabase,
}

impl Setup {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = TestDatabase::empty().await;
        let setup = Self { folder, database };
        let node = setup.node(&[]).await;
        node.client().register(&Person::named("ada")).await.data();
        node.stop().await;
        setup
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn arguments<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        [&["--database-url", self.database.url.as_str()], more].concat()
    }

    async fn node(&self, more: &[&str]) -> Node {
        Node::start(self.path(), &self.arguments(more)).await
    }

    /// Starts the service, and waits until it ends by itself.
    async fn refused(&self, more: &[&str]) -> Outcome {
        let outcome = run(self.path(), &self.arguments(more)).await;
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        assert!(!outcome.stderr.contains("API:"), "it listened: {outcome:?}");
        outcome
    }

    async fn doctor(&self, more: &[&str]) -> Outcome {
        let arguments = [&["doctor"], self.arguments(more).as_slice()].concat();
        run(self.path(), &arguments).await
    }

    /// Takes the secret out of the folder, and returns it.
    fn lose_secret(&self) -> String {
        let path = self.path().join("data/secret");
        let secret = fs::read_to_string(&path).unwrap();
        fs::remove_file(path).unwrap();
        secret
    }

    fn has_secret(&self) -> bool {
        self.path().join("data/secret").exists()
    }
}

/// Returns the setting with which a refused start would continue without the secret.
fn advice(outcome: &Outcome) -> String {
    let (_, rest) = outcome
        .stderr
        .split_once("SECRET_KEY_DISCARDED=")
        .unwrap_or_else(|| panic!("{outcome:?}"));
    rest.split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_lost_secret_is_not_replaced_unnoticed() {
    let setup = Setup::new().await;
    let secret = setup.lose_secret();
    let outcome = setup.refused(&[]).await;
    for words in ["data/secret is missing", "Restore", &fingerprint(&secret)] {
        assert!(outcome.stderr.contains(words), "{words}: {outcome:?}");
    }
    assert!(!setup.has_secret(), "a refused start makes none");
    let doctor = setup.doctor(&[]).await;
    doctor.assert_problem("secret", &["data/secret is missing", "Restore"]);
    assert!(!format!("{outcome:?}{doctor:?}").contains(&secret));

    // The restored secret works, also as a setting.
    setup.node(&["--secret-key", &secret]).await.stop().await;
    let doctor = setup.doctor(&["--secret-key", &secret]).await;
    assert_eq!(doctor.code, Some(0), "{doctor:?}");
}

#[tokio::test]
async fn a_lost_secret_is_replaced_after_confirmation_by_its_name() {
    let setup = Setup::new().await;
    setup.lose_secret();
    let lost = advice(&setup.refused(&[]).await);
    setup.refused(&["--secret-key-discarded", "0"]).await;
    let confirmed = ["--secret-key-discarded", &lost];
    setup.node(&confirmed).await.stop().await;
    assert!(setup.has_secret());
    setup.node(&[]).await.stop().await;

    // The confirmation names that secret. If it stays in the settings, it discards no other.
    setup.lose_secret();
    let outcome = setup.refused(&confirmed).await;
    assert_ne!(advice(&outcome), lost);
}

#[tokio::test]
async fn a_secret_that_was_lost_before_it_was_on_record_is_noticed_too() {
    let setup = Setup::new().await;
    sql::execute(&setup.database.url, "DELETE FROM secret_fingerprint").await;
    setup.lose_secret();
    let lost = advice(&setup.refused(&[]).await);
    assert_eq!(lost, "unrecorded");
    let confirmed = ["--secret-key-discarded", &lost];
    setup.node(&confirmed).await.stop().await;
}

#[tokio::test]
async fn an_older_database_records_the_secret_that_it_is_started_with() {
    let setup = Setup::new().await;
    sql::execute(&setup.database.url, "DELETE FROM secret_fingerprint").await;
    let doctor = setup.doctor(&[]).await;
    assert_eq!(doctor.code, Some(0), "{doctor:?}");
    setup.node(&[]).await.stop().await;
    setup.refused(&["--secret-key", SECRET]).await;
}

#[tokio::test]
async fn a_node_with_another_secret_than_its_peers_is_refused() {
    let setup = Setup::new().await;
    let peer = setup.node(&[]).await;
    let outcome = setup.refused(&["--secret-key", NEW_SECRET]).await;
    for words in [
        "SECRET_KEY holds another secret",
        "SECRET_KEY_PREVIOUS",
        &fingerprint(NEW_SECRET),
    ] {
        assert!(outcome.stderr.contains(words), "{words}: {outcome:?}");
    }
    assert!(!outcome.stderr.contains(NEW_SECRET), "{outcome:?}");
    let doctor = setup.doctor(&["--secret-key", NEW_SECRET]).await;
    doctor.assert_problem("secret", &["SECRET_KEY holds another secret"]);
    assert_eq!(peer.get("/health/ready").await.0, 200);
}

#[tokio::test]
async fn a_secret_can_be_replaced_node_by_node() {
    let setup = Setup::new().await;
    let old = setup.lose_secret();
    let both_secrets = ["--secret-key", &old, "--secret-key-previous", NEW_SECRET];
    let swapped = ["--secret-key", NEW_SECRET, "--secret-key-previous", &old];
    let alone = ["--secret-key", NEW_SECRET];
    for settings in [&both_secrets, &swapped, &both_secrets, &swapped] {
        let doctor = setup.doctor(settings).await;
        assert_eq!(doctor.code, Some(0), "{doctor:?}");
        setup.node(settings).await.stop().await;
    }
    setup.node(&alone).await.stop().await;
    setup.refused(&["--secret-key", &old]).await;
}

#[tokio::test]
async fn of_nodes_with_two_secrets_that_start_at_once_those_with_one_come_up() {
    let database = TestDatabase::empty().await;
    let folders: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    let nodes = folders.iter().enumerate().map(|(number, folder)| {
        let secret = [SECRET, NEW_SECRET][number % 2];
        let arguments = ["--database-url", &database.url, "--secret-key", secret];
        Process::spawn(latchkey(folder.path(), &arguments))
    });
    let mut outcomes = Vec::new();
    for mut node in nodes.collect::<Vec<_>>() {
        let outcome = until(
            || "a node listens or ends".to_owned(),
            async || {
                let log = node.log();
                let ended = !node.is_running();
                (ended || log.contains("API:")).then_some(ended)
            },
        );
        outcomes.push((outcome.await, node));
    }
    let refused: Vec<_> = outcomes.iter().map(|(refused, _)| *refused).collect();
    assert_eq!(refused[0], refused[2], "{refused:?}");
    assert_eq!(refused[1], refused[3], "{refused:?}");
    assert_ne!(refused[0], refused[1], "{refused:?}");
}
