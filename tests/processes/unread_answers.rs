//! Responses that nobody reads: they use bounded memory, and the connection of a client that reads nothing is closed.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use h2::RecvStream;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::{Instant, interval, timeout};

use crate::process::{Node, PATIENCE, until};
use crate::support::Wire;

/// A query of 300 bytes whose response has 700,000: the SDL, several times.
fn large() -> String {
    let copies = 700_000 / latchkey::graphql::sdl().len();
    let fields: String = (0..copies)
        .map(|n| format!("s{n}:_service{{sdl}} "))
        .collect();
    format!(r#"{{"query":"{{ {fields}}}"}}"#)
}

const SMALL: &str = r#"{"query":"{ __typename }"}"#;

fn post(body: &str) -> String {
    format!(
        "POST /graphql HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// An HTTP/2 connection whose streams have a window of this many bytes until their reader grants more.
struct Streams {
    client: h2::client::SendRequest<Bytes>,
    driver: JoinHandle<Result<(), h2::Error>>,
}

impl Streams {
    async fn open(address: SocketAddr, window: u32) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        let (client, connection) = h2::client::Builder::new()
            .initial_window_size(window)
            .handshake(stream)
            .await
            .unwrap();
        Self {
            client,
            driver: tokio::spawn(connection),
        }
    }

    /// Sends the query and reads the status. The body stays unread.
    async fn ask(&mut self, body: &str) -> (u16, RecvStream) {
        let mut client = self.client.clone().ready().await.unwrap();
        let request = http::Request::post("http://here/graphql")
            .header("content-type", "application/json")
            .body(())
            .unwrap();
        let (answer, mut sending) = client.send_request(request, false).unwrap();
        sending
            .send_data(Bytes::from(body.to_owned()), true)
            .unwrap();
        let answer = timeout(PATIENCE, answer).await.unwrap().unwrap();
        (answer.status().as_u16(), answer.into_body())
    }
}

#[tokio::test]
async fn an_http2_client_that_reads_nothing_is_disconnected() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &["--send-timeout", "300ms"]).await;
    let mut streams = Streams::open(node.address, 0).await;
    let (status, _unread) = streams.ask(&large()).await;
    assert_eq!(status, 200);
    let ended = timeout(PATIENCE, streams.driver).await;
    let _ = ended.expect("the connection is closed").unwrap();
    // Nobody else is disconnected.
    assert_eq!(node.get("/health/ready").await.0, 200);
}

/// Reads at a steady pace, slower than any buffer fills. Returns the bytes that arrived, and the error that ended it.
async fn read_slowly(mut body: RecvStream) -> (usize, Result<(), h2::Error>) {
    let mut pace = interval(Duration::from_millis(70));
    let mut received = 0;
    while let Some(piece) = timeout(PATIENCE, body.data()).await.expect("an end") {
        match piece {
            Ok(piece) => {
                received += piece.len();
                pace.tick().await;
                body.flow_control().release_capacity(piece.len()).unwrap();
            }
            Err(error) => return (received, Err(error)),
        }
    }
    (received, Ok(()))
}

/// A stream that is not read is noticed although another is read. The timeout leaves a slow machine the time to answer the
/// second request, and reading its response takes longer.
#[tokio::test]
async fn an_unread_stream_ends_its_connection_although_another_stream_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &["--send-timeout", "2s"]).await;
    let mut streams = Streams::open(node.address, 16_384).await;
    let (_, _unread) = streams.ask(&large()).await;
    let (_, read) = streams.ask(&large()).await;
    let (received, ended) = read_slowly(read).await;
    assert!(ended.is_err(), "all {received} bytes came");
}

#[tokio::test]
async fn http1_requests_whose_responses_are_not_read_are_not_answered_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &["--send-timeout", "300ms"]).await;
    // The requests exceed the buffers of the kernel.
    for request in [
        post(&large()),
        "GET /graphiql/graphiql.js HTTP/1.1\r\nHost: here\r\n\r\n".to_owned(),
    ] {
        let mut stream = TcpStream::connect(node.address).await.unwrap();
        let requests = request.repeat(100);
        let written = timeout(PATIENCE, stream.write_all(requests.as_bytes())).await;
        let _ = written.expect("the service reads, or hangs up");
        until(
            || "the connection is reset".to_owned(),
            async || stream.write_all(b"\r\n").await.is_err().then_some(()),
        )
        .await;
    }
}

/// This takes longer than a client that reads nothing may wait, and longer than a draining connection is kept.
#[tokio::test]
async fn a_slow_but_steady_client_gets_a_large_response_even_while_the_node_shuts_down() {
    let folder = tempfile::tempdir().unwrap();
    let settings = ["--send-timeout", "1s", "--shutdown-grace", "1m"];
    let mut node = Node::start(folder.path(), &settings).await;
    let mut streams = Streams::open(node.address, 16_384).await;
    let (status, body) = streams.ask(&large()).await;
    assert_eq!(status, 200);
    node.terminate();
    let began = Instant::now();
    let (received, ended) = read_slowly(body).await;
    ended.unwrap_or_else(|error| panic!("{error} after {received} bytes; {}", node.log()));
    assert!(received > 600_000, "{received} bytes");
    assert!(began.elapsed() > Duration::from_secs(2));
    assert!(node.exit().await.success(), "{}", node.log());
}

#[tokio::test]
async fn unread_responses_share_bounded_memory_and_leave_room_for_small_ones() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path(), &["--send-timeout", "10m"]).await;
    let (mut held, mut served) = (Vec::new(), 0);
    for _ in 0..2 {
        let mut streams = Streams::open(node.address, 0).await;
        for _ in 0..30 {
            let (status, body) = streams.ask(&large()).await;
            served += usize::from(status == 200);
            held.push(body);
        }
    }
    // 32 MiB hold 47, and the last places are kept for smaller ones.
    assert!((20..47).contains(&served), "{served} answers are held");
    let mut wire = Wire::open(node.address).await;
    wire.send(post(&large())).await;
    let answer = wire.answer().await;
    assert_eq!(answer.status(), 503);
    assert!(answer.body.contains("OVERLOADED"), "{}", answer.body);
    assert!(
        answer.head.contains("\r\nretry-after: 10\r\n"),
        "{}",
        answer.head
    );
    // Small responses use none of it, and neither do files in the binary.
    for request in [
        post(SMALL),
        "GET /account/account.js HTTP/1.1\r\nHost: here\r\n\r\n".to_owned(),
    ] {
        wire.send(request).await;
        assert_eq!(wire.answer().await.status(), 200);
    }
    drop(held);
    until(
        || "there is room again".to_owned(),
        async || {
            wire.send(post(&large())).await;
            (wire.answer().await.status() == 200).then_some(())
        },
    )
    .await;
}
