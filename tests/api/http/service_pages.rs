//! GraphiQL, the root page and the health checks.

use reqwest::Response;

use crate::support::TestApp;

async fn get(app: &TestApp, path: &str, accept: &str) -> Response {
    let request = reqwest::Client::new()
        .get(app.url(path))
        .header("accept", accept);
    request.send().await.unwrap()
}

#[tokio::test]
async fn a_browser_gets_graphiql_with_everything_from_this_host() {
    let app = TestApp::start().await;
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let response = get(&app, "/graphql", browser).await;
    assert_eq!(response.status(), 200);
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"));
    assert!(!policy.contains("http"), "{policy}");
    let page = response.text().await.unwrap();
    assert!(page.contains("Latchkey"), "{page}");
    for attribute in ["src=\"", "href=\""] {
        for target in page.split(attribute).skip(1) {
            let target = target.split('"').next().unwrap();
            let local = target.starts_with("graphiql/") || target.starts_with("data:");
            assert!(local, "{target} is not of this host");
            if target.starts_with("graphiql/") {
                let asset = get(&app, &format!("/{target}"), "*/*").await;
                assert_eq!(asset.status(), 200, "{target}");
                assert!(!asset.bytes().await.unwrap().is_empty());
            }
        }
    }
}

#[tokio::test]
async fn the_files_of_graphiql_are_sent_compressed_and_cached() {
    let app = TestApp::start().await;
    let url = app.url("/graphiql/graphiql.js");
    let http = reqwest::Client::new();
    let packed = http
        .get(&url)
        .header("accept-encoding", "gzip")
        .send()
        .await
        .unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    let tag = packed.headers()["etag"].clone();
    let size = packed.bytes().await.unwrap().len();
    let plain = http.get(&url).send().await.unwrap();
    assert!(plain.headers().get("content-encoding").is_none());
    assert!(plain.bytes().await.unwrap().len() > size);
    let again = http
        .get(&url)
        .header("if-none-match", tag)
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), 304);
    assert_eq!(get(&app, "/graphiql/nothing.js", "*/*").await.status(), 404);
    assert_eq!(
        get(&app, "/graphiql/..%2fCargo.toml", "*/*").await.status(),
        404
    );
}

#[tokio::test]
async fn the_root_redirects_to_the_api_and_other_paths_are_not_found() {
    let app = TestApp::start().await;
    let page = get(&app, "/", "text/html").await;
    assert_eq!(page.url().path(), "/graphql");
    assert_eq!(get(&app, "/nothing", "text/html").await.status(), 404);
}

#[tokio::test]
async fn a_healthy_service_is_live_and_ready() {
    let app = TestApp::start().await;
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(get(&app, path, "*/*").await.status(), 200, "{path}");
    }
}

#[tokio::test]
async fn without_its_migrations_or_its_database_a_service_is_live_but_not_ready() {
    let database = crate::support::TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    crate::support::sql::execute(&database.url, "DELETE FROM _sqlx_migrations").await;
    assert_eq!(get(&app, "/health/ready", "*/*").await.status(), 503);
    assert_eq!(get(&app, "/health/live", "*/*").await.status(), 200);
    app.store.close().await;
    assert_eq!(get(&app, "/health/ready", "*/*").await.status(), 503);
    assert_eq!(get(&app, "/health/live", "*/*").await.status(), 200);
    let answer = app.anonymous().try_log_in("ada", "whatever it is").await;
    assert_eq!(answer.code(), "UNAVAILABLE");
}
