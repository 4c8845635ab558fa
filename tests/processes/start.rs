//! The first start, and later ones.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use chrono::DateTime;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::process::{Node, Process, latchkey, run, until};
use crate::support::Person;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_first_start_creates_a_private_folder_and_a_private_secret() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &[]).await;
    let data = folder.path().join("data");
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&data.join("secret")), 0o600);
    assert!(fs::read(data.join("secret")).unwrap().len() >= 43);
    let database = fs::read(data.join("latchkey.db")).unwrap();
    assert!(database.starts_with(b"SQLite format 3\0"));
    node.stop().await;
    assert_eq!(names_in(folder.path()), ["data"]);
    assert_eq!(names_in(&data), ["latchkey.db", "secret"]);
}

/// Returns the modes of the database and of the files that SQLite keeps beside it.
fn modes(data: &Path) -> Vec<u32> {
    let names = ["latchkey.db", "latchkey.db-wal", "latchkey.db-shm"];
    names.map(|name| mode(&data.join(name))).to_vec()
}

#[tokio::test]
async fn a_database_in_a_folder_that_others_can_read_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).unwrap();
    let mut node = Node::start(folder.path(), &[]).await;
    node.verified("ada").await;
    assert_eq!(modes(&data), [0o600; 3]);
    node.kill().await;

    // The files have the modes that earlier versions gave them.
    for name in ["latchkey.db", "latchkey.db-wal", "latchkey.db-shm"] {
        fs::set_permissions(data.join(name), fs::Permissions::from_mode(0o644)).unwrap();
    }
    let doctor = run(folder.path(), &["doctor"]).await;
    doctor.assert_problem(
        "database",
        &["latchkey.db can be read", "latchkey.db-wal", "chmod 600"],
    );
    assert_eq!(
        mode(&data.join("latchkey.db")),
        0o644,
        "the doctor changes nothing"
    );
    let node = Node::start(folder.path(), &[]).await;
    node.client().log_in(&Person::named("ada")).await;
    assert_eq!(modes(&data), [0o600; 3]);
    let log = node.stop().await.complete_output().await;
    assert!(log.contains("latchkey.db could be used by others"), "{log}");
    let doctor = run(folder.path(), &["doctor"]).await;
    assert_eq!(doctor.code, Some(0), "{doctor:?}");
}

#[tokio::test]
async fn a_start_says_where_the_api_and_graphiql_are() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &[]).await;
    let page = format!("GraphiQL: {}", node.url("/graphql"));
    until(
        || page.clone(),
        async || node.log().contains(&page).then_some(()),
    )
    .await;
    let page = reqwest::Client::new()
        .get(node.url("/graphql"))
        .header("accept", "text/html");
    let page = page.send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("<html"));
    assert_eq!(
        node.client()
            .ask("{ __typename }")
            .await
            .text("/__typename"),
        "Query"
    );
    assert_eq!(node.get("/health/live").await.0, 200);
    assert_eq!(node.get("/health/ready").await.0, 200);
}

#[tokio::test]
async fn a_service_whose_database_is_in_memory_serves_and_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        "--database-url",
        "sqlite::memory:",
        "--secret-key",
        "a-secret-of-a-service-in-memory-32",
    ];
    let node = Node::start(folder.path(), &settings).await;
    let ada = node.verified("ada").await.refreshed().await;
    assert_eq!(ada.me().await.text("/me/username"), "ada");
    node.stop().await;
    assert_eq!(names_in(folder.path()), Vec::<String>::new());
}

#[tokio::test]
async fn tokens_from_before_a_restart_still_work() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &[]).await;
    let ada = node.verified("ada").await;
    node.stop().await;
    let secret = fs::read(folder.path().join("data/secret")).unwrap();

    let node = Node::start(folder.path(), &[]).await;
    let after = fs::read(folder.path().join("data/secret")).unwrap();
    assert_eq!(secret, after);
    assert_eq!(node.client_of(&ada).me().await.text("/me/username"), "ada");
    node.client().refresh(&ada.refresh_token).await.data();
}

#[tokio::test]
async fn a_killed_service_starts_again_with_everything_it_had_promised() {
    let folder = tempfile::tempdir().unwrap();
    let mut node = Node::start(folder.path(), &[]).await;
    let ada = node.verified("ada").await;
    node.kill().await;

    let node = Node::start(folder.path(), &[]).await;
    assert_eq!(node.client_of(&ada).me().await.text("/me/username"), "ada");
}

