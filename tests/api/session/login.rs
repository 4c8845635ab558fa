//! `login`: a password becomes a session.

use serde_json::{Value, json};

use crate::support::{Client, PASSWORD, TestApp};

const DEVICE: &str = "mutation($input: LoginInput!) { login(input: $input) { session {
    status current ipAddress createdAt lastUsedAt expiresAt endedAt endReason
    device { id name type userAgent } } } }";

async fn log_in_from(client: Client) -> Value {
    let input = json!({ "identifier": "ada", "password": PASSWORD });
    let answer = client.call(DEVICE, json!({ "input": input })).await;
    answer.at("/login/session").clone()
}

#[tokio::test]
async fn a_user_logs_in_by_address_or_username_in_any_letter_case() {
    let app = TestApp::start().await;
    let ada = app.registered("Ada").await;
    for identifier in ["Ada@example.com", "ADA@EXAMPLE.COM", "ada", "ADA", "ａｄａ"] {
        app.anonymous()
            .try_log_in(identifier, &ada.password)
            .await
            .data();
    }
}

#[tokio::test]
async fn login_returns_tokens_a_session_and_the_user() {
    let app = TestApp::start().await;
    app.registered("ada").await;
    let query = "mutation($input: LoginInput!) { login(input: $input) {
        token { tokenType expiresIn refreshToken refreshExpiresAt } user { username emailVerified } } }";
    let input = json!({ "identifier": "ada", "password": PASSWORD });
    let answer = app.anonymous().call(query, json!({ "input": input })).await;
    let token = answer.at("/login/token");
    assert_eq!(token["tokenType"], "Bearer");
    assert_eq!(token["expiresIn"], 1800);
    assert_eq!(token["refreshExpiresAt"], "2026-07-01T12:00:00.000Z");
    assert!(token["refreshToken"].as_str().unwrap().starts_with("lkr_"));
    let user = json!({ "username": "ada", "emailVerified": false });
    assert_eq!(answer.at("/login/user"), &user);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_get_the_same_error() {
    let app = TestApp::start().await;
    app.registered("ada").await;
    let wrong = app.anonymous().try_log_in("ada", "not the password").await;
    assert_eq!(wrong.code(), "AUTH_INVALID_CREDENTIALS");
    let long = "a".repeat(10_000);
    for (identifier, password) in [
        ("ada@example.com", "not the password"),
        ("nobody", PASSWORD),
        ("nobody@example.com", PASSWORD),
        ("", ""),
        ("ada", ""),
        ("no such @ address", PASSWORD),
        ("ada\u{0}", PASSWORD),
        ("ada\u{200f}", PASSWORD),
        (&long, PASSWORD),
        ("ada", &long),
    ] {
        let answer = app.anonymous().try_log_in(identifier, password).await;
        assert_eq!(answer.body, wrong.body, "{identifier:?}");
        assert_eq!(answer.status, wrong.status);
    }
}

#[tokio::test]
async fn the_session_knows_its_device_and_address() {
    let app = TestApp::start().await;
    app.registered("ada").await;
    let client = app
        .anonymous()
        .header("x-device-id", "device-1")
        .header("x-device-name", "Adas Händy 📱")
        .header("x-device-type", "Mobile")
        .header("user-agent", "Test/1.0");
    let expected = json!({
        "status": "ACTIVE", "current": true, "ipAddress": "127.0.0.1",
        "createdAt": "2026-06-01T12:00:00.000Z", "lastUsedAt": "2026-06-01T12:00:00.000Z",
        "expiresAt": "2026-07-01T12:00:00.000Z", "endedAt": null, "endReason": null,
        "device": {
            "id": "device-1", "name": "Adas Händy 📱", "type": "mobile", "userAgent": "Test/1.0",
        },
    });
    assert_eq!(log_in_from(client).await, expected);
}

#[tokio::test]
async fn a_client_without_device_headers_is_unknown() {
    let app = TestApp::start().await;
    app.registered("ada").await;
    let session = log_in_from(app.anonymous().header("x-device-name", "")).await;
    let unknown = json!({ "id": null, "name": null, "type": "unknown", "userAgent": null });
    assert_eq!(session["device"], unknown);
}

#[tokio::test]
async fn a_long_user_agent_is_cut() {
    let app = TestApp::start().await;
    app.registered("ada").await;
    let session = log_in_from(app.anonymous().header("user-agent", &"x".repeat(4_000))).await;
    assert_eq!(session["device"]["userAgent"], "x".repeat(512));
}

