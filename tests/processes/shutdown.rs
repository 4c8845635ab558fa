//! SIGTERM: running requests may finish, no new ones begin, and nobody delays the end for ever.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::process::{Node, PATIENCE, until};
use crate::support::Person;

/// A request whose body the service is waiting for.
struct HalfSent {
    stream: TcpStream,
    body: String,
}

impl HalfSent {
    async fn login(address: SocketAddr, person: &Person) -> Self {
        let query =
            "mutation($input: LoginInput!) { login(input: $input) { token { accessToken } } }";
        let input = json!({ "identifier": person.username, "password": person.password });
        let body = json!({ "query": query, "variables": { "input": input } }).to_string();
        let head = format!(
            "POST /graphql HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
            body.len()
        );
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        // The service sends this when it begins to read the body, in the middle of a request.
        let mut go_on = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
        stream.read_exact(&mut go_on).await.unwrap();
        assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
        Self { stream, body }
    }

    /// Sends the body and reads until the service hangs up.
    async fn finish(mut self) -> String {
        self.stream.write_all(self.body.as_bytes()).await.unwrap();
        self.rest().await
    }

    async fn rest(&mut self) -> String {
        let mut rest = String::new();
        let _ = self.stream.read_to_string(&mut rest).await;
        rest
    }
}

async fn until_nobody_is_let_in(address: SocketAddr) {
    until(
        || "new connections are refused".to_owned(),
        async || TcpStream::connect(address).await.is_err().then_some(()),
    )
    .await;
}

#[tokio::test]
async fn a_request_that_runs_at_sigterm_is_answered_in_full_and_nothing_new_begins() {
    let folder = tempfile::tempdir().unwrap();
    let mut node = Node::start(folder.path(), &[]).await;
    let ada = node.verified("ada").await;
    let request = HalfSent::login(node.address, &ada.person).await;
    node.terminate();
    until_nobody_is_let_in(node.address).await;
    assert!(node.is_running());

    // The whole login is still to come: its statements, its hash, its session.
    let answer = request.finish().await;
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    let body: Value = serde_json::from_str(body).unwrap();
    let token = body["data"]["login"]["token"]["accessToken"].as_str();
    let token = token.unwrap_or_else(|| panic!("{body}")).to_owned();
    let status = node.exit().await;
    assert!(status.success(), "{status}; {}", node.log());

    let node = Node::start(folder.path(), &[]).await;
    let me = node.client().bearer(&token).me().await;
    assert_eq!(me.text("/me/username"), "ada", "what was answered was kept");
}

#[tokio::test]
async fn a_login_whose_hash_is_under_way_at_sigterm_is_answered_in_full() {
    let folder = tempfile::tempdir().unwrap();
    // A hash of these parameters takes most of a second.
    let slow = [
        "--hash-memory",
        "19456",
        "--hash-iterations",
        "60",
        "--log",
        "debug",
    ];
    let mut node = Node::start(folder.path(), &slow).await;
    let ada = Person::named("ada");
    node.client().register(&ada).await.data();
    let client = node.client();
    let login = tokio::spawn(async move { client.log_in(&ada).await });
    let reads_the_hash = |line: &str| line.contains("request{") && line.contains("SELECT users.id");
    until(
        || "the login has read the hash that it compares with".to_owned(),
        async || node.log().lines().any(reads_the_hash).then_some(()),
    )
    .await;
    node.terminate();
    let ada = login.await.unwrap();
    assert!(!ada.access_token.is_empty());
    let status = node.exit().await;
    assert!(status.success(), "{status}; {}", node.log());
    let log = node.log();
    let (_, after) = log.split_once("shutting down").unwrap();
    assert!(
        after.contains("answered"),
        "the login was done too soon:\n{log}"
    );
}

#[tokio::test]
async fn a_request_that_does_not_end_delays_the_shutdown_no_longer_than_the_grace_period() {
    let folder = tempfile::tempdir().unwrap();
    let settings = ["--shutdown-grace", "1s", "--request-timeout", "10m"];
    let mut node = Node::start(folder.path(), &settings).await;
    let ada = node.verified("ada").await;
    let mut request = HalfSent::login(node.address, &ada.person).await;
    let signalled_at = Instant::now();
    node.terminate();
    let status = node.exit().await;
    assert!(
        signalled_at.elapsed() >= Duration::from_millis(900),
        "the grace was not given"
    );
    assert!(signalled_at.elapsed() < PATIENCE);
    assert!(status.success(), "{status}; {}", node.log());
    assert!(node.log().contains("some requests did not finish in time"));
    assert_eq!(request.rest().await, "", "no half answer");
}

#[tokio::test]
async fn idle_connections_do_not_delay_the_shutdown() {
    let folder = tempfile::tempdir().unwrap();
    let mut node = Node::start(folder.path(), &["--shutdown-grace", "10m"]).await;
    let client = node.client();
    client.ask("{ __typename }").await.data(); // and its connection is kept
    let _silent = TcpStream::connect(node.address).await.unwrap();
    node.terminate();
    let status = node.exit().await;
    assert!(status.success(), "{status}; {}", node.log());
    drop(client);
}

#[tokio::test]
async fn ctrl_c_ends_the_service_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut node = Node::start(folder.path(), &[]).await;
    node.interrupt();
    let status = node.exit().await;
    assert!(status.success(), "{status}; {}", node.log());
}