#[tokio::test]
async fn a_setting_comes_from_the_environment_and_a_flag_overrides_it() {
    for (arguments, expected) in [(&[][..], 300), (&["--access-token-ttl", "10m"][..], 600)] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = latchkey(folder.path(), arguments);
        command.env("ACCESS_TOKEN_TTL", "5m");
        let node = Node::listening(Process::spawn(command)).await;
        let ada = node.verified("ada").await;
        let answer = node.client().refresh(&ada.refresh_token).await;
        assert_eq!(*answer.at("/refresh/token/expiresIn"), expected);
    }
}

#[tokio::test]
async fn the_json_log_has_one_object_per_line() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &["--log-format", "json"]).await;
    let log = node.stop().await.complete_output().await;
    assert!(log.lines().count() >= 3, "{log}");
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        assert!(line["fields"]["message"].is_string(), "{line}");
    }
}

/// A line that an attacker would like to add to the log.
const FORGED: &str = "2026-06-01T12:00:00.000000Z ERROR latchkey::security: forged";

/// Ways to begin a line, or to erase one.
const MARKS: [&str; 8] = [
    "\n",
    "\r",
    "\r\n",
    "\u{1b}[2K\u{1b}[1A",
    "\u{85}",
    "\u{9b}2K",
    "\u{2028}",
    "\u{202e}",
];

/// Requests that carry a text in every place that a client writes.
fn requests_with(text: &str) -> Vec<Vec<u8>> {
    let login = json!({
        "query": "mutation($name: String!) { login(input: { identifier: $name, password: \"wrong\" }) { session { id } } }",
        "operationName": null,
        "variables": { "name": "ada" },
    });
    let mut named = login.clone();
    named["variables"]["name"] = text.into();
    let mut operation = login.clone();
    operation["operationName"] = text.into();
    let post = |header: &str, body: &Value| {
        let body = body.to_string();
        let length = body.len();
        format!(
            "POST /graphql HTTP/1.1\r\nHost: here\r\nConnection: close\r\n{header}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    };
    let get =
        |path: &str| format!("GET /{path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
    let headers = [
        "User-Agent",
        "X-Device-Name",
        "X-Device-ID",
        "X-Device-Type",
        "X-Request-ID",
        "X-Forwarded-For",
        "Authorization",
        "Accept-Language",
        "Origin",
    ];
    let headers = headers.map(|name| post(&format!("{name}: x{text}"), &login));
    let bodies = [named, operation].map(|body| post("X-Device-Type: test", &body));
    let encoded: String = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let paths = [encoded, text.replace(' ', "%20")].map(|path| get(&path));
    let all = headers.into_iter().chain(bodies).chain(paths);
    all.map(String::into_bytes).collect()
}

async fn send(node: &Node, request: &[u8]) {
    let mut stream = TcpStream::connect(node.address).await.unwrap();
    // A request that is refused early may find the connection closed.
    let _ = stream.write_all(request).await;
    let _ = stream.read_to_end(&mut Vec::new()).await;
}

#[tokio::test]
async fn no_text_of_a_client_begins_or_erases_a_line_of_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &["--log", "info,latchkey=debug"]).await;
    node.verified("ada").await;
    for mark in MARKS {
        for request in requests_with(&format!("{mark}{FORGED}")) {
            send(&node, &request).await;
        }
    }
    let log = node.stop().await.complete_output().await;
    assert!(log.contains(FORGED), "some of it is logged: {log}");
    for line in log.lines() {
        let mut words = line.split_whitespace();
        let moment = DateTime::parse_from_rfc3339(words.next().unwrap_or_default());
        let level = words.next().unwrap_or_default();
        assert!(moment.is_ok(), "{line:?}");
        assert!(
            ["DEBUG", "INFO", "WARN", "ERROR"].contains(&level),
            "{line:?}"
        );
        assert!(!line.starts_with(FORGED), "{line:?}");
    }
    let wipes = |c: char| c != '\n' && (c.is_control() || "\u{2028}\u{202e}".contains(c));
    assert!(!log.contains(wipes), "{log:?}");
}
