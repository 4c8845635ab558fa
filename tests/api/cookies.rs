//! Refresh tokens in a cookie: out of scripts' reach, and out of other sites'.

use serde_json::json;

use crate::support::{Answer, Client, Person, TestApp};

const HERE: &str = "https://auth.example.com";
const LISTED: &str = "https://app.example.com";
const LOGIN: &str = "mutation($input: LoginInput!) { login(input: $input) { token { accessToken refreshToken } session { id } } }";
const REFRESH: &str = "mutation { refresh(input: {}) { token { accessToken refreshToken } } }";

async fn service() -> TestApp {
    TestApp::start_with(&["--public-url", HERE, "--cors-origins", LISTED]).await
}

pub async fn verified(app: &TestApp) -> Person {
    let ada = app.registered("ada").await;
    let mail = app.mail_to(&ada.email).await.remove(0);
    let (_, token) = mail.text.split_once("#token=").unwrap();
    let token = token.split_whitespace().next().unwrap();
    app.anonymous().verify(token).await.data();
    ada
}

fn browser(app: &TestApp, origin: &str) -> Client {
    let client = app.anonymous().header("origin", origin);
    client.header("x-token-delivery", "cookie")
}

async fn log_in(client: &Client, person: &Person) -> Answer {
    let input = json!({ "identifier": person.username, "password": person.password });
    client.call(LOGIN, json!({ "input": input })).await
}

fn set_cookie(answer: &Answer) -> &str {
    answer.header("set-cookie").expect("a cookie is set")
}

