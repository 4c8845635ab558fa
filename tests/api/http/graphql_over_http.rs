//! GraphQL over HTTP, beyond the audits of `graphql-http`.

use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::support::{Answer, PASSWORD, Person, TestApp};

const NEWER: &str = "application/graphql-response+json";

async fn send(request: RequestBuilder) -> Answer {
    Answer::read(request.send().await.unwrap()).await.unwrap()
}

fn request(app: &TestApp, method: Method, path: &str) -> RequestBuilder {
    reqwest::Client::new().request(method, app.url(path))
}

fn post(app: &TestApp) -> RequestBuilder {
    request(app, Method::POST, "/graphql")
}

#[tokio::test]
async fn a_form_cannot_send_a_mutation() {
    let app = TestApp::start().await;
    let body = json!({ "query": "mutation { logout { revokedSessions } }" }).to_string();
    for content_type in [
        None,
        Some("text/plain"),
        Some("text/plain; a=application/json"),
        Some("application/x-www-form-urlencoded"),
        Some("multipart/form-data; boundary=x"),
        Some("application/graphql"),
    ] {
        let mut request = post(&app).body(body.clone());
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let answer = send(request).await;
        assert_eq!(answer.status, 415, "{content_type:?}");
        assert_eq!(answer.invalid_paths(), ["body"]);
    }
    let link = "/graphql?query=mutation%20%7B%20logout%20%7B%20revokedSessions%20%7D%20%7D";
    let answer = send(request(&app, Method::GET, link)).await;
    assert_eq!(answer.status, 405);
    assert_eq!(answer.header("allow"), Some("POST"));
    assert_eq!(answer.code(), "VALIDATION_FAILED");
}

/// A browser bug lets another site send these without a preflight (GHSA-9q82-xgwf-vj6h).
#[tokio::test]
async fn a_get_with_the_content_type_of_a_form_is_refused_like_a_post() {
    let app = TestApp::start().await;
    let ask = |types: &[&str], method: Method| {
        let mut query = request(&app, method, "/graphql").query(&[("query", "{ __typename }")]);
        for content_type in types {
            query = query.header("content-type", *content_type);
        }
        query
    };
    for types in [
        &["text/plain"][..],
        &["application/x-www-form-urlencoded"],
        &["multipart/form-data; boundary=x"],
        &["message/rfc822"],
        &["application/graphql"],
        &["application/json; charset=utf-16"],
        &[""],
        &["application/json", "text/plain"],
    ] {
        let answer = send(ask(types, Method::GET)).await;
        assert_eq!(answer.status, 415, "{types:?}");
        assert_eq!(answer.invalid_paths(), ["headers.Content-Type"]);
        let head = ask(types, Method::HEAD).send().await.unwrap();
        assert_eq!(head.status(), 415, "{types:?}");
    }
    for types in [
        &[][..],
        &["application/json"],
        &["application/json; charset=utf-8"],
    ] {
        send(ask(types, Method::GET)).await.data();
    }
}

#[tokio::test]
async fn a_query_may_come_by_get() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let request = request(&app, Method::GET, "/graphql")
        .bearer_auth(&ada.access_token)
        .query(&[
            (
                "query",
                "query A($n: Int) { sessions(first: $n) { totalCount } } query B { __typename }",
            ),
            ("operationName", "A"),
            ("variables", r#"{ "n": 1 }"#),
        ]);
    assert_eq!(send(request).await.at("/sessions/totalCount"), 1);
}

#[tokio::test]
async fn methods_that_are_not_of_graphql_are_refused() {
    let app = TestApp::start().await;
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let answer = send(request(&app, method.clone(), "/graphql")).await;
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow"), Some("GET, HEAD, POST"));
        assert_eq!(answer.invalid_paths(), ["method"]);
    }
}

#[tokio::test]
async fn a_client_that_accepts_neither_media_type_is_refused() {
    let app = TestApp::start().await;
    let body = json!({ "query": "{ __typename }" });
    for accept in ["text/html", "image/*", "application/json;q=0"] {
        let answer = send(post(&app).header("accept", accept).json(&body)).await;
        assert_eq!(answer.status, 406, "{accept}");
        assert_eq!(answer.invalid_paths(), ["headers.Accept"]);
    }
}

