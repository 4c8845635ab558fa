//! The keys that sign access tokens and refresh tokens, and their replacement without logging anybody out.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use latchkey::service::{SecretKey, SigningAlgorithm, SigningKey};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::support::{SECRET, SignedIn, TestApp, TestDatabase};

const NEW_SECRET: &str = "the-next-secret-of-at-least-32-bytes";

/// Writes a new key and returns its path.
fn key(folder: &Path, name: &str, algorithm: SigningAlgorithm) -> PathBuf {
    let path = folder.join(name);
    let key = SigningKey::generate(algorithm).unwrap();
    std::fs::write(&path, key.expose_secret()).unwrap();
    path
}

fn header(token: &str) -> Value {
    let header = token.split('.').next().unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap()
}

async fn jwks(app: &TestApp) -> Vec<Value> {
    let response = reqwest::get(app.url("/.well-known/jwks.json"))
        .await
        .unwrap();
    assert_eq!(
        response.headers()["content-type"],
        "application/jwk-set+json"
    );
    assert_eq!(response.headers()["cache-control"], "public, max-age=300");
    let set: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    set["keys"].as_array().unwrap().clone()
}

/// Presents somebody's tokens to another node of the same service.
fn shows(holder: &SignedIn, app: &TestApp) -> SignedIn {
    let client = app.anonymous().bearer(&holder.access_token);
    SignedIn {
        client,
        ..holder.clone()
    }
}

#[tokio::test]
async fn every_algorithm_signs_tokens_that_the_published_key_verifies() {
    for (algorithm, name, kind) in [
        (SigningAlgorithm::EdDsa, "EdDSA", "OKP"),
        (SigningAlgorithm::Es256, "ES256", "EC"),
        (SigningAlgorithm::Rs256, "RS256", "RSA"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let file = key(folder.path(), "key.pem", algorithm);
        let app = TestApp::start_with(&["--signing-key-file", file.to_str().unwrap()]).await;
        let ada = app.verified("ada").await;
        ada.me().await.data();
        let header = header(&ada.access_token);
        let keys = jwks(&app).await;
        assert_eq!(keys.len(), 1);
        assert_eq!(header["alg"], name);
        assert_eq!(header["typ"], "at+jwt");
        assert_eq!(header["kid"], keys[0]["kid"]);
        assert_eq!(keys[0]["kty"], kind);
        assert_eq!(keys[0]["alg"], name);
        assert_eq!(keys[0]["use"], "sig");
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(keys[0].get(private).is_none(), "{name} tells {private}");
        }
    }
}

#[tokio::test]
async fn without_key_files_the_secret_signs_and_nothing_is_published() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let header = header(&ada.access_token);
    assert_eq!(header["alg"], "HS256");
    assert!(header["kid"].is_string());
    assert!(jwks(&app).await.is_empty());
}

#[tokio::test]
async fn a_new_signing_key_takes_over_and_nobody_is_logged_out() {
    let folder = tempfile::tempdir().unwrap();
    let old = key(folder.path(), "old.pem", SigningAlgorithm::Rs256);
    let new = key(folder.path(), "new.pem", SigningAlgorithm::EdDsa);
    let (old, new) = (old.to_str().unwrap(), new.to_str().unwrap());
    let both = format!("{new},{old}");
    let database = TestDatabase::shared().await;
    let on = async |files: &str| {
        TestApp::start_on(
            &database,
            &["--signing-key-file", files, "--token-issuer", "us"],
        )
        .await
    };
    let secret_alone = TestApp::start_on(&database, &["--token-issuer", "us"]).await;
    let before = secret_alone.verified("ada").await;
    let first = on(old).await;
    shows(&before, &first).me().await.data();
    let ada = first.anonymous().log_in(&before.person).await;

    let second = on(&both).await;
    assert_eq!(
        jwks(&second).await.len(),
        2,
        "verifiers need the old one, too"
    );
    let there = shows(&ada, &second);
    there.me().await.data();
    let refreshed = there.refreshed().await;
    assert_eq!(header(&refreshed.access_token)["alg"], "EdDSA");
    refreshed.me().await.data();

    let third = on(new).await;
    shows(&refreshed, &third).me().await.data();
    let late = shows(&ada, &third);
    assert_eq!(late.me().await.code(), "AUTH_UNAUTHENTICATED");
}

