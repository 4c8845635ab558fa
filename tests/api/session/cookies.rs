//! Refresh tokens in a cookie, out of reach of scripts and of other sites.

use serde_json::json;

use crate::support::{Answer, Client, Person, TestApp};

pub const HERE: &str = "https://auth.example.com";
pub const LISTED: &str = "https://app.example.com";
const LOGIN: &str = "mutation($input: LoginInput!) { login(input: $input) { token { accessToken refreshToken } session { id } } }";
pub const REFRESH: &str = "mutation { refresh(input: {}) { token { accessToken refreshToken } } }";
const REFRESH_WITH: &str = "mutation($input: RefreshInput!) { refresh(input: $input) { token { accessToken refreshToken } } }";

pub async fn service() -> TestApp {
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

pub fn browser(app: &TestApp, origin: &str) -> Client {
    let client = app.anonymous().header("origin", origin);
    client.header("x-token-delivery", "cookie")
}

pub async fn log_in(client: &Client, person: &Person) -> Answer {
    let input = json!({ "identifier": person.username, "password": person.password });
    client.call(LOGIN, json!({ "input": input })).await
}

pub fn set_cookie(answer: &Answer) -> &str {
    answer.header("set-cookie").expect("a cookie is set")
}

/// Returns the cookie as a browser sends it back.
pub fn pair(answer: &Answer) -> String {
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
async fn a_token_that_is_omitted_null_or_empty_is_read_from_the_cookie() {
    let app = service().await;
    let ada = app.registered("ada").await;
    let mut cookie = pair(&log_in(&browser(&app, HERE), &ada).await);
    for input in [
        json!({}),
        json!({ "refreshToken": null }),
        json!({ "refreshToken": "" }),
    ] {
        let client = browser(&app, HERE).header("cookie", &cookie);
        let answer = client.call(REFRESH_WITH, json!({ "input": input })).await;
        assert_eq!(answer.text("/refresh/token/refreshToken"), "");
        assert_ne!(pair(&answer), cookie);
        cookie = pair(&answer);

        let without = browser(&app, HERE);
        let answer = without.call(REFRESH_WITH, json!({ "input": input })).await;
        assert_eq!(answer.code(), "AUTH_REFRESH_TOKEN_INVALID", "{input}");
    }
}

#[tokio::test]
async fn without_a_cookie_a_missing_token_is_reported() {
    let app = service().await;
    for input in [json!({}), json!({ "refreshToken": null })] {
        let answer = app
            .anonymous()
            .call(REFRESH_WITH, json!({ "input": input }))
            .await;
        assert_eq!(answer.invalid_paths(), ["input.refreshToken"], "{input}");
        assert_eq!(
            answer.error()["message"],
            "The refresh token is required, unless a cookie has it and the request says \
             X-Token-Delivery: cookie."
        );
    }
    let empty = json!({ "input": { "refreshToken": "" } });
    let answer = app.anonymous().call(REFRESH_WITH, empty).await;
    assert_eq!(answer.code(), "AUTH_REFRESH_TOKEN_INVALID");
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
async fn without_the_header_a_cookie_is_neither_read_nor_set() {
    let app = service().await;
    let ada = app.registered("ada").await;
    let first = log_in(&browser(&app, HERE), &ada).await;
    for delivery in [None, Some("body")] {
        let client = app.anonymous().header("origin", HERE);
        let client = delivery.map_or(client.clone(), |value| {
            client.header("x-token-delivery", value)
        });
        let answer = client
            .clone()
            .header("cookie", &pair(&first))
            .ask(REFRESH)
            .await;
        assert_eq!(answer.invalid_paths(), ["input.refreshToken"]);
        let answer = log_in(&client, &ada).await;
        assert!(answer.text("/login/token/refreshToken").starts_with("lkr_"));
        assert_eq!(answer.header("set-cookie"), None);
    }
}

#[tokio::test]
async fn a_cookie_that_is_missing_repeated_renamed_or_requested_with_another_value_is_refused() {
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
    // A page of another host, or one on plain http, could set a cookie of this name.
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
async fn the_cookie_is_cleared_when_its_session_ends() {
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
    // Bob has logged in in another tab, so the cookie is his.
    let bobs = log_in(&browser(&app, HERE), &bob).await;
    let beside = client.clone().header("cookie", &pair(&bobs));
    let answer = beside.ask("mutation { logout { revokedSessions } }").await;
    answer.data();
    assert_eq!(answer.header("set-cookie"), None);
    // A failed refresh does not clear it either: its response may arrive after that of a login.
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
    // A login, and a logout of the earlier session, in one operation: the new cookie stays.
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
async fn same_site_is_a_setting() {
    let settings = ["--public-url", HERE, "--cookie-same-site", "lax"];
    let app = TestApp::start_with(&settings).await;
    let ada = app.registered("ada").await;
    let answer = log_in(&browser(&app, HERE), &ada).await;
    assert!(set_cookie(&answer).contains("SameSite=Lax"));
}

#[tokio::test]
async fn queries_by_url_ignore_the_header_and_the_cookie() {
    let app = service().await;
    let url = app.url("/graphql?query={passwordPolicy{minLength}}");
    let request = reqwest::Client::new()
        .get(url)
        .header("x-token-delivery", "cookie");
    assert_eq!(request.send().await.unwrap().status(), 200);
}
