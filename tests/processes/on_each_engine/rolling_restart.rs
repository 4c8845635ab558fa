//! A rolling restart: nodes end one after the other, and no request fails.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::process::{Node, PATIENCE, Process, latchkey, until};
use crate::support::{SECRET, TestDatabase, Wire};

const LIVE: &str = "GET /health/live HTTP/1.1\r\nHost: here\r\n\r\n";

/// The nodes that a load balancer considers ready.
#[derive(Clone, Default)]
struct Balancer {
    ready: Arc<RwLock<Vec<SocketAddr>>>,
    is_over: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
}

impl Balancer {
    /// Returns the nodes in turn.
    fn pick(&self) -> SocketAddr {
        let ready = self.ready.read().unwrap();
        ready[self.answered.load(Ordering::Relaxed) % ready.len()]
    }

    fn set(&self, nodes: &[&Node]) {
        *self.ready.write().unwrap() = nodes.iter().map(|node| node.address).collect();
    }

    fn is_running(&self) -> bool {
        !self.is_over.load(Ordering::Relaxed)
    }

    fn count(&self) {
        self.answered.fetch_add(1, Ordering::Relaxed);
    }
}

/// Asks for `me` on HTTP/1.1: on a new connection each time, or on one as long as answers let it stay.
async fn ask_on_http1(balancer: Balancer, keeps: bool) {
    let mut kept_alive = None;
    let body = r#"{"query":"{ me { id } }"}"#;
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    while balancer.is_running() {
        let mut wire = match kept_alive.take() {
            Some(wire) => wire,
            None => Wire::open(balancer.pick()).await,
        };
        wire.send(&request).await;
        let answer = wire.answer().await;
        assert!(answer.body.contains("AUTH_UNAUTHENTICATED"), "{answer:?}");
        balancer.count();
        kept_alive = Some(wire).filter(|_| keeps && !answer.says_close());
    }
}

