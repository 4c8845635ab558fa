//! Slow and idle connections, and more connections than are allowed.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::process::{Node, PATIENCE, until};

async fn connect(address: SocketAddr, words: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(words.as_bytes()).await.unwrap();
    stream
}

/// Reads until the service closes the connection.
async fn until_closed(mut stream: TcpStream) -> String {
    let mut rest = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
    // A reset also closes it.
    let _ = read.expect("the connection is closed");
    String::from_utf8_lossy(&rest).into_owned()
}

const LIVE: &str = "GET /health/live HTTP/1.1\r\nHost: here\r\n\r\n";

/// Reads the answer to [`LIVE`].
async fn answered(stream: &mut TcpStream) {
    let mut text = String::new();
    while !text.ends_with(r#"{"status":"live"}"#) {
        let mut bytes = [0; 1024];
        let count = stream.read(&mut bytes).await.unwrap();
        assert!(count > 0, "closed after {text:?}");
        text += std::str::from_utf8(&bytes[..count]).unwrap();
    }
}

#[tokio::test]
async fn a_connection_that_sends_no_request_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &["--header-timeout", "200ms"]).await;
    for words in [
        "",
        "G",
        "GET / HTTP/1.1\r\nHost: here\r\nX-Slow: ",
        "PRI * HTTP/2.0\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let stream = connect(node.address, words).await;
        until_closed(stream).await;
    }
}

#[tokio::test]
async fn a_request_head_that_arrives_too_slowly_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &["--header-timeout", "300ms"]).await;
    let mut stream = connect(node.address, "GET / HTTP/1.1\r\nX-Slow: ").await;
    let end = Instant::now() + PATIENCE;
    let mut byte = [0];
    loop {
        let _ = stream.write_all(b"z").await;
        let read = timeout(std::time::Duration::from_millis(20), stream.read(&mut byte)).await;
        if matches!(read, Ok(Ok(0) | Err(_))) {
            break;
        }
        assert!(Instant::now() < end, "the connection stays open");
    }
}

#[tokio::test]
async fn a_connection_is_kept_between_requests_and_closed_when_it_is_idle() {
    let folder = tempfile::tempdir().unwrap();
    let settings = ["--header-timeout", "10s", "--idle-timeout", "2s"];
    let node = Node::start(folder.path(), &settings).await;
    let mut stream = TcpStream::connect(node.address).await.unwrap();
    for _ in 0..3 {
        stream.write_all(LIVE.as_bytes()).await.unwrap();
        answered(&mut stream).await;
    }
    assert_eq!(until_closed(stream).await, "");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_answered_408() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &["--request-timeout", "200ms"]).await;
    let head = "POST /graphql HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n\
                Content-Length: 100\r\n\r\n{\"query\":";
    let answer = until_closed(connect(node.address, head).await).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("did not arrive in time"), "{answer}");
}

#[tokio::test]
async fn idle_connections_make_room_when_all_are_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let settings = ["--max-connections", "20", "--header-timeout", "1h"];
    let node = Node::start(folder.path(), &settings).await;
    let mut idlers = Vec::new();
    for _ in 0..40 {
        idlers.push(connect(node.address, "").await);
    }
    // Their time for a request is not over, but another client waits for a connection.
    let mut stream = connect(node.address, LIVE).await;
    timeout(PATIENCE, answered(&mut stream)).await.unwrap();
}

#[tokio::test]
async fn as_many_connections_as_are_allowed_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &["--max-connections", "2000"]).await;
    rlimit::increase_nofile_limit(4_096).unwrap(); // for our own ends of them
    let mut idlers = Vec::new();
    for _ in 0..1_900 {
        idlers.push(connect(node.address, LIVE).await);
    }
    for idler in &mut idlers {
        answered(idler).await;
    }
    assert_eq!(node.get("/health/live").await.0, 200);
    idlers[0].write_all(LIVE.as_bytes()).await.unwrap();
    answered(&mut idlers[0]).await;
    drop(idlers);
    until(
        || "the service answers on".to_owned(),
        async || (node.get("/health/ready").await.0 == 200).then_some(()),
    )
    .await;
}

#[tokio::test]
async fn large_bodies_that_do_not_end_leave_room_for_small_ones_and_are_bounded_together() {
    const LENGTH: usize = 60_000;
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &["--request-timeout", "5m"]).await;
    let head = |length: usize| {
        format!(
            "POST /graphql HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n"
        )
    };
    let almost_whole = head(LENGTH) + &" ".repeat(LENGTH - 1);
    let mut holders = Vec::new();
    // 32 MiB hold 600 of them.
    for _ in 0..600 {
        holders.push(connect(node.address, &almost_whole).await);
    }
    until(
        || "there is no room left".to_owned(),
        async || {
            let body = format!("{:<LENGTH$}", r#"{"query":"{ __typename }"}"#);
            let stream = connect(node.address, &(head(LENGTH) + &body)).await;
            let answer = first_line(stream).await;
            // Concurrent bodies may have refused each other, and left memory.
            holders.push(connect(node.address, &almost_whole).await);
            (answer == "HTTP/1.1 503 Service Unavailable").then_some(())
        },
    )
    .await;
    let small = r#"{"query":"{ __typename }"}"#;
    let stream = connect(node.address, &(head(small.len()) + small)).await;
    assert_eq!(first_line(stream).await, "HTTP/1.1 200 OK");
    drop(holders);
    until(
        || "there is room again".to_owned(),
        async || {
            let body = format!("{small:<LENGTH$}");
            let stream = connect(node.address, &(head(LENGTH) + &body)).await;
            (first_line(stream).await == "HTTP/1.1 200 OK").then_some(())
        },
    )
    .await;
}

async fn first_line(mut stream: TcpStream) -> String {
    let mut bytes = [0; 4096];
    let count = timeout(PATIENCE, stream.read(&mut bytes)).await;
    let text = String::from_utf8_lossy(&bytes[..count.unwrap().unwrap()]).into_owned();
    text.lines().next().unwrap_or_default().to_owned()
}
