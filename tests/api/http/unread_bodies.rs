//! Responses that are sent before the body of their request is read, and their effect on the connection.

use bytes::Bytes;

use crate::support::{TestApp, Wire};

const LARGE: usize = 200_000;
const LIVE: &str = "GET /health/live HTTP/1.1\r\nHost: here\r\n\r\n";

/// Requests whose body is not read to its end, and the status of their responses.
const UNREAD: [(&str, &str, u16); 7] = [
    ("POST /graphql", "Content-Type: application/json", 413),
    ("POST /graphql", "Content-Type: text/plain", 415),
    (
        "POST /graphql",
        "Content-Type: application/json\r\nContent-Encoding: gzip",
        415,
    ),
    (
        "POST /graphql",
        "Content-Type: application/json\r\nHost: there",
        400,
    ),
    ("PUT /graphql", "Content-Type: application/json", 405),
    ("POST /account/verify-email", "X: y", 405),
    ("POST /nothing", "X: y", 404),
];

fn head(request: &str, headers: &str, length: usize) -> String {
    format!("{request} HTTP/1.1\r\nHost: here\r\n{headers}\r\nContent-Length: {length}\r\n\r\n")
}

/// A client with a pool that repeats no request: it reuses a connection unless the response says that it ends.
#[tokio::test]
async fn the_next_request_of_a_pooled_client_succeeds_after_a_large_body_was_refused() {
    let app = TestApp::start().await;
    let mut pooled = None;
    for round in 0..30 {
        let (content_type, status) = [("application/json", 413), ("text/plain", 415)][round % 2];
        let length = LARGE * (1 + round % 5);
        let headers = format!("Content-Type: {content_type}");
        for (bytes, status) in [
            (
                head("POST /graphql", &headers, length) + &"x".repeat(length),
                status,
            ),
            (LIVE.to_owned(), 200),
        ] {
            let mut wire = match pooled.take() {
                Some(wire) => wire,
                None => Wire::open(app.address).await,
            };
            wire.send(bytes).await;
            let answer = wire.answer().await;
            assert_eq!(answer.status(), status, "round {round}");
            pooled = Some(wire).filter(|_| !answer.says_close());
        }
    }
}

/// A client that reads only after it has sent everything still gets the response.
#[tokio::test]
async fn a_response_before_a_large_body_says_close_and_can_be_read_after_it() {
    let app = TestApp::start().await;
    for (request, headers, status) in UNREAD {
        let mut wire = Wire::open(app.address).await;
        wire.send(head(request, headers, 10 * LARGE)).await;
        wire.send("x".repeat(10 * LARGE)).await;
        let answer = wire.answer().await;
        assert_eq!(answer.status(), status, "{request} {headers}");
        assert!(answer.says_close(), "{}", answer.head);
        wire.until_closed().await;
    }
}

#[tokio::test]
async fn a_small_body_that_was_not_read_leaves_the_connection_usable() {
    let app = TestApp::start().await;
    let mut wire = Wire::open(app.address).await;
    for (request, headers, status) in UNREAD {
        if status == 413 {
            continue;
        }
        wire.send(head(request, headers, 10_000)).await;
        wire.send("x".repeat(10_000)).await;
        let answer = wire.answer().await;
        assert_eq!(answer.status(), status, "{request} {headers}");
        assert!(!answer.says_close(), "{}", answer.head);
        wire.send(LIVE).await;
        assert_eq!(wire.answer().await.status(), 200, "{request} {headers}");
    }
}

#[tokio::test]
async fn a_body_that_would_be_refused_is_not_asked_for() {
    let app = TestApp::start().await;
    let headers = "Content-Type: text/plain\r\nExpect: 100-continue";
    let mut wire = Wire::open(app.address).await;
    wire.send(head("POST /graphql", headers, 1_000)).await;
    let answer = wire.answer().await;
    assert_eq!(answer.status(), 415, "no 100 Continue");
    assert!(answer.says_close(), "{}", answer.head);
}

#[tokio::test]
async fn on_http2_a_large_body_that_is_refused_ends_only_its_stream() {
    let app = TestApp::start().await;
    let stream = tokio::net::TcpStream::connect(app.address).await.unwrap();
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    let driver = tokio::spawn(connection);
    for round in 0..30 {
        let mut client = client.clone().ready().await.unwrap();
        let request = http::Request::post(app.url("/graphql"))
            .header(
                "content-type",
                ["application/json", "text/plain"][round % 2],
            )
            .body(())
            .unwrap();
        let (answer, mut body) = client.send_request(request, false).unwrap();
        // The rest, which does not fit into the window, is never sent.
        body.send_data(Bytes::from(vec![b'x'; LARGE]), true)
            .unwrap();
        let status = answer.await.unwrap().status();
        assert_eq!(status, [413, 415][round % 2], "round {round}");
        let mut client = client.ready().await.unwrap();
        let live = http::Request::get(app.url("/health/live"))
            .body(())
            .unwrap();
        let (answer, _) = client.send_request(live, true).unwrap();
        assert_eq!(answer.await.unwrap().status(), 200, "round {round}");
    }
    drop(client);
    driver.await.unwrap().unwrap();
}