/// The same on HTTP/2, until a connection takes no more requests.
async fn ask_on_http2(balancer: Balancer) {
    while balancer.is_running() {
        let stream = TcpStream::connect(balancer.pick()).await.unwrap();
        let (client, connection) = h2::client::handshake(stream).await.unwrap();
        let driver = tokio::spawn(connection);
        let mut first = true;
        while balancer.is_running() {
            let request = http::Request::get("http://here/health/live")
                .body(())
                .unwrap();
            let Ok(mut client) = client.clone().ready().await else {
                break;
            };
            let Ok((answer, _)) = client.send_request(request, true) else {
                break; // The node said goodbye before this request was sent.
            };
            assert_eq!(answer.await.expect("an answer").status(), 200);
            balancer.count();
            first = false;
        }
        assert!(
            !first || !balancer.is_running(),
            "a new connection takes a request"
        );
        drop(client);
        let _ = driver.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_of_two_nodes_fails_no_request() {
    let database = TestDatabase::shared().await;
    let folder = tempfile::tempdir().unwrap();
    let start = async || {
        let arguments = [
            "--database-url",
            &database.url,
            "--secret-key",
            SECRET,
            "--shutdown-delay",
            "3s", // Long enough for a balancer on a busy machine.
        ];
        Node::listening(Process::spawn(latchkey(folder.path(), &arguments))).await
    };
    let (mut one, mut other) = (start().await, start().await);
    let balancer = Balancer::default();
    balancer.set(&[&one, &other]);
    let mut clients = JoinSet::new();
    for _ in 0..6 {
        clients.spawn(ask_on_http1(balancer.clone(), false));
        clients.spawn(ask_on_http1(balancer.clone(), true));
    }
    for _ in 0..2 {
        clients.spawn(ask_on_http2(balancer.clone()));
    }
    for _ in 0..2 {
        let before = balancer.answered.load(Ordering::Relaxed);
        until(
            || "the clients are busy".to_owned(),
            async || (balancer.answered.load(Ordering::Relaxed) > before + 200).then_some(()),
        )
        .await;
        one.terminate();
        until(
            || "the node says that it is not ready".to_owned(),
            async || (one.get("/health/ready").await.0 == 503).then_some(()),
        )
        .await;
        // Requests still come to the leaving node until the load balancer has noticed.
        let target = balancer.answered.load(Ordering::Relaxed) + 50;
        until(
            || "requests have come to a node that is not ready".to_owned(),
            async || (balancer.answered.load(Ordering::Relaxed) > target).then_some(()),
        )
        .await;
        balancer.set(&[&other]);
        assert!(one.exit().await.success(), "{}", one.log());
        assert!(!one.log().contains("did not finish"), "{}", one.log());
        one = start().await;
        balancer.set(&[&one, &other]);
        std::mem::swap(&mut one, &mut other);
    }
    balancer.is_over.store(true, Ordering::Relaxed);
    while let Some(client) = clients.join_next().await {
        client.expect("no request fails");
    }
}

#[tokio::test]
async fn while_a_node_leaves_its_responses_tell_clients_to_reconnect_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let mut node = Node::start(folder.path(), &["--shutdown-delay", "10m"]).await;
    let mut kept_alive = Wire::open(node.address).await;
    kept_alive.send(LIVE).await;
    assert!(!kept_alive.answer().await.says_close());
    node.terminate();
    until(
        || "the node says that it is not ready".to_owned(),
        async || (node.get("/health/ready").await.0 == 503).then_some(()),
    )
    .await;
    let (_, why) = node.get("/health/ready").await;
    assert_eq!(why, r#"{"status":"shutting down"}"#);

    // An open connection gets this with its next response, and a new one with its first.
    for mut wire in [kept_alive, Wire::open(node.address).await] {
        wire.send(LIVE).await;
        let answer = wire.answer().await;
        assert_eq!(answer.status(), 200);
        assert!(answer.says_close(), "{}", answer.head);
        wire.until_closed().await;
    }
    let stream = TcpStream::connect(node.address).await.unwrap();
    let (mut client, connection) = h2::client::handshake(stream).await.unwrap();
    let driver = tokio::spawn(connection);
    let live = http::Request::get("http://here/health/live")
        .body(())
        .unwrap();
    let (answer, _) = client.send_request(live, true).unwrap();
    assert_eq!(answer.await.unwrap().status(), 200);
    let goodbye = timeout(PATIENCE, driver).await.expect("GOAWAY").unwrap();
    goodbye.unwrap();
    assert!(node.is_running());

    // A second signal ends the wait, and everything else.
    node.terminate();
    node.exit().await;
}

#[tokio::test]
async fn ctrl_c_does_not_wait_for_load_balancers() {
    let folder = tempfile::tempdir().unwrap();
    let mut node = Node::start(folder.path(), &["--shutdown-delay", "10m"]).await;
    let signalled_at = Instant::now();
    node.interrupt();
    assert!(node.exit().await.success(), "{}", node.log());
    assert!(signalled_at.elapsed() < PATIENCE);
}

/// Waits until a node drains: it lets only running requests finish.
async fn until_it_drains(node: &Node) {
    let is_draining = || node.log().contains("what is running may finish");
    until(
        || "the node shuts down".to_owned(),
        async || is_draining().then_some(()),
    )
    .await;
}

#[tokio::test]
async fn a_second_signal_ends_the_process_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let settings = ["--shutdown-grace", "10m", "--request-timeout", "10m"];
    let mut node = Node::start(folder.path(), &settings).await;
    let mut running = TcpStream::connect(node.address).await.unwrap();
    begin_request(&mut running).await;
    node.interrupt();
    until_it_drains(&node).await;
    assert!(node.is_running());
    node.interrupt();
    let status = node.exit().await;
    assert!(
        !status.success(),
        "a shutdown that interrupts requests is no success"
    );
    assert!(node.log().contains("a second signal"), "{}", node.log());
}

/// The kernel resets the connections in the backlog when their listener closes.
#[tokio::test]
async fn connections_that_wait_to_be_accepted_at_sigterm_are_served() {
    const WAITING: usize = 300;
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &["--max-connections", "2"]).await;
    let mut taken = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(node.address).await.unwrap();
        begin_request(&mut stream).await;
        taken.push(stream);
    }
    let mut waiting = Vec::new();
    for _ in 0..WAITING {
        // A longer queue would not fit into the backlog.
        let connecting = timeout(PATIENCE, TcpStream::connect(node.address));
        let mut stream = connecting.await.expect("room in the backlog").unwrap();
        stream.write_all(LIVE.as_bytes()).await.unwrap();
        waiting.push(stream);
    }
    node.terminate();
    until_it_drains(&node).await;
    for mut stream in taken {
        stream.write_all(BODY.as_bytes()).await.unwrap();
    }
    for mut stream in waiting {
        let mut answer = String::new();
        let read = timeout(PATIENCE, stream.read_to_string(&mut answer)).await;
        read.expect("an answer in time").expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer:?}");
        assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    }
}

const BODY: &str = r#"{"query":"{ __typename }"}"#;

/// Sends the head of a request, and reads that the service waits for its body.
async fn begin_request(stream: &mut TcpStream) {
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        BODY.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
    timeout(Duration::from_secs(65), stream.read_exact(&mut go_on))
        .await
        .unwrap()
        .unwrap();
}
