//! `latchkey keys`, and a start with invalid keys.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::process::{Node, run};
use crate::support::SECRET;

/// Keys that OpenSSL made: see `tests/keys/README.md`.
fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/keys")
        .join(name)
}

fn text_of(name: &str) -> String {
    fs::read_to_string(fixture(name)).unwrap()
}

#[tokio::test]
async fn a_generated_key_is_private_and_is_listed_by_the_name_that_was_printed() {
    let folder = tempfile::tempdir().unwrap();
    for (algorithm, file) in [("EdDSA", "a.pem"), ("ES256", "b.pem"), ("RS256", "c.pem")] {
        let arguments = ["keys", "generate", "--algorithm", algorithm, file];
        let generated = run(folder.path(), &arguments).await;
        assert_eq!(generated.code, Some(0), "{generated:?}");
        let mode = fs::metadata(folder.path().join(file))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        let list = [
            "keys",
            "list",
            "--secret-key",
            SECRET,
            "--signing-key-file",
            file,
        ];
        let listed = run(folder.path(), &list).await;
        assert_eq!(listed.code, Some(0), "{listed:?}");
        let lines: Vec<Vec<_>> = listed
            .stdout
            .lines()
            .skip(1)
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert_eq!(lines[0], [generated.stdout.trim(), algorithm, "signs"]);
        assert_eq!(lines[1][1..], ["HS256", "verifies"]);
    }
}

#[tokio::test]
async fn a_key_is_never_written_over_another_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("key.pem"), "precious").unwrap();
    let outcome = run(folder.path(), &["keys", "generate", "key.pem"]).await;
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(
        outcome.stderr.contains("key.pem cannot be made"),
        "{outcome:?}"
    );
    let content = fs::read_to_string(folder.path().join("key.pem")).unwrap();
    assert_eq!(content, "precious");
}

#[tokio::test]
async fn keys_of_openssl_are_accepted_and_a_public_one_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let list = async |first: &str, second: &str| {
        let (first, second) = (fixture(first), fixture(second));
        let files = format!("{},{}", first.display(), second.display());
        let arguments = [
            "keys",
            "list",
            "--secret-key",
            SECRET,
            "--signing-key-file",
            &files,
        ];
        run(folder.path(), &arguments).await
    };
    for (name, algorithm) in [
        ("p256", "ES256"),
        ("rsa2048", "RS256"),
        ("ed25519", "EdDSA"),
    ] {
        let private = format!("{name}.pem");
        let listed = list(&private, &format!("{name}.of_another.public.pem")).await;
        assert_eq!(listed.code, Some(0), "{listed:?}");
        let lines = listed.stdout.lines();
        let algorithms: Vec<_> = lines
            .map(|line| line.split_whitespace().nth(1).unwrap())
            .collect();
        assert_eq!(algorithms, ["ALGORITHM", algorithm, algorithm, "HS256"]);
        let odd = list(&private, "p384.public.pem").await;
        assert_eq!(odd.code, Some(1), "{odd:?}");
        let twice = list(&private, &format!("{name}.public.pem")).await;
        assert_eq!(twice.code, Some(1), "{twice:?}");
        assert!(twice.stderr.contains("is named already"), "{twice:?}");
    }
}

#[tokio::test]
async fn a_start_with_invalid_keys_names_the_file_and_repeats_none_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let ed25519 = text_of("ed25519.pem");
    for (text, complaint) in [
        (text_of("p384.pem"), "needs the curve P-256"),
        (text_of("rsa1024.pem"), "needs 2048 bits"),
        (text_of("ed25519.public.pem"), "must be a private key"),
        (text_of("sec1.pem"), "openssl pkcs8"),
        ("secret words".to_owned(), "is not one key in PEM"),
        (ed25519.replace("PRIVATE KEY", "CERTIFICATE"), "CERTIFICATE"),
        (ed25519[..60].to_owned(), "is not one key in PEM"),
        (text_of("p256.pem") + &ed25519, "is not one key in PEM"),
    ] {
        fs::write(folder.path().join("key.pem"), &text).unwrap();
        let outcome = run(folder.path(), &["--signing-key-file", "key.pem"]).await;
        assert_eq!(outcome.code, Some(1), "{complaint}: {outcome:?}");
        let stderr = &outcome.stderr;
        assert!(stderr.contains("SIGNING_KEY_FILE: key.pem"), "{outcome:?}");
        assert!(stderr.contains(complaint), "{complaint}: {outcome:?}");
        let secret = text.lines().nth(1).unwrap_or("secret words");
        assert!(!stderr.contains(secret), "{outcome:?}");
        let examined = run(folder.path(), &["doctor", "--signing-key-file", "key.pem"]).await;
        assert!(examined.stdout.contains("PROBLEM  keys"), "{examined:?}");
    }
    let outcome = run(folder.path(), &["--signing-key-file", "absent.pem"]).await;
    assert!(
        outcome.stderr.contains("absent.pem cannot be read"),
        "{outcome:?}"
    );
    let short = ["--secret-key", SECRET, "--secret-key-previous", "short"];
    let outcome = run(folder.path(), &short).await;
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(
        outcome.stderr.contains("SECRET_KEY_PREVIOUS must be"),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn the_secret_of_the_data_folder_is_listed_but_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = run(folder.path(), &["keys", "list"]).await;
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(outcome.stderr.contains("no secret yet"), "{outcome:?}");
    assert!(!folder.path().join("data").exists());
    drop(Node::start(folder.path(), &[]).await);
    let outcome = run(folder.path(), &["keys", "list"]).await;
    assert!(outcome.stdout.contains("HS256      signs"), "{outcome:?}");
}

#[tokio::test]
async fn empty_settings_of_keys_count_as_unset() {
    let folder = tempfile::tempdir().unwrap();
    let list = [
        "keys",
        "list",
        "--secret-key",
        SECRET,
        "--secret-key-previous=",
        "--signing-key-file=",
    ];
    let outcome = run(folder.path(), &list).await;
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(outcome.stdout.lines().count(), 2, "{outcome:?}");
}

#[tokio::test]
async fn a_key_that_everybody_can_read_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["keys", "generate", "key.pem"]).await;
    let file = folder.path().join("key.pem");
    let settings = ["--signing-key-file", file.to_str().unwrap()];
    let doctor = ["doctor", settings[0], settings[1]];
    let sound = run(folder.path(), &doctor).await;
    assert_eq!(sound.code, Some(0), "{sound:?}");

    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let outcome = run(folder.path(), &doctor).await;
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(outcome.stdout.contains("chmod 600 it"), "{outcome:?}");
    let node = Node::start(folder.path(), &settings).await;
    let log = node.stop().await.complete_output().await;
    let warning = |line: &&str| line.contains("WARN") && line.contains("chmod 600 it");
    assert_eq!(log.lines().filter(warning).count(), 1, "{log}");
}