#[tokio::test]
async fn only_with_the_newer_media_type_the_status_says_whether_the_request_was_valid() {
    let app = TestApp::start().await;
    for (query, newer) in [
        ("{ __typename }", 200),
        ("{ nonsense }", 400),
        ("{", 400),
        ("{ me { id } }", 200),
    ] {
        let body = json!({ "query": query });
        let answer = send(post(&app).header("accept", NEWER).json(&body)).await;
        assert_eq!(answer.status, newer, "{query}");
        assert_eq!(
            answer.header("content-type"),
            Some("application/graphql-response+json; charset=utf-8")
        );
        assert_eq!(answer.body.get("data").is_some(), newer == 200, "{query}");
        let answer = send(post(&app).header("accept", "application/json").json(&body)).await;
        assert_eq!(answer.status, 200, "{query}");
        assert_eq!(
            answer.header("content-type"),
            Some("application/json; charset=utf-8")
        );
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused_with_its_reason() {
    let app = TestApp::start().await;
    for (body, path, message) in [
        (&b"{ not json"[..], "body", "is not JSON"),
        (b"", "body", "is not JSON"),
        (b"\xff\xfe{}", "body", "is not UTF-8"),
        (b"{\"query\": \"\xff\"}", "body", "is not UTF-8"),
        (b"[{\"query\": \"{ __typename }\"}]", "body", "is a batch"),
        (b"42", "body", "is not a JSON object"),
        (b"{}", "query", "is missing"),
        (b"{\"query\": null}", "query", "is missing"),
        (b"{\"query\": 1}", "query", "must be a string"),
        (
            b"{\"query\": \"{a}\", \"operationName\": 1}",
            "operationName",
            "must be a string",
        ),
        (
            b"{\"query\": \"{a}\", \"variables\": []}",
            "variables",
            "must be an object",
        ),
        (
            b"{\"query\": \"{a}\", \"extensions\": 1}",
            "extensions",
            "must be an object",
        ),
    ] {
        let request = post(&app)
            .header("content-type", "application/json")
            .body(body.to_vec());
        let answer = send(request).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.invalid_paths(), [path]);
        assert!(
            answer.error()["message"]
                .as_str()
                .unwrap()
                .contains(message),
            "{}",
            answer.body
        );
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let app = TestApp::start().await;
    let json = |length: usize| {
        let fixed = r#"{"query":"{ __typename }","variables":{"x":""}}"#.len();
        json!({ "query": "{ __typename }", "variables": { "x": "x".repeat(length - fixed) } })
    };
    assert_eq!(send(post(&app).json(&json(65_536))).await.status, 200);
    let answer = send(post(&app).json(&json(65_537))).await;
    assert_eq!(answer.status, 413);
    assert_eq!(answer.invalid_paths(), ["body"]);
    let strict = TestApp::start_with(&["--max-body", "1000"]).await;
    let long = format!("/graphql?query=%7B__typename%7D&x={}", "x".repeat(1_000));
    let answer = send(request(&strict, Method::GET, &long)).await;
    assert_eq!(answer.status, 414);
}

#[tokio::test]
async fn a_compressed_body_is_refused_so_that_nothing_unpacks_to_more() {
    let app = TestApp::start().await;
    let request = post(&app)
        .header("content-encoding", "gzip")
        .json(&json!({ "query": "{ __typename }" }));
    assert_eq!(send(request).await.status, 415);
}

#[tokio::test]
async fn deeply_nested_variables_are_refused() {
    let app = TestApp::start().await;
    let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    let body = format!("{{\"query\": \"{{ __typename }}\", \"variables\": {{\"x\": {deep}}}}}");
    let answer = send(
        post(&app)
            .header("content-type", "application/json")
            .body(body),
    )
    .await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.invalid_paths(), ["body"]);
}

#[tokio::test]
async fn every_response_has_a_request_id_and_is_never_cached() {
    let app = TestApp::start().await;
    let first = app
        .anonymous()
        .header("x-request-id", "mine")
        .ask("{ __typename }")
        .await;
    let second = app.anonymous().ask("{ __typename }").await;
    let id = first.header("x-request-id").unwrap();
    assert_ne!(id, "mine");
    assert_ne!(id, second.header("x-request-id").unwrap());
    assert_eq!(first.header("cache-control"), Some("no-store"));
    assert_eq!(first.header("x-content-type-options"), Some("nosniff"));
}

/// URLs are in access logs, histories and Referer headers (RFC 9700 section 4.3.2).
#[tokio::test]
async fn a_token_in_the_url_authenticates_nobody() {
    const ME: &str = "{ me { id } }";
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let get = || request(&app, Method::GET, "/graphql").query(&[("query", ME)]);
    send(get().bearer_auth(&ada.access_token)).await.data();
    for name in [
        "access_token",
        "token",
        "bearer",
        "authorization",
        "Authorization",
    ] {
        for value in [
            ada.access_token.clone(),
            format!("Bearer {}", ada.access_token),
        ] {
            let link = [(name, value.as_str())];
            let body = json!({ "query": ME, name: value });
            for request in [get().query(&link), post(&app).query(&link).json(&body)] {
                let answer = send(request).await;
                assert_eq!(answer.code(), "AUTH_UNAUTHENTICATED", "{name}");
                assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{name}");
            }
        }
    }
}

/// A script that could make a browser send TRACE would read headers that it cannot read otherwise.
#[tokio::test]
async fn trace_is_refused_and_repeats_nothing() {
    let app = TestApp::start().await;
    for path in [
        "/graphql",
        "/",
        "/health/live",
        "/account/verify-email",
        "/.well-known/jwks.json",
        "/nothing",
    ] {
        let request = request(&app, Method::TRACE, path)
            .header("cookie", "latchkey-refresh=repeat-me")
            .bearer_auth("repeat-me");
        let response = request.send().await.unwrap();
        let expected = if path == "/nothing" { 404 } else { 405 };
        assert_eq!(response.status(), expected, "{path}");
        assert!(!format!("{:?}", response.headers()).contains("repeat-me"));
        let body = response.text().await.unwrap();
        assert!(!body.contains("repeat-me"), "{path}: {body}");
    }
}

#[tokio::test]
async fn no_response_sets_a_cookie_unless_the_request_asked_for_it() {
    let here = "https://auth.example.com";
    let app = TestApp::start_with(&["--public-url", here]).await;
    let ada = Person::named("ada");
    let page = app.anonymous().header("origin", here);
    let silent = page.clone().header("cookie", "__Host-latchkey-refresh=x");
    for client in [silent.clone(), silent.header("x-token-delivery", "body")] {
        let mut answers = vec![client.register(&ada).await];
        answers.push(client.try_log_in("ada", "not the password").await);
        let login = client.try_log_in("ada", PASSWORD).await;
        let token = login.text("/login/token/refreshToken");
        answers.push(client.refresh(token).await);
        answers.push(client.refresh("x").await);
        let signed_in = client.bearer(login.text("/login/token/accessToken"));
        answers.push(signed_in.me().await);
        let logout = "mutation { logout { revokedSessions } }";
        answers.push(signed_in.ask(logout).await);
        answers.push(login);
        for answer in answers {
            assert_eq!(answer.header("set-cookie"), None, "{:#}", answer.body);
        }
    }
    for path in [
        "/graphql",
        "/",
        "/health/live",
        "/account/verify-email",
        "/nothing",
    ] {
        let request = request(&app, Method::GET, path).header("accept", "text/html");
        let response = request.send().await.unwrap();
        assert!(!response.headers().contains_key("set-cookie"), "{path}");
    }
    let client = page.header("x-token-delivery", "cookie");
    let login = client.try_log_in("ada", PASSWORD).await;
    assert!(login.header("set-cookie").is_some());
}

/// Apollo Client and urql know the refusal by its message, Apollo's servers by its code, and older clients want a 200.
#[tokio::test]
async fn a_query_named_by_its_hash_is_refused_so_that_libraries_send_the_query() {
    let app = TestApp::start().await;
    let hash = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38";
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let text = extensions.to_string();
    let get = || request(&app, Method::GET, "/graphql").query(&[("extensions", &text)]);
    for accept in [
        "application/json",
        "application/graphql-response+json",
        "*/*",
    ] {
        let body = json!({ "extensions": extensions, "variables": {}, "operationName": null });
        let null = json!({ "extensions": extensions, "query": null });
        for request in [post(&app).json(&body), post(&app).json(&null), get()] {
            let refused = send(request.header("accept", accept)).await;
            assert_eq!(refused.status, 200, "{accept}");
            let expected = json!({ "errors": [{
                "message": "PersistedQueryNotSupported",
                "extensions": { "code": "PERSISTED_QUERY_NOT_SUPPORTED" },
            }] });
            assert_eq!(refused.body, expected, "{accept}");
        }
    }
    // A request with the query is executed.
    let whole = json!({ "query": "{ __typename }", "extensions": extensions });
    send(post(&app).json(&whole)).await.data();
    // A request without a hash has no query.
    for extensions in [
        json!({}),
        json!({ "persistedQuery": null }),
        json!({ "persistedQuery": 1 }),
    ] {
        let refused = send(post(&app).json(&json!({ "extensions": extensions }))).await;
        assert_eq!(refused.invalid_paths(), ["query"], "{extensions}");
    }
}
