//! A server that refreshes for its browser, with the requests of the recipe in docs/refreshing-on-a-server.md.
//! `tests/guide/refreshing.mjs` runs the recipe itself.

use chrono::TimeDelta;
use serde_json::json;

use crate::session::cookies::verified;
use crate::session::refresh::assert_ended;
use crate::support::{Answer, Client, TestApp};

const HERE: &str = "https://app.example.com";
const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/129.0.0.0 Safari/537.36";
const ADDRESS: &str = "203.0.113.9";
const REFRESH: &str = "mutation { refresh(input: {}) { token { accessToken } session { id } } }";
const LOGIN: &str =
    "mutation($input: LoginInput!) { login(input: $input) { token { accessToken } } }";

async fn service() -> TestApp {
    TestApp::start_with(&["--public-url", HERE, "--trusted-proxies", "127.0.0.1"]).await
}

/// Returns the client of a script on the page, which names its device.
fn script(app: &TestApp) -> Client {
    server(app).header("x-device-id", "laptop")
}

/// Returns the client of the server, which forwards the headers of a page load.
fn server(app: &TestApp) -> Client {
    let client = app.anonymous().header("x-token-delivery", "cookie");
    let client = client.header("origin", HERE).header("user-agent", CHROME);
    client.header("x-forwarded-for", ADDRESS)
}

async fn refresh(client: Client, cookie: &str) -> Answer {
    client.header("cookie", cookie).ask(REFRESH).await
}

/// Returns the cookie as a browser sends it back.
fn cookie(answer: &Answer) -> String {
    answer.data();
    let line = answer.header("set-cookie").expect("a cookie is set");
    line.split(';').next().unwrap().to_owned()
}

/// Returns a user who has logged in on the page.
async fn signed_in(app: &TestApp) -> String {
    let ada = verified(app).await;
    let input = json!({ "identifier": ada.username, "password": ada.password });
    let answer = script(app).call(LOGIN, json!({ "input": input })).await;
    cookie(&answer)
}

async fn use_access_token(app: &TestApp, answer: &Answer) -> Answer {
    let token = answer.text("/refresh/token/accessToken");
    let query = "{ sessions { nodes { current ipAddress device { userAgent } } } }";
    app.anonymous().bearer(token).ask(query).await
}

#[tokio::test]
async fn a_server_and_a_script_take_turns_and_the_session_is_the_browsers() {
    let app = service().await;
    let mut held = signed_in(&app).await;
    for round in 0..6 {
        app.advance(TimeDelta::minutes(30));
        let sender = if round % 2 == 0 {
            server(&app)
        } else {
            script(&app)
        };
        let answer = refresh(sender, &held).await;
        held = cookie(&answer);
        let sessions = use_access_token(&app, &answer).await;
        let nodes = sessions.at("/sessions/nodes").as_array().unwrap();
        let current = nodes
            .iter()
            .find(|session| session["current"] == true)
            .unwrap();
        assert_eq!(current["ipAddress"], ADDRESS);
        assert_eq!(current["device"]["userAgent"], CHROME);
    }
}

#[tokio::test]
async fn a_page_that_never_reached_the_browser_signs_nobody_out() {
    let app = service().await;
    let held = signed_in(&app).await;
    // The visitor opens another page before the first has arrived.
    let lost = refresh(server(&app), &held).await;
    for (wait, sender) in [
        (TimeDelta::seconds(1), server(&app)),
        (TimeDelta::minutes(20), script(&app)),
        (TimeDelta::days(3), server(&app)),
    ] {
        app.advance(wait);
        let again = refresh(sender, &held).await;
        assert_eq!(cookie(&again), cookie(&lost));
    }
}

#[tokio::test]
async fn a_server_that_uses_the_new_access_token_first_may_sign_its_browser_out() {
    let app = service().await;
    let held = signed_in(&app).await;
    let lost = refresh(server(&app), &held).await;
    use_access_token(&app, &lost).await.data();
    app.advance(TimeDelta::seconds(11));
    let again = refresh(script(&app), &held).await;
    assert_ended(&again, "REFRESH_TOKEN_REUSED");
}

#[tokio::test]
async fn a_server_with_headers_of_its_own_is_another_client() {
    let app = service().await;
    let held = signed_in(&app).await;
    let own = server(&app).header("user-agent", "node");
    cookie(&refresh(own, &held).await);
    let again = refresh(script(&app), &held).await;
    assert_ended(&again, "REFRESH_TOKEN_REUSED");
}

/// Two tabs load a page. The first response is slow, and the browser keeps the last cookie.
#[tokio::test]
async fn a_late_page_load_puts_an_older_cookie_back_if_scripts_refresh_too() {
    let app = service().await;
    let held = signed_in(&app).await;
    let late = refresh(server(&app), &held).await;
    let page = refresh(server(&app), &held).await;
    let newest = refresh(script(&app), &cookie(&page)).await;
    use_access_token(&app, &newest).await.data();
    app.advance(TimeDelta::seconds(11));
    let next = refresh(server(&app), &cookie(&late)).await;
    assert_ended(&next, "REFRESH_TOKEN_REUSED");
}

#[tokio::test]
async fn a_late_page_load_does_no_harm_if_the_server_alone_refreshes() {
    let app = service().await;
    let mut held = signed_in(&app).await;
    for _ in 0..3 {
        let late = refresh(server(&app), &held).await;
        let page = refresh(server(&app), &held).await;
        use_access_token(&app, &page).await.data();
        assert_eq!(cookie(&late), cookie(&page));
        held = cookie(&late);
        app.advance(TimeDelta::minutes(30));
    }
}

#[tokio::test]
async fn a_server_that_keeps_the_cookie_to_itself_leaves_the_scripts_a_session() {
    let app = service().await;
    let mut held = signed_in(&app).await;
    for wait in [TimeDelta::seconds(1), TimeDelta::minutes(2)] {
        for _ in 0..2 {
            refresh(server(&app), &held).await.data();
        }
        app.advance(wait);
        let answer = refresh(script(&app), &held).await;
        use_access_token(&app, &answer).await.data();
        held = cookie(&answer);
        app.advance(TimeDelta::minutes(30));
    }
}