/// What a browser would send back.
fn pair(answer: &Answer) -> String {
    set_cookie(answer).split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn login_puts_the_refresh_token_into_a_cookie_and_into_no_body() {
    let app = service().await;
    let ada = app.registered("ada").await;
    let answer = log_in(&browser(&app, HERE), &ada).await;
    assert_eq!(answer.text("/login/token/refreshToken"), "");
    assert!(
        !answer.body.to_string().contains("lkr_"),
        "{:#}",
        answer.body
    );
    let (cookie, attributes) = set_cookie(&answer).split_once("; ").unwrap();
    assert!(
        cookie.starts_with("__Host-latchkey-refresh=lkr_"),
        "{cookie}"
    );
    let mut attributes: Vec<_> = attributes.split("; ").collect();
    attributes.sort_unstable();
    let month = 30 * 24 * 60 * 60;
    let expected = [
        "HttpOnly",
        &format!("Max-Age={month}"),
        "Path=/",
        "SameSite=Strict",
        "Secure",
    ];
    assert_eq!(attributes, expected);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn refresh_takes_the_token_from_the_cookie_and_sets_the_next() {
    let app = service().await;
    let ada = app.registered("ada").await;
    let first = log_in(&browser(&app, HERE), &ada).await;
    let client = browser(&app, HERE).header("cookie", &format!("theme=dark; {}", pair(&first)));
    let second = client.ask(REFRESH).await;
    assert_eq!(second.text("/refresh/token/refreshToken"), "");
    assert_ne!(pair(&second), pair(&first));
    let again = browser(&app, HERE).header("cookie", &pair(&second));
    again.ask(REFRESH).await.data();
}

#[tokio::test]
async fn a_token_in_the_input_moves_into_a_cookie() {
    let app = service().await;
    let ada = app.unverified("ada").await;
    let query =
        "mutation($t: String!) { refresh(input: { refreshToken: $t }) { token { refreshToken } } }";
    let client = browser(&app, HERE);
    let answer = client.call(query, json!({ "t": ada.refresh_token })).await;
    assert_eq!(answer.text("/refresh/token/refreshToken"), "");
    assert!(pair(&answer).contains("lkr_"));
}

#[tokio::test]
async fn a_listed_site_may_and_its_browser_is_told_to_send_cookies() {
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
async fn nobody_elses_page_gets_a_cookie_set_or_read() {
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
    // The session was not touched by any of it.
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
async fn without_the_header_a_cookie_is_neither_read_nor_set() {
    let app = service().await;
    let ada = app.registered("ada").await;
    let first = log_in(&browser(&app, HERE), &ada).await;
    for delivery in [None, Some("body")] {
        let client = app.anonymous().header("origin", HERE);
        let client = delivery.map_or(client.clone(), |it| client.header("x-token-delivery", it));
        let answer = client
            .clone()
            .header("cookie", &pair(&first))
            .ask(REFRESH)
            .await;
        assert_eq!(answer.code(), "AUTH_REFRESH_TOKEN_INVALID");
        let answer = log_in(&client, &ada).await;
        assert!(answer.text("/login/token/refreshToken").starts_with("lkr_"));
        assert_eq!(answer.header("set-cookie"), None);
    }
}

#[tokio::test]
async fn a_cookie_that_is_missing_doubtful_or_asked_for_in_other_words_is_refused() {
    let app = service().await;
    let ada = app.registered("ada").await;
    let first = log_in(&browser(&app, HERE), &ada).await;
    let answer = browser(&app, HERE).ask(REFRESH).await;
    assert_eq!(answer.code(), "AUTH_REFRESH_TOKEN_INVALID");
    let twice = format!("{}; {0}", pair(&first));
    let answer = browser(&app, HERE)
        .header("cookie", &twice)
        .ask(REFRESH)
        .await;
    assert_eq!(answer.invalid_paths(), ["headers.Cookie"]);
    // The name that a page of another host, or of plain http, could set.
    let tossed = pair(&first).replace("__Host-", "");
    let answer = browser(&app, HERE)
        .header("cookie", &tossed)
        .ask(REFRESH)
        .await;
    assert_eq!(answer.code(), "AUTH_REFRESH_TOKEN_INVALID");
    let client = app.anonymous().header("origin", HERE);
    let answer = log_in(&client.header("x-token-delivery", "jar"), &ada).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.invalid_paths(), ["headers.X-Token-Delivery"]);
}

fn is_gone(answer: &Answer) -> bool {
    let cookie = set_cookie(answer);
    cookie.starts_with("__Host-latchkey-refresh=;") && cookie.contains("Max-Age=0")
}

/// A browser that is logged in, and its session.
async fn signed_in(app: &TestApp, person: &Person) -> (Client, String) {
    let answer = log_in(&browser(app, HERE), person).await;
    let client = browser(app, HERE).header("cookie", &pair(&answer));
    let id = answer.text("/login/session/id").to_owned();
    (client.bearer(answer.text("/login/token/accessToken")), id)
}

#[tokio::test]
async fn the_cookie_goes_when_its_session_does() {
    let app = service().await;
    let ada = verified(&app).await;
    for query in [
        "mutation { logout { revokedSessions } }",
        "mutation { logout(input: { revokeAllSessions: true }) { revokedSessions } }",
        "mutation { logout(input: { sessionId: \"ID\" }) { revokedSessions } }",
        "mutation { revokeSession(input: { sessionId: \"ID\" }) { session { id } } }",
    ] {
        let (client, id) = signed_in(&app, &ada).await;
        let answer = client.ask(&query.replace("ID", &id)).await;
        answer.data();
        assert!(is_gone(&answer), "{query}");
        assert_eq!(client.ask(REFRESH).await.code(), "AUTH_SESSION_ENDED");
    }
    let (client, _) = signed_in(&app, &ada).await;
    let answer = client.delete_account(&ada.password).await;
    answer.data();
    assert!(is_gone(&answer));
}

#[tokio::test]
async fn the_cookie_of_another_session_is_left_alone() {
    let app = service().await;
    let ada = verified(&app).await;
    let bob = app.registered("bob").await;
    let (client, _) = signed_in(&app, &ada).await;
    let (_, other) = signed_in(&app, &ada).await;
    let revoke = format!(
        "mutation {{ revokeSession(input: {{ sessionId: \"{other}\" }}) {{ session {{ id }} }} }}"
    );
    let answer = client.ask(&revoke).await;
    answer.data();
    assert_eq!(answer.header("set-cookie"), None);
    // Bob logged in beside, in another tab: the cookie is his by now.
    let bobs = log_in(&browser(&app, HERE), &bob).await;
    let beside = client.clone().header("cookie", &pair(&bobs));
    let answer = beside.ask("mutation { logout { revokedSessions } }").await;
    answer.data();
    assert_eq!(answer.header("set-cookie"), None);
    // Nor does a refresh that fails take it: it may be answered after a login.
    for token in ["lkr_nonsense", ""] {
        let query = format!(
            "mutation {{ refresh(input: {{ refreshToken: \"{token}\" }}) {{ session {{ id }} }} }}"
        );
        let client = if token.is_empty() { &client } else { &beside };
        let answer = client.ask(&query).await;
        answer.error();
        assert_eq!(answer.header("set-cookie"), None, "{token}");
    }
    beside.ask(REFRESH).await.data();
    // A login and a logout of the session before, in one operation: the new one's cookie stays.
    let (client, _) = signed_in(&app, &ada).await;
    let both =
        "mutation($i: LoginInput!) { login(input: $i) { user { id } } logout { revokedSessions } }";
    let input = json!({ "identifier": ada.username, "password": ada.password });
    let answer = client.call(both, json!({ "i": input })).await;
    answer.data();
    assert!(pair(&answer).contains("lkr_"));
}

#[tokio::test]
async fn other_cookies_may_hold_anything() {
    let app = service().await;
    let ada = app.registered("ada").await;
    let first = log_in(&browser(&app, HERE), &ada).await;
    for cookie in [
        format!("name=André; {}; theme=\"dark", pair(&first)),
        format!("=; ;; =x; {}", pair(&first)),
    ] {
        let client = browser(&app, HERE).header("cookie", &cookie);
        client.ask(REFRESH).await.data();
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
async fn a_machine_that_talks_to_itself_gets_a_plain_cookie_by_any_of_its_names() {
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

#[tokio::test]
async fn same_site_is_a_setting() {
    let settings = ["--public-url", HERE, "--cookie-same-site", "lax"];
    let app = TestApp::start_with(&settings).await;
    let ada = app.registered("ada").await;
    let answer = log_in(&browser(&app, HERE), &ada).await;
    assert!(set_cookie(&answer).contains("SameSite=Lax"));
}

#[tokio::test]
async fn queries_by_url_mind_neither_header_nor_cookie() {
    let app = service().await;
    let url = app.url("/graphql?query={passwordPolicy{minLength}}");
    let request = reqwest::Client::new()
        .get(url)
        .header("x-token-delivery", "cookie");
    assert_eq!(request.send().await.unwrap().status(), 200);
}