#[tokio::test]
async fn a_new_secret_takes_over_and_nobody_is_logged_out_and_no_mail_is_lost() {
    let database = TestDatabase::shared().await;
    let on = async |settings: &[&str]| {
        TestApp::start_on(&database, &[settings, &["--token-issuer", "us"]].concat()).await
    };
    let first = on(&["--secret-key", SECRET]).await;
    let ada = first.verified("ada").await;
    let both = ["--secret-key", NEW_SECRET, "--secret-key-previous", SECRET];
    let second = on(&both).await;
    let there = shows(&ada, &second);
    there.me().await.data();
    let refreshed = there.refreshed().await;
    assert_ne!(header(&refreshed.access_token), header(&ada.access_token));
    let waiting = second.mail_to("ada@example.com").await;
    assert!(waiting[0].text.contains("#token="), "{waiting:?}");

    let third = on(&["--secret-key", NEW_SECRET]).await;
    let there = shows(&refreshed, &third);
    there.me().await.data();
    there.refreshed().await;
    let late = shows(&ada, &third);
    assert_eq!(late.me().await.code(), "AUTH_UNAUTHENTICATED");
    let answer = late.refresh(&ada.refresh_token).await;
    assert_eq!(answer.code(), "AUTH_REFRESH_TOKEN_INVALID");
}

#[tokio::test]
async fn an_authenticator_app_outlives_the_secret_that_sealed_it() {
    let database = TestDatabase::shared().await;
    let on = async |settings: &[&str]| {
        TestApp::start_on(&database, &[settings, &["--token-issuer", "us"]].concat()).await
    };
    let first = on(&["--secret-key", SECRET]).await;
    let ada = first.verified("ada").await;
    let phone = first.with_second_factor(&ada).await.phone;
    let second = on(&["--secret-key", NEW_SECRET, "--secret-key-previous", SECRET]).await;
    second.advance(TimeDelta::minutes(1));
    let code = phone.code_at(second.now());
    ada.log_in_with_code(&second.anonymous(), &code).await;
    second.second_factors.reseal().await.unwrap();
    let third = on(&["--secret-key", NEW_SECRET]).await;
    third.advance(TimeDelta::minutes(2));
    let code = phone.code_at(third.now());
    ada.log_in_with_code(&third.anonymous(), &code).await;
}

#[tokio::test]
async fn after_the_loss_of_the_secret_a_recovery_code_still_works() {
    let database = TestDatabase::shared().await;
    let first = TestApp::start_on(&database, &[]).await;
    let ada = first.verified("ada").await;
    let factors = first.with_second_factor(&ada).await;
    let lost = SecretKey::new(SECRET).unwrap().fingerprint().unwrap();
    let settings = ["--secret-key", NEW_SECRET, "--secret-key-discarded", &lost];
    let second = TestApp::start_on(&database, &settings).await;
    second.advance(TimeDelta::minutes(1));
    let client = second.anonymous();
    let challenge = client.challenge("ada", &ada.person.password).await;
    let code = json!({ "totpCode": factors.phone.code_at(second.now()) });
    let refused = client.complete_login(&challenge, code).await;
    assert_eq!(refused.code(), "AUTH_SECOND_FACTOR_INVALID");
    let code = json!({ "recoveryCode": factors.recovery_codes[0] });
    client.complete_login(&challenge, code).await.data();
}

#[tokio::test]
async fn nodes_with_the_next_secret_accept_the_tokens_of_a_node_that_already_uses_it() {
    let database = TestDatabase::shared().await;
    let on = async |settings: &[&str]| {
        TestApp::start_on(&database, &[settings, &["--token-issuer", "us"]].concat()).await
    };
    // All nodes get the next secret as the previous one before any of them uses it.
    let waiting = on(&["--secret-key", SECRET, "--secret-key-previous", NEW_SECRET]).await;
    let ahead = on(&["--secret-key", NEW_SECRET, "--secret-key-previous", SECRET]).await;
    let ada = ahead.verified("ada").await;
    let there = shows(&ada, &waiting);
    there.me().await.data();
    let back = shows(&there.refreshed().await, &ahead);
    back.me().await.data();
    back.refreshed().await;
}

#[tokio::test]
async fn the_first_key_pair_is_known_to_all_nodes_before_it_signs() {
    let folder = tempfile::tempdir().unwrap();
    let pair = key(folder.path(), "pair.pem", SigningAlgorithm::Es256);
    let pair = pair.to_str().unwrap();
    let both_keys = format!("SECRET_KEY, {pair}");
    let database = TestDatabase::shared().await;
    let on = async |files: &str| {
        let settings = ["--signing-key-file", files, "--token-issuer", "us"];
        TestApp::start_on(&database, &settings).await
    };
    let waiting = on(&both_keys).await;
    assert_eq!(jwks(&waiting).await.len(), 1);
    let ahead = on(pair).await;
    let ada = ahead.verified("ada").await;
    let there = shows(&ada, &waiting);
    there.me().await.data();
    let back = shows(&there.refreshed().await, &ahead);
    assert_eq!(header(&back.access_token)["alg"], "HS256");
    back.me().await.data();
}