#[tokio::test]
async fn an_invalid_device_id_is_refused_by_name() {
    let app = TestApp::start().await;
    app.registered("ada").await;
    for value in ["a".repeat(129), "two words".to_owned(), "é".to_owned()] {
        let client = app.anonymous().header("X-Device-ID", &value);
        let answer = client.try_log_in("ada", PASSWORD).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.invalid_paths(), ["headers.X-Device-ID"]);
    }
}

#[tokio::test]
async fn a_device_name_is_decoded_shortened_or_dropped_and_never_refused() {
    let app = TestApp::start().await;
    app.registered("ada").await;
    for (name, shown) in [
        (&b"J\xfcrgens iPhone"[..], json!("Jürgens iPhone")),
        ("Jürgens iPhone".as_bytes(), json!("Jürgens iPhone")),
        (b"J%C3%BCrgens%20%F0%9F%93%B1", json!("Jürgens 📱")),
        (b"100% mine", json!("100% mine")),
        (&[b'a'; 101], json!("a".repeat(100))),
        ("Ada\u{202e}\u{200b} phone".as_bytes(), json!("Ada phone")),
        (b"a\tb", json!("a b")),
        ("\u{e0041}".as_bytes(), Value::Null),
        (b"%0A%0D", Value::Null),
        (
            b"Ada%0D%0ABcc: eve@example.com",
            json!("Ada  Bcc: eve@example.com"),
        ),
        (b"a\xff\xfeb", json!("aÿþb")),
    ] {
        let session = log_in_from(app.anonymous().header_bytes("x-device-name", name)).await;
        assert_eq!(session["device"]["name"], shown);
    }
    for (kind, shown) in [
        (&b"Mobile Phone"[..], "mobile-phone"),
        (b"<b>", "b"),
        ("é".as_bytes(), "unknown"),
        (b"\xe9\xff", "unknown"),
        (&[b'x'; 33], &"x".repeat(32)),
        (b"{{7*7}}", "7-7"),
    ] {
        let session = log_in_from(app.anonymous().header_bytes("x-device-type", kind)).await;
        assert_eq!(session["device"]["type"], shown);
    }
}

#[tokio::test]
async fn a_forwarded_address_is_trusted_only_from_a_trusted_proxy() {
    let forwarded = |app: &TestApp| {
        app.anonymous()
            .header("x-forwarded-for", "6.6.6.6, 203.0.113.7")
    };
    let app = TestApp::start_with(&["--trusted-proxies", "127.0.0.0/8"]).await;
    app.registered("ada").await;
    assert_eq!(
        log_in_from(forwarded(&app)).await["ipAddress"],
        "203.0.113.7"
    );
    let app = TestApp::start().await;
    app.registered("ada").await;
    assert_eq!(log_in_from(forwarded(&app)).await["ipAddress"], "127.0.0.1");
}

#[tokio::test]
async fn a_login_that_would_wait_too_long_for_a_hash_is_refused() {
    let slow = [
        "--hash-max-wait",
        "1ms",
        "--hash-threads",
        "1",
        "--hash-memory",
        "8192",
    ];
    let app = TestApp::start_with(&slow).await;
    app.registered("ada").await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let client = app.anonymous();
        tasks.spawn(async move { client.try_log_in("ada", PASSWORD).await });
    }
    let answers = tasks.join_all().await;
    let (refused, done): (Vec<_>, Vec<_>) = answers
        .iter()
        .partition(|answer| answer.body.get("errors").is_some());
    assert!(!done.is_empty(), "the queue is open to somebody");
    assert!(!refused.is_empty(), "the queue is not open to everybody");
    for answer in refused {
        assert_eq!(answer.code(), "OVERLOADED");
        let seconds = answer.error()["extensions"]["retryAfter"].as_u64().unwrap();
        assert_eq!(
            answer.header("retry-after"),
            Some(seconds.to_string().as_str())
        );
        assert!(seconds >= 1);
    }
    // After the storm, everybody is served again.
    app.anonymous().try_log_in("ada", PASSWORD).await.data();
}

#[tokio::test]
async fn an_address_and_a_username_log_in_in_whichever_form_they_are_typed() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await.person;
    // With full-width letters and signs, as a Japanese keyboard has them, and an ideographic full stop.
    for typed in [
        "ＡＤＡ",
        "ａｄａ＠ｅｘａｍｐｌｅ．ｃｏｍ",
        "ada@example\u{3002}com",
    ] {
        let answer = app.anonymous().try_log_in(typed, &ada.password).await;
        assert!(answer.data()["login"].is_object(), "{typed}");
    }
}
