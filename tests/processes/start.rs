//! The first start, and the ones after it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;

use crate::process::{Node, Process, latchkey, until};

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
async fn a_first_start_makes_its_folder_and_secret_for_their_owner_alone() {
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
async fn a_setting_comes_from_the_environment_and_a_flag_outdoes_it() {
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
async fn a_log_for_programs_is_one_json_object_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &["--log-format", "json"]).await;
    let log = node.stop().await.complete_output().await;
    assert!(log.lines().count() >= 3, "{log}");
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        assert!(line["fields"]["message"].is_string(), "{line}");
    }
}
