//! A disk that is full or fails at any write of any operation: no promise is broken, the service reports the problem, and
//! recovers as soon as the disk does. And the operations that wait for the disk: all that change something, once for each
//! commit except those of rate limits.
//!
//! The tests run only on SQLite, because PostgreSQL writes to its own disks.

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::process::{Node, Process, latchkey};
use crate::support::mutations::{MUTATIONS, Stage};
use crate::support::{Answer, Person};

/// A number of writes that no operation reaches.
const MAX_WRITES: i64 = 200;

/// The disk of a service, which fails when a test says so (failing_disk.c).
struct Disk {
    state: fs::File,
    path: PathBuf,
    library: PathBuf,
}

impl Disk {
    fn new(folder: &Path) -> Self {
        let library = folder.join("failing_disk.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/processes/failing_disk.c");
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .args([&library, &source])
            .arg("-ldl")
            .status();
        assert!(compiled.unwrap().success());
        let path = folder.join("state");
        fs::write(&path, [0; 16]).unwrap();
        let state = fs::OpenOptions::new().read(true).write(true).open(&path);
        Self {
            state: state.unwrap(),
            path,
            library,
        }
    }

    /// Makes the n-th write and all later ones fail.
    fn fail_at(&self, write: i64) {
        self.state.write_all_at(&write.to_ne_bytes(), 0).unwrap();
    }

    fn heal(&self) {
        self.fail_at(0);
    }

    fn has_failed(&self) -> bool {
        let mut bytes = [0; 8];
        self.state.read_exact_at(&mut bytes, 0).unwrap();
        i64::from_ne_bytes(bytes) < 0
    }

    /// Returns how often the service has waited for the disk.
    fn waits(&self) -> i64 {
        let mut bytes = [0; 8];
        self.state.read_exact_at(&mut bytes, 8).unwrap();
        i64::from_ne_bytes(bytes)
    }

    /// Starts a service whose database is on this disk.
    async fn node(&self, folder: &Path) -> Node {
        let mut command = latchkey(folder, &[]);
        command
            .env("LD_PRELOAD", &self.library)
            .env("FAILING_DISK", &self.path);
        Node::listening(Process::spawn(command)).await
    }
}

/// Asserts that the error says that the operation may not have happened, and to try again.
#[track_caller]
fn assert_unavailable(answer: &Answer, what: &str) {
    let code = answer.body.pointer("/errors/0/extensions/code");
    let code = code.and_then(Value::as_str);
    assert_eq!(code, Some("UNAVAILABLE"), "{what}: {answer:?}");
}

/// Fails each write of each of these mutations in turn.
async fn fail_each_write_of(fields: &[&str]) {
    let folder = TempDir::new().unwrap();
    let disk = Disk::new(folder.path());
    let node = disk.node(folder.path()).await;
    let mailed = async |template: &str, email: &str| node.token_of(template, email).await;
    let stage = Stage::set(node.client(), mailed).await;
    let mut registered = Vec::new();
    let mut failures = 0;
    for field in fields {
        for write in 1..=MAX_WRITES {
            let number = usize::try_from(write).unwrap();
            let call = stage.prepare(field, number).await;
            disk.fail_at(write);
            let answer = call.caller.call(&call.query, call.variables.clone()).await;
            let what = format!("{field}, write {write}");
            let has_failed = disk.has_failed();
            if answer.body.get("errors").is_some() {
                assert_unavailable(&answer, &what);
                assert!(has_failed, "{what}");
                assert_eq!(node.get("/health/ready").await.0, 503, "{what}");
                failures += 1;
            }
            disk.heal();
            assert_eq!(node.get("/health/ready").await.0, 200, "{what}");
            // A registration is the largest write.
            let person = Person::named(&format!("after{}", registered.len()));
            node.client().register(&person).await.data();
            registered.push(person);
            if !has_failed {
                answer.data();
                break;
            }
            assert!(write < MAX_WRITES, "{what}");
        }
        assert_eq!(stage.owner.me().await.text("/me/username"), "owner");
    }
    assert!(failures > 80, "{failures} calls failed");
    for person in &registered {
        node.client().log_in(person).await;
    }
    drop(stage);
    node.stop().await;
}

/// The rest of the mutations, in a test of its own because each takes a while.
const HALF: usize = MUTATIONS.len() / 2;

