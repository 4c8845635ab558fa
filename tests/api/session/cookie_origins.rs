//! The sites whose pages may use the cookie, and the addresses at which the service offers it.

use super::cookies::{HERE, LISTED, REFRESH, browser, log_in, pair, service, set_cookie, verified};
use crate::support::TestApp;

#[tokio::test]
async fn a_listed_site_may_use_cookies_and_its_browser_is_told_to_send_them() {
    let app = service().await;
    let ada = app.registered("ada").await;
    let answer = log_in(&browser(&app, LISTED), &ada).await;
    assert!(pair(&answer).contains("lkr_"));
    assert_eq!(answer.header("access-control-allow-origin"), Some(LISTED));
    assert_eq!(
        answer.header("access-control-allow-credentials"),
        Some("true")
    );
}

#[tokio::test]
async fn for_a_page_of_another_site_no_cookie_is_set_or_read() {
    let app = service().await;
    let ada = app.registered("ada").await;
    let theirs = log_in(&browser(&app, HERE), &ada).await;
    let plain = app.anonymous().header("x-token-delivery", "cookie");
    let foreign = |origin: &str| browser(&app, origin);
    for client in [
        plain,
        foreign("https://evil.example"),
        foreign("null"),
        foreign("http://auth.example.com"),
        foreign("https://auth.example.com:444"),
        foreign("https://auth.example.com.evil.example"),
        foreign("https://AUTH.example.com"),
        foreign(&app.url("")),
    ] {
        let client = client.header("cookie", &pair(&theirs));
        for answer in [client.ask(REFRESH).await, log_in(&client, &ada).await] {
            assert_eq!(answer.status, 403);
            assert_eq!(answer.code(), "VALIDATION_FAILED");
            assert_eq!(answer.invalid_paths(), ["headers.Origin"]);
            assert_eq!(answer.header("set-cookie"), None);
        }
    }
    // The refused requests did not change the session.
    let client = browser(&app, HERE).header("cookie", &pair(&theirs));
    client.ask(REFRESH).await.data();
}

#[tokio::test]
async fn a_pattern_of_origins_holds_for_cookies_too() {
    let settings = [
        "--public-url",
        HERE,
        "--cors-origins",
        "https://*.preview.example.com",
    ];
    let app = TestApp::start_with(&settings).await;
    let ada = verified(&app).await;
    let preview = "https://a.preview.example.com";
    let answer = log_in(&browser(&app, preview), &ada).await;
    assert!(set_cookie(&answer).starts_with("__Host-latchkey-refresh="));
    for origin in [
        "https://a.b.preview.example.com",
        "https://a.preview.example.com.evil.com",
        "https://evil.com?.preview.example.com",
        "https://a.preview.example.com:8443",
        "http://a.preview.example.com",
    ] {
        let answer = log_in(&browser(&app, origin), &ada).await;
        assert_eq!(answer.invalid_paths(), ["headers.Origin"], "{origin}");
    }
}

#[tokio::test]
async fn a_page_of_another_site_is_told_that_its_browser_would_not_keep_the_cookie() {
    let app = service().await;
    let ada = app.registered("ada").await;
    let client = browser(&app, LISTED).header("sec-fetch-site", "cross-site");
    let answer = log_in(&client, &ada).await;
    assert_eq!(answer.invalid_paths(), ["headers.Sec-Fetch-Site"]);
    assert_eq!(answer.header("set-cookie"), None);
    let client = browser(&app, LISTED).header("sec-fetch-site", "same-site");
    assert!(pair(&log_in(&client, &ada).await).contains("lkr_"));
}

#[tokio::test]
async fn on_loopback_the_cookie_is_plain_under_every_name_of_the_machine() {
    let app = TestApp::start_with(&["--public-url", "http://127.0.0.1:8000"]).await;
    let ada = app.registered("ada").await;
    let port = app.address.port();
    let by_name = format!("http://localhost:{port}");
    let ours = [
        (
            "http://127.0.0.1:8000".to_owned(),
            format!("127.0.0.1:{port}"),
        ),
        (by_name.clone(), format!("localhost:{port}")),
    ];
    for (origin, host) in &ours {
        let client = browser(&app, origin).header("host", host);
        let answer = log_in(&client, &ada).await;
        let cookie = set_cookie(&answer);
        assert!(cookie.starts_with("latchkey-refresh=lkr_"), "{cookie}");
        assert!(
            cookie.contains("HttpOnly") && !cookie.contains("Secure"),
            "{cookie}"
        );
        client
            .header("cookie", &pair(&answer))
            .ask(REFRESH)
            .await
            .data();
    }
    for (origin, host) in [
        ("http://rebound.example", "rebound.example"),
        (&*by_name, "127.0.0.1"),
        ("https://localhost", "localhost"),
    ] {
        let answer = log_in(&browser(&app, origin).header("host", host), &ada).await;
        assert_eq!(answer.invalid_paths(), ["headers.Origin"], "{origin}");
    }
}

#[tokio::test]
async fn over_a_network_without_https_there_are_no_cookies() {
    let url = "http://auth.example.com";
    let app = TestApp::start_with(&["--public-url", url]).await;
    let ada = app.registered("ada").await;
    let answer = log_in(&browser(&app, url), &ada).await;
    assert_eq!(answer.invalid_paths(), ["headers.X-Token-Delivery"]);
    assert_eq!(answer.header("set-cookie"), None);
}
