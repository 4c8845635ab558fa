//! Request heads that are too large, or have no valid host.

use crate::support::{TestApp, Wire, WireAnswer};

async fn ask(app: &TestApp, bytes: &str) -> WireAnswer {
    let mut wire = Wire::open(app.address).await;
    wire.send(bytes).await;
    wire.answer().await
}

fn refused_part(answer: &WireAnswer) -> String {
    let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    let extensions = &body["errors"][0]["extensions"];
    assert_eq!(extensions["code"], "VALIDATION_FAILED", "{body}");
    extensions["fields"][0]["path"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_request_without_a_host_is_refused() {
    let app = TestApp::start().await;
    for path in ["/graphql?query={__typename}", "/health/live", "/nothing"] {
        let answer = ask(&app, &format!("GET {path} HTTP/1.1\r\n\r\n")).await;
        assert_eq!(answer.status(), 400, "{path}");
        assert_eq!(refused_part(&answer), "headers.Host");
    }
    // RFC 9112 section 3.2.2 demands the header even if the target has a host.
    let answer = ask(&app, "GET http://here/health/live HTTP/1.1\r\n\r\n").await;
    assert_eq!(answer.status(), 400);
    let older = ask(&app, "GET /health/live HTTP/1.0\r\n\r\n").await;
    assert_eq!(older.status(), 200, "HTTP/1.0 has no Host");
}

#[tokio::test]
async fn an_invalid_or_repeated_host_is_refused() {
    let app = TestApp::start().await;
    let with = |lines: &str| format!("GET /health/live HTTP/1.1\r\n{lines}\r\n\r\n");
    for lines in [
        "Host: ",
        "Host: here/there",
        "Host: here there",
        "Host: here:port",
        "Host: somebody@here",
        "Host: \"><script>",
        "Host: here, there",
        "Host: here\r\nHost: here",
        "Host: here\r\nHost: there",
    ] {
        let answer = ask(&app, &with(lines)).await;
        assert_eq!(answer.status(), 400, "{lines}");
        assert_eq!(refused_part(&answer), "headers.Host", "{lines}");
    }
    for host in [
        "here",
        "my_service:8000",
        "here:",
        "127.0.0.1",
        "[::1]:8000",
        "xn--bcher-kva.example.",
    ] {
        let answer = ask(&app, &with(&format!("Host: {host}"))).await;
        assert_eq!(answer.status(), 200, "{host}");
    }
}

#[tokio::test]
async fn a_head_of_130_kilobytes_is_refused_and_one_of_70_is_not() {
    let app = TestApp::start().await;
    let one = |length: usize| format!("X: {}", "y".repeat(length));
    let many =
        |length: usize| format!("X: {}\r\n", "y".repeat(1_000)).repeat(length / 1_000) + "Y: z";
    for (lines, status) in [
        (one(130_000), 431),
        (many(90_000), 431),
        (one(100_000), 431),
        (one(1_000_000), 431),
        (one(70_000), 200),
        (many(70_000), 200),
    ] {
        let request = format!("GET /health/live HTTP/1.1\r\nHost: here\r\n{lines}\r\n\r\n");
        let answer = ask(&app, &request).await;
        assert_eq!(answer.status(), status, "{} bytes", request.len());
    }
}

/// The response to a HEAD request that is refused before it reaches its route.
#[tokio::test]
async fn a_head_request_that_is_refused_over_http2_has_no_body() {
    let app = TestApp::start().await;
    let stream = tokio::net::TcpStream::connect(app.address).await.unwrap();
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    let driver = tokio::spawn(connection);
    let mut client = client.ready().await.unwrap();
    let request = http::Request::head(app.url("/health/live"))
        .header("host", "here")
        .header("host", "there")
        .body(())
        .unwrap();
    let (answer, _) = client.send_request(request, true).unwrap();
    let answer = answer.await.unwrap();
    assert_eq!(answer.status(), 400);
    let length = answer.headers()["content-length"].to_str().unwrap();
    assert!(length.parse::<usize>().unwrap() > 0);
    assert!(answer.into_body().data().await.is_none());
    drop(client);
    driver.await.unwrap().unwrap();
}
