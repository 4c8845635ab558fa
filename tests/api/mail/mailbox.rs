//! `/mailbox`: captured mail, only for this machine.

use reqwest::Response;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::TestApp;

async fn local() -> TestApp {
    // A service with a public name does not show its links.
    TestApp::start_with(&["--public-url", "http://localhost:8000"]).await
}

async fn get(app: &TestApp, path: &str) -> Response {
    reqwest::get(app.url(path)).await.unwrap()
}

#[tokio::test]
async fn each_mail_is_listed_and_shown_with_html_text_and_source() {
    let app = local().await;
    let empty = get(&app, "/mailbox").await.text().await.unwrap();
    assert!(!empty.contains("ada@example.com"));
    app.registered("ada").await;
    let list = get(&app, "/mailbox").await.text().await.unwrap();
    assert!(
        list.contains("ada@example.com") && list.contains("Verify your email address"),
        "{list}"
    );
    let (_, path) = list.split_once("href=\"mailbox/").unwrap();
    let id = path.split('"').next().unwrap();
    let mail = get(&app, &format!("/mailbox/{id}")).await;
    let policy = mail.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    assert_eq!(mail.headers()["referrer-policy"], "no-referrer");
    assert_eq!(mail.headers()["cache-control"], "no-store");
    let mail = mail.text().await.unwrap().replace("&#x2f;", "/");
    for part in [
        "<iframe",
        "sandbox=",
        "<pre",
        "Message-ID: ",
        "multipart/alternative",
        "/account/verify-email#token=lkm_",
    ] {
        assert!(mail.contains(part), "{part}: {mail}");
    }
    let html = get(&app, &format!("/mailbox/{id}/html")).await;
    let policy = html.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.starts_with("sandbox ") && !policy.contains("allow-scripts"),
        "{policy}"
    );
    let html = html.text().await.unwrap();
    assert!(
        html.contains("<base target=\"_blank\">") && html.contains("#token=lkm_"),
        "{html}"
    );
    let graphiql = reqwest::Client::new()
        .get(app.url("/graphql"))
        .header("accept", "text/html");
    let graphiql = graphiql.send().await.unwrap().text().await.unwrap();
    assert!(graphiql.contains(r#"data-mailbox="mailbox""#), "{graphiql}");
}

#[tokio::test]
async fn an_invalid_id_finds_no_mail() {
    let app = local().await;
    for id in [
        "01900000-0000-7000-8000-000000000000",
        "1",
        "..%2f..%2fetc",
        "%00",
        "x/html",
    ] {
        assert_eq!(
            get(&app, &format!("/mailbox/{id}")).await.status(),
            404,
            "{id}"
        );
    }
}

/// A web page can make its own name resolve to this machine, but it cannot change the Host header.
#[tokio::test]
async fn a_request_for_another_host_finds_no_mailbox() {
    let app = local().await;
    for (host, status) in [
        ("localhost:8000", 200),
        ("LOCALHOST", 200),
        ("127.0.0.1", 200),
        ("[::1]:8000", 200),
        ("evil.example", 404),
        ("127.0.0.1.evil.example", 404),
        ("localhost.evil.example:8000", 404),
        ("192.0.2.1", 404),
    ] {
        let request = reqwest::Client::new()
            .get(app.url("/mailbox"))
            .header("host", host);
        assert_eq!(request.send().await.unwrap().status(), status, "{host}");
    }
}

#[tokio::test]
async fn a_request_that_names_this_machine_and_another_finds_no_mailbox() {
    let app = local().await;
    let ask = async |head: &str| {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        let request = format!("{head}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer[..12].to_owned()
    };
    for (head, status) in [
        ("GET /mailbox HTTP/1.1\r\nHost: 127.0.0.1", "HTTP/1.1 200"),
        (
            "GET http://127.0.0.1/mailbox HTTP/1.1\r\nHost: evil.example",
            "HTTP/1.1 200",
        ),
        (
            "GET http://evil.example/mailbox HTTP/1.1\r\nHost: 127.0.0.1",
            "HTTP/1.1 404",
        ),
        (
            "GET /mailbox HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example",
            "HTTP/1.1 400",
        ),
        (
            "GET /mailbox HTTP/1.1\r\nHost: evil.example\r\nHost: 127.0.0.1",
            "HTTP/1.1 400",
        ),
    ] {
        assert_eq!(ask(head).await, status, "{head}");
    }
}

#[tokio::test]
async fn where_mail_is_sent_or_other_machines_may_call_there_is_no_mailbox() {
    for settings in [
        ["--public-url", "https://auth.example.com"],
        ["--smtp-url", "smtp://127.0.0.1:9"],
    ] {
        let app = TestApp::start_with(&settings).await;
        assert_eq!(get(&app, "/mailbox").await.status(), 404, "{settings:?}");
        let graphiql = reqwest::Client::new()
            .get(app.url("/graphql"))
            .header("accept", "text/html");
        let graphiql = graphiql.send().await.unwrap().text().await.unwrap();
        assert!(
            !graphiql.contains(r#"data-mailbox="mailbox""#),
            "{graphiql}"
        );
    }
}

/// A proxy on this machine could use the machine's own name, and show the mailbox to the world.
#[tokio::test]
async fn a_request_through_a_proxy_finds_no_mailbox() {
    let app = local().await;
    for header in [
        "forwarded",
        "via",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-real-ip",
    ] {
        let request = reqwest::Client::new()
            .get(app.url("/mailbox"))
            .header(header, "1");
        assert_eq!(request.send().await.unwrap().status(), 404, "{header}");
    }
    let settings = [
        "--public-url",
        "http://localhost",
        "--trusted-proxies",
        "10.0.0.0/8",
    ];
    let behind = TestApp::start_with(&settings).await;
    assert_eq!(get(&behind, "/mailbox").await.status(), 404);
}
