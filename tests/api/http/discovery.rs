//! Discovery: an issuer leads to its keys, and a password manager to the page that changes a password.

use latchkey::service::{SigningAlgorithm, SigningKey};
use reqwest::redirect::Policy;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::support::TestApp;

const OPENID: &str = "/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server";

/// A service whose tokens a key pair signs.
async fn service(settings: &[&str]) -> TestApp {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.pem");
    let key = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
    std::fs::write(&file, key.expose_secret()).unwrap();
    let key = ["--signing-key-file", file.to_str().unwrap()];
    TestApp::start_with(&[&key, settings].concat()).await
}

async fn get(app: &TestApp, path: &str) -> (u16, String) {
    let response = reqwest::get(app.url(path)).await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn document(app: &TestApp, path: &str) -> Value {
    let (status, text) = get(app, path).await;
    assert_eq!(status, 200, "{path}: {text}");
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn the_issuer_of_a_token_leads_to_the_keys_that_verify_it() {
    let app = service(&[]).await;
    let configuration = document(&app, OPENID).await;
    let expected = json!({
        "issuer": app.public_url(),
        "jwks_uri": format!("{}/.well-known/jwks.json", app.public_url()),
        "response_types_supported": [],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "claims_supported": [
            "iss", "aud", "sub", "sid", "username", "auth_time", "amr", "gen", "iat", "exp", "jti", "org", "org_role",
        ],
    });
    assert_eq!(configuration, expected);
    assert_eq!(document(&app, OAUTH).await, expected);
    // Every claim of a token is in the list.
    let ada = app.verified("ada").await;
    let engines = ada.new_organization("Engines").await;
    let claims = crate::support::claims(&ada.switched_to(&engines).await.access_token);
    let named: Vec<_> = expected["claims_supported"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    for claim in claims.as_object().unwrap().keys() {
        assert!(named.contains(&&json!(claim)), "{claim}");
    }
    assert_eq!(claims["iss"], expected["issuer"]);
    let response = reqwest::get(app.url(OPENID)).await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.headers()["cache-control"], "public, max-age=300");
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
}

#[tokio::test]
async fn the_document_is_also_served_with_the_issuers_path_appended() {
    let app = service(&["--token-issuer", "https://example.com/auth/eu/"]).await;
    for well_known in [OPENID, OAUTH] {
        for path in ["", "/auth/eu", "/auth/eu/"] {
            let configuration = document(&app, &format!("{well_known}{path}")).await;
            assert_eq!(configuration["issuer"], "https://example.com/auth/eu/");
        }
        for path in ["/auth", "/auth/eu/more", "/other", "/"] {
            let (status, text) = get(&app, &format!("{well_known}{path}")).await;
            assert_eq!(status, 404, "{path}");
            assert!(!text.is_empty());
        }
    }
    let app = service(&[]).await;
    assert_eq!(get(&app, &format!("{OAUTH}/auth")).await.0, 404);
}

#[tokio::test]
async fn without_a_document_the_response_says_what_to_set() {
    let secret = TestApp::start().await;
    let nameless = service(&["--token-issuer", "latchkey"]).await;
    let odd = service(&["--token-issuer", "https://example.com/?a"]).await;
    for (app, setting) in [
        (&secret, "SIGNING_KEY_FILE"),
        (&nameless, "TOKEN_ISSUER"),
        (&odd, "TOKEN_ISSUER"),
    ] {
        for well_known in [OPENID, OAUTH] {
            let (status, text) = get(app, well_known).await;
            assert_eq!(status, 404);
            assert!(text.contains(setting), "{text}");
        }
    }
}

#[tokio::test]
async fn a_password_manager_is_redirected_to_the_page_that_changes_a_password() {
    let page = "https://app.example.com/settings?tab=password#change";
    let led = TestApp::start_with(&["--change-password-url", page]).await;
    let client = reqwest::Client::builder()
        .redirect(Policy::none())
        .build()
        .unwrap();
    let path = "/.well-known/change-password";
    let answer = client.get(led.url(path)).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    assert_eq!(answer.headers()["location"], page);
    let unset = TestApp::start().await;
    let (status, text) = get(&unset, path).await;
    assert_eq!(status, 404);
    assert!(text.contains("CHANGE_PASSWORD_URL"), "{text}");
    // Password managers use this path to recognise a site that answers 200 to everything.
    let odd = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200";
    assert_eq!(get(&led, odd).await.0, 404);
}