#[tokio::test]
async fn whichever_write_fails_no_promise_is_broken_and_the_next_write_succeeds() {
    fail_each_write_of(&MUTATIONS[..HALF]).await;
}

#[tokio::test]
async fn whichever_write_of_the_other_mutations_fails_the_same_holds() {
    fail_each_write_of(&MUTATIONS[HALF..]).await;
}

#[tokio::test]
async fn a_token_whose_refresh_failed_on_a_full_disk_is_refreshed_afterwards() {
    let folder = TempDir::new().unwrap();
    let disk = Disk::new(folder.path());
    let node = disk.node(folder.path()).await;
    let mut ada = node.verified("ada").await;
    for write in 1..=MAX_WRITES {
        disk.fail_at(write);
        let answer = node.client().refresh(&ada.refresh_token).await;
        let has_failed = disk.has_failed();
        disk.heal();
        if answer.body.get("errors").is_some() {
            assert_unavailable(&answer, &format!("write {write}"));
        }
        ada = ada.refreshed().await;
        assert_eq!(ada.me().await.text("/me/username"), "ada");
        if !has_failed {
            return;
        }
    }
    panic!("no refresh came through");
}

#[tokio::test]
async fn while_no_write_succeeds_readiness_says_so_and_reading_goes_on() {
    let folder = TempDir::new().unwrap();
    let disk = Disk::new(folder.path());
    let node = disk.node(folder.path()).await;
    let ada = node.verified("ada").await;
    let refreshed = ada.refreshed().await;
    disk.fail_at(1);
    let logout = "mutation { logout { revokedSessions } }";
    assert_unavailable(&ada.ask(logout).await, "logout");
    for _ in 0..3 {
        assert_eq!(node.get("/health/ready").await.0, 503);
        // The first use of a token is recorded.
        assert_eq!(refreshed.me().await.text("/me/username"), "ada");
        // The second use writes nothing, so it does not fail.
        let nobody =
            "mutation { logout(input: { sessionId: \"01900000-0000-7000-8000-000000000000\" })
            { revokedSessions } }";
        assert_eq!(refreshed.ask(nobody).await.code(), "SESSION_NOT_FOUND");
    }
    disk.heal();
    assert_eq!(node.get("/health/ready").await.0, 200);
    assert_eq!(refreshed.me().await.text("/me/username"), "ada");
    refreshed.ask(logout).await.data();
    node.stop().await;
}

#[tokio::test]
async fn every_mutation_waits_for_the_disk() {
    let folder = TempDir::new().unwrap();
    let disk = Disk::new(folder.path());
    let node = disk.node(folder.path()).await;
    let mailed = async |template: &str, email: &str| node.token_of(template, email).await;
    let stage = Stage::set(node.client(), mailed).await;
    // The call of the one changes nothing, because there is no other session; that of the other only reads.
    let without_effect = ["revokeOtherSessions", "startReauthentication"];
    for field in MUTATIONS
        .iter()
        .filter(|field| !without_effect.contains(field))
    {
        let call = stage.prepare(field, 1).await;
        let before = disk.waits();
        call.caller.call(&call.query, call.variables).await.data();
        assert!(disk.waits() > before, "{field}");
    }
    drop(stage);
    node.stop().await;
}

#[tokio::test]
async fn a_refresh_waits_for_the_disk_once_and_a_refused_attempt_never() {
    const TRIES: usize = 20;
    let folder = TempDir::new().unwrap();
    let disk = Disk::new(folder.path());
    let node = disk.node(folder.path()).await;
    let mut ada = node.verified("ada").await;
    let (mut refreshes, mut refusals) = (Vec::new(), Vec::new());
    for _ in 0..TRIES {
        let before = disk.waits();
        ada = ada.refreshed().await;
        refreshes.push(disk.waits() - before);
        let before = disk.waits();
        let refused = node.client().refresh("lkr_forged").await;
        assert_eq!(refused.code(), "AUTH_REFRESH_TOKEN_INVALID");
        refusals.push(disk.waits() - before);
    }
    // Mail that is delivered and a checkpoint of the log also wait for the disk, but not often.
    let usual = |counts: &mut Vec<i64>| {
        counts.sort_unstable();
        counts[TRIES / 2]
    };
    assert_eq!(usual(&mut refreshes), 1, "{refreshes:?}");
    assert_eq!(usual(&mut refusals), 0, "{refusals:?}");
    node.stop().await;
}
