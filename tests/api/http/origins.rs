//! Origins that may call from a browser, security headers, and features that can be turned off.

use reqwest::header::HeaderMap;
use reqwest::{Method, Response};

use crate::support::{TestApp, log};

const APP: &str = "https://app.example.com";

async fn send(app: &TestApp, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = reqwest::Client::new().request(method.clone(), app.url(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if method == Method::POST {
        request = request
            .header("content-type", "application/json")
            .body(r#"{"query":"{ __typename }"}"#);
    }
    request.send().await.unwrap()
}

fn preflight(origin: &str) -> [(&str, &str); 3] {
    [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        (
            "access-control-request-headers",
            // Also the headers that tracing and client libraries add.
            "content-type,authorization,x-device-id,traceparent,baggage,sentry-trace,x-of-their-own",
        ),
    ]
}

fn cors(headers: &HeaderMap) -> Vec<String> {
    let names = headers.keys().map(ToString::to_string);
    names
        .filter(|name| name.starts_with("access-control"))
        .collect()
}

#[tokio::test]
async fn no_other_site_may_call_unless_the_settings_name_it() {
    let app = TestApp::start().await;
    let preflighted = send(&app, Method::OPTIONS, "/graphql", &preflight(APP)).await;
    assert_eq!(preflighted.status(), 405);
    assert_eq!(cors(preflighted.headers()), [""; 0]);
    let answer = send(&app, Method::POST, "/graphql", &[("origin", APP)]).await;
    assert_eq!(cors(answer.headers()), [""; 0]);
}

#[tokio::test]
async fn a_site_that_is_named_may_call_and_its_neighbours_may_not() {
    let app = TestApp::start_with(&[
        "--cors-origins",
        "https://app.example.com, http://localhost:3000",
    ])
    .await;
    for origin in [APP, "http://localhost:3000"] {
        let preflighted = send(&app, Method::OPTIONS, "/graphql", &preflight(origin)).await;
        assert_eq!(preflighted.status(), 200, "{origin}");
        assert_eq!(preflighted.headers()["access-control-allow-origin"], origin);
        let allowed = preflighted.headers()["access-control-allow-headers"]
            .to_str()
            .unwrap();
        let (_, wanted) = preflight(origin)[2];
        assert_eq!(allowed, wanted, "{origin}");
        let answer = send(&app, Method::POST, "/graphql", &[("origin", origin)]).await;
        assert_eq!(answer.headers()["access-control-allow-origin"], origin);
        let exposed_headers = answer.headers()["access-control-expose-headers"]
            .to_str()
            .unwrap();
        assert!(exposed_headers.contains("retry-after"), "{exposed_headers}");
        assert!(
            answer.headers()["vary"]
                .to_str()
                .unwrap()
                .contains("origin")
        );
    }
    for origin in [
        "https://app.example.com.evil.example",
        "https://evil.example",
        "http://app.example.com",
        "https://app.example.com:8443",
        "null",
    ] {
        let preflighted = send(&app, Method::OPTIONS, "/graphql", &preflight(origin)).await;
        assert!(
            preflighted
                .headers()
                .get("access-control-allow-origin")
                .is_none(),
            "{origin}"
        );
        let answer = send(&app, Method::POST, "/graphql", &[("origin", origin)]).await;
        assert!(
            answer
                .headers()
                .get("access-control-allow-origin")
                .is_none(),
            "{origin}"
        );
    }
    // For an unknown path, the browser lets the page read that it is unknown.
    for method in [Method::OPTIONS, Method::POST] {
        let answer = send(&app, method.clone(), "/grapql", &preflight(APP)).await;
        assert_eq!(answer.headers()["access-control-allow-origin"], APP);
        if method == Method::POST {
            assert_eq!(answer.status(), 404);
        }
    }
    let answer = send(&app, Method::OPTIONS, "/grapql", &[]).await;
    assert_eq!(answer.status(), 404, "no page asks");
    let health = send(&app, Method::GET, "/health/live", &[("origin", APP)]).await;
    assert_eq!(cors(health.headers()), [""; 0], "no other path");
}

#[tokio::test]
async fn pages_of_apps_and_of_previews_may_call_and_those_that_look_like_them_may_not() {
    let app = TestApp::start_with(&[
        "--cors-origins",
        "capacitor://localhost,tauri://localhost,chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb,\
         https://*.preview.example.com,https://shop.example.com/",
    ])
    .await;
    let allowed = async |origin: &str| {
        let preflighted = send(&app, Method::OPTIONS, "/graphql", &preflight(origin)).await;
        let answer = send(&app, Method::POST, "/graphql", &[("origin", origin)]).await;
        let [preflighted, answer] = [preflighted, answer].map(|it| {
            let allowed = it.headers().get("access-control-allow-origin");
            allowed.map(|it| it.to_str().unwrap().to_owned())
        });
        assert_eq!(preflighted, answer, "{origin}");
        preflighted
    };
    for origin in [
        "capacitor://localhost",
        "tauri://localhost",
        "chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb",
        "https://feature-1.preview.example.com",
        "https://shop.example.com",
    ] {
        assert_eq!(allowed(origin).await.as_deref(), Some(origin));
    }
    for origin in [
        "capacitor://localhost.evil.example",
        "chrome-extension://bbpbdbdomjkkjkaonfhkkikfgjllcleb",
        "https://preview.example.com",
        "https://a.b.preview.example.com",
        "https://evil.com?.preview.example.com",
        "https://a.preview.example.com.evil.com",
        "https://a.preview.example.com:8443",
        "https://evil@a.preview.example.com",
        "https://a.preview.example.com.",
        "https://A.preview.example.com",
        "http://a.preview.example.com",
    ] {
        assert_eq!(allowed(origin).await, None, "{origin}");
    }
}

#[tokio::test]
async fn a_page_that_is_refused_is_logged_once_with_what_to_set() {
    let app = TestApp::start_with(&["--cors-origins", APP]).await;
    // All tests share the log: these lines are of this test.
    let refused =
        |name: &str| format!("https://{name}.{}", app.public_url().replace("http://", ""));
    let lines = |origin: &str| log::all(&[&format!("set CORS_ORIGINS={APP},{origin} ")]).len();
    let (one, other) = (refused("one"), refused("other"));
    for _ in 0..3 {
        send(&app, Method::OPTIONS, "/graphql", &preflight(&one)).await;
        send(&app, Method::POST, "/graphql", &[("origin", &one)]).await;
    }
    assert_eq!((lines(&one), lines(&other)), (1, 0));
    send(&app, Method::POST, "/graphql", &[("origin", &other)]).await;
    assert_eq!((lines(&one), lines(&other)), (1, 1));
    // Neither its own pages, nor allowed ones, nor origins that no browser sends.
    let own = app.public_url();
    let here = format!("http://{}", app.address);
    let odd = format!("{}/", refused("odd"));
    for origin in [own.as_str(), &here, APP, &odd, "nonsense"] {
        send(&app, Method::POST, "/graphql", &[("origin", origin)]).await;
        assert_eq!(lines(origin), 0, "{origin}");
    }
    // Made-up origins do not fill the log.
    for number in 0..200 {
        let origin = refused(&format!("n{number}"));
        send(&app, Method::POST, "/graphql", &[("origin", &origin)]).await;
    }
    let logged = (0..200).map(|number| lines(&refused(&format!("n{number}"))));
    assert_eq!(logged.sum::<usize>(), 98);
}

#[tokio::test]
async fn every_response_forbids_sniffing_framing_and_scripts() {
    let app = TestApp::start_with(&["--public-url", "http://localhost"]).await;
    for path in [
        "/graphql?query={__typename}",
        "/graphql",
        "/",
        "/nothing",
        "/health/live",
        "/health/ready",
        "/account/verify-email",
        "/account/account.js",
        "/account/nothing",
        "/mailbox",
        "/graphiql/graphiql.css",
    ] {
        for accept in ["text/html", "application/json"] {
            let answer = send(&app, Method::GET, path, &[("accept", accept)]).await;
            let headers = answer.headers();
            assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
            assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
            let policy = headers["content-security-policy"].to_str().unwrap();
            assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
            assert!(policy.contains("frame-ancestors"), "{path}: {policy}");
            assert!(policy.contains("base-uri 'none'"), "{path}: {policy}");
            for part in ["opener", "resource"] {
                let policy = format!("cross-origin-{part}-policy");
                assert_eq!(headers[&policy], "same-origin", "{path}");
            }
            assert!(!policy.contains("script-src 'unsafe"), "{path}: {policy}");
        }
    }
}

#[tokio::test]
async fn introspection_can_be_turned_off_and_then_nothing_is_suggested_either() {
    let misspelt = "{ sessionss { totalCount } }";
    let open = TestApp::start().await;
    open.anonymous()
        .ask("{ __schema { types { name } } }")
        .await
        .data();
    let hint = open.anonymous().ask(misspelt).await;
    assert!(
        hint.error()["message"]
            .as_str()
            .unwrap()
            .contains("Did you mean"),
        "{:#}",
        hint.body
    );

    let closed = TestApp::start_with(&["--introspection", "false"]).await;
    for query in [
        "{ __schema { types { name } } }",
        "{ a: __type(name: \"User\") { name } }",
        "{ ...F } fragment F on Query { ... { __schema { types { name } } } }",
        "mutation { __schema { types { name } } }",
    ] {
        let refused = closed.anonymous().ask(query).await;
        assert_eq!(refused.invalid_paths(), ["query"], "{query}");
        assert!(refused.body.get("data").is_none(), "{query}");
    }
    let hint = closed.anonymous().ask(misspelt).await;
    assert!(
        !hint.body.to_string().contains("Did you mean"),
        "{:#}",
        hint.body
    );
    closed.anonymous().ask("{ __typename }").await.data();
}

#[tokio::test]
async fn graphiql_can_be_turned_off() {
    let app = TestApp::start_with(&["--graphiql", "false"]).await;
    let page = send(&app, Method::GET, "/graphql", &[("accept", "text/html")]).await;
    assert_eq!(page.status(), 406);
    let asset = send(&app, Method::GET, "/graphiql/graphiql.js", &[]).await;
    assert_eq!(asset.status(), 404);
    app.anonymous().ask("{ __typename }").await.data();
}
