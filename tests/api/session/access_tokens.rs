//! Access tokens: forged, expired and missing ones.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::support::{self, SECRET, TestApp, noon};

/// Returns a token that is signed with HS256.
pub fn sign(header: &Value, claims: &Value, key: &[u8]) -> String {
    let encode = |part: &Value| BASE64_URL_SAFE_NO_PAD.encode(part.to_string());
    let message = format!("{}.{}", encode(header), encode(claims));
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message.as_bytes());
    format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(mac))
}

#[tokio::test]
async fn forged_and_malformed_tokens_are_refused() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let header = json!({ "typ": "at+jwt", "alg": "HS256" });
    let claims = support::claims(&ada.access_token);
    let key = SECRET.as_bytes();
    let with = |changes: Value| {
        let mut claims = claims.clone();
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        sign(&header, &claims, key)
    };
    let without = |name: &str| {
        let mut claims = claims.clone();
        claims.as_object_mut().unwrap().remove(name);
        sign(&header, &claims, key)
    };
    // The forger's signature is right: only the changes below are wrong.
    app.anonymous().bearer(&with(json!({}))).me().await.data();
    let none = sign(&json!({ "typ": "at+jwt", "alg": "none" }), &claims, key);
    let unsigned = format!("{}.", none.rsplit_once('.').unwrap().0);
    let mut altered = ada.access_token.clone();
    altered.replace_range(40..41, if &altered[40..41] == "A" { "B" } else { "A" });
    let nobody = "01900000-0000-7000-8000-000000000000";
    let tokens = [
        "garbage".to_owned(),
        "a.b.c".to_owned(),
        "..".to_owned(),
        ada.refresh_token.clone(),
        ada.access_token[..ada.access_token.len() - 2].to_owned(),
        altered,
        none,
        unsigned,
        sign(&header, &claims, b"another-secret-of-at-least-32-bytes!"),
        sign(&header, &claims, b""),
        sign(&json!({ "typ": "JWT", "alg": "HS256" }), &claims, key),
        sign(&json!({ "alg": "HS256" }), &claims, key),
        sign(&json!({ "typ": "at+jwt", "alg": "HS512" }), &claims, key),
        sign(&json!({ "typ": "at+jwt", "alg": "RS256" }), &claims, key),
        sign(
            &json!({ "typ": "at+jwt", "alg": "HS256", "kid": "../secret" }),
            &claims,
            key,
        ),
        sign(
            &json!({ "typ": "at+jwt", "alg": "HS256", "crit": ["b64"] }),
            &claims,
            key,
        ),
        with(json!({ "iat": claims["iat"].as_i64().unwrap() + 3600 })),
        with(json!({ "nbf": claims["iat"].as_i64().unwrap() + 3600 })),
        with(json!({ "aud": "somebody-else" })),
        with(json!({ "iss": "http://somebody.else" })),
        with(json!({ "exp": "9999999999" })),
        with(json!({ "exp": null })),
        with(json!({ "sid": "nonsense" })),
        with(json!({ "sid": nobody })),
        with(json!({ "gen": "1" })),
        without("exp"),
        without("aud"),
        without("iss"),
        without("sid"),
    ];
    for token in tokens {
        let answer = app.anonymous().bearer(&token).me().await;
        assert_eq!(answer.code(), "AUTH_UNAUTHENTICATED", "{token}");
        assert_eq!(
            answer.header("www-authenticate"),
            Some(r#"Bearer error="invalid_token""#)
        );
    }
}

#[tokio::test]
async fn a_token_that_names_another_users_session_is_refused() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let eve = app.verified("eve").await;
    let mut claims = support::claims(&eve.access_token);
    claims["sid"] = support::claims(&ada.access_token)["sid"].clone();
    let header = json!({ "typ": "at+jwt", "alg": "HS256" });
    let mixed = sign(&header, &claims, SECRET.as_bytes());
    let answer = app.anonymous().bearer(&mixed).me().await;
    assert_eq!(answer.code(), "AUTH_UNAUTHENTICATED");
}

#[tokio::test]
async fn an_expired_token_is_reported_as_expired() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    app.advance(chrono::TimeDelta::seconds(1799));
    ada.me().await.data();
    app.advance(chrono::TimeDelta::seconds(1));
    let answer = ada.me().await;
    assert_eq!(answer.code(), "AUTH_TOKEN_EXPIRED");
    assert_eq!(
        answer.header("www-authenticate"),
        Some(r#"Bearer error="invalid_token""#)
    );
    assert!(app.clock.now() > noon());
}

#[tokio::test]
async fn without_a_token_the_challenge_names_only_the_scheme() {
    let app = TestApp::start().await;
    let basic = app
        .anonymous()
        .header("authorization", "Basic YWRhOnNlY3JldA==");
    for client in [app.anonymous(), basic] {
        let answer = client.me().await;
        assert_eq!(answer.code(), "AUTH_UNAUTHENTICATED");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
}
