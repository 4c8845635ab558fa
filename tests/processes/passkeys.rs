//! The settings of passkeys, as the doctor explains them.

use std::path::Path;

use crate::process::{Outcome, latchkey, run_command};
use crate::settings::{assert_refused, node_with};
use crate::support::Person;
use crate::support::authenticator::Authenticator;
use crate::support::passkeys::PAGE;

/// Runs the doctor with these settings of passkeys, and no others.
async fn doctor(folder: &Path, variables: &[(&str, &str)]) -> Outcome {
    let mut command = latchkey(folder, &["doctor"]);
    command
        .env_remove("PASSKEY_RP_ID")
        .env_remove("PASSKEY_ORIGINS")
        .env("LISTEN", "127.0.0.1:8000")
        .envs(variables.iter().copied());
    run_command(command).await
}

/// Returns the lines about passkeys.
fn lines(outcome: &Outcome) -> Vec<&str> {
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let lines = outcome.stdout.lines();
    lines.filter(|line| line.contains(" passkeys ")).collect()
}

#[tokio::test]
async fn each_wrong_setting_says_what_to_write_at_the_start_and_to_the_doctor() {
    for (variable, value, words) in [
        ("PASSKEY_RP_ID", "https://example.com", "without a scheme"),
        (
            "PASSKEY_RP_ID",
            "example.com:443",
            "without a scheme and a port",
        ),
        ("PASSKEY_RP_ID", "192.0.2.1", "not an IP address"),
        ("PASSKEY_ORIGINS", "app.example.com", "such as https://"),
        (
            "PASSKEY_ORIGINS",
            "https://app.example.com/login",
            "without a path",
        ),
        (
            "PASSKEY_ORIGINS",
            "http://app.example.com",
            "begin with https://",
        ),
        (
            "PASSKEY_ORIGINS",
            "android:apk-key-hash:short",
            "for an app",
        ),
    ] {
        assert_refused(&[(variable, value)], &[variable, words]).await;
    }
}

#[tokio::test]
async fn the_doctor_says_on_which_pages_passkeys_work() {
    let auth = ("PUBLIC_URL", "https://auth.example.com");
    let app = "https://app.example.com, https://*.preview.example.com";
    for (variables, expected) in [
        (vec![], "of localhost, on http://localhost:8000"),
        (
            vec![("PUBLIC_URL", "http://localhost:5173")],
            "of localhost, on http://localhost:5173",
        ),
        (
            vec![auth],
            "of auth.example.com, on https://auth.example.com",
        ),
        (
            vec![
                auth,
                ("PASSKEY_RP_ID", "example.com"),
                ("CORS_ORIGINS", app),
            ],
            "of example.com, on https://auth.example.com, https://app.example.com",
        ),
        (
            vec![auth, ("PASSKEY_ORIGINS", "https://www.auth.example.com/")],
            "of auth.example.com, on https://www.auth.example.com",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let outcome = doctor(folder.path(), &variables).await;
        let lines = lines(&outcome);
        assert_eq!(lines.len(), 1, "{outcome:?}");
        assert!(
            lines[0].starts_with("ok ") && lines[0].ends_with(expected),
            "{outcome:?}"
        );
    }
}

#[tokio::test]
async fn the_doctor_warns_of_pages_on_which_browsers_refuse_passkeys() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [
        ("PUBLIC_URL", "https://auth.example.com"),
        (
            "CORS_ORIGINS",
            "https://app.example.org,https://evil-auth.example.com",
        ),
    ];
    let outcome = doctor(folder.path(), &variables).await;
    for origin in ["https://app.example.org", "https://evil-auth.example.com"] {
        let words = format!("browsers refuse passkeys of auth.example.com on {origin}, unless");
        assert!(outcome.stdout.contains(&words), "{outcome:?}");
    }
    let outcome = doctor(folder.path(), &[("PUBLIC_URL", "https://192.0.2.1")]).await;
    let words = "passkeys work on no page: browsers want https and a page of localhost";
    assert!(outcome.stdout.contains(words), "{outcome:?}");
}

#[tokio::test]
async fn the_doctor_counts_passkeys_that_were_registered_for_another_domain() {
    let folder = tempfile::tempdir().unwrap();
    let node = node_with(&folder, &[]).await;
    let person = Person::named("ada");
    node.client().register(&person).await.data();
    let token = node.token_of("verify_email", &person.email).await;
    node.client().verify(&token).await.data();
    let ada = node.client().log_in(&person).await;
    ada.add_passkey(&mut Authenticator::new(PAGE)).await;
    node.stop().await;
    let before = doctor(folder.path(), &[("PASSKEY_RP_ID", "example.com")]).await;
    assert!(!before.stdout.contains("another domain"), "{before:?}");
    let after = doctor(folder.path(), &[("PASSKEY_RP_ID", "example.org")]).await;
    let words = "1 were registered for another domain than example.org, and sign nobody in";
    assert!(
        lines(&after).iter().any(|line| line.contains(words)),
        "{after:?}"
    );
}
