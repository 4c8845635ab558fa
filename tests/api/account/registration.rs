//! `register`: a user, their organization and their ownership of it, or nothing.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::support::{PASSWORD, Person, TestApp};

const REGISTER: &str = "mutation($input: RegisterInput!) { register(input: $input) { user {
    id email emailVerified username displayName createdAt updatedAt
    memberships { role joinedAt user { username } organization { name slug } } } } }";

fn input(changes: &Value) -> Value {
    let mut input = json!({ "email": "ada@example.com", "username": "ada", "password": PASSWORD });
    for (name, value) in changes.as_object().unwrap() {
        input[name] = value.clone();
    }
    json!({ "input": input })
}

#[tokio::test]
async fn registering_makes_a_user_who_owns_an_organization() {
    let app = TestApp::start().await;
    let changes =
        json!({ "displayName": "Ada Lovelace", "organizationName": "Analytical Engines" });
    let answer = app.anonymous().call(REGISTER, input(&changes)).await;
    let user = answer.at("/register/user");
    assert_eq!(user["email"], "ada@example.com");
    assert_eq!(user["username"], "ada");
    assert_eq!(user["displayName"], "Ada Lovelace");
    assert_eq!(user["emailVerified"], false);
    assert_eq!(user["createdAt"], "2026-06-01T12:00:00.000Z");
    assert_eq!(user["updatedAt"], user["createdAt"]);
    let membership = &user["memberships"][0];
    assert_eq!(membership["role"], "OWNER");
    assert_eq!(membership["user"]["username"], "ada");
    assert_eq!(membership["organization"]["name"], "Analytical Engines");
    assert_eq!(membership["organization"]["slug"], "analytical-engines");
    assert_eq!(user["memberships"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_organization_without_a_name_is_called_after_its_owner() {
    let app = TestApp::start().await;
    let answer = app
        .anonymous()
        .call(REGISTER, input(&json!({ "displayName": "Ada L." })))
        .await;
    let organization = answer.at("/register/user/memberships/0/organization");
    assert_eq!(organization["name"], "Ada L.'s organization");
    assert_eq!(organization["slug"], "ada-l-s-organization");
}

#[tokio::test]
async fn an_organization_without_a_name_is_called_in_the_language_of_the_registration() {
    let app = TestApp::start().await;
    for (username, language, name) in [
        ("ada", "de", "Organisation von ada"),
        ("bob", "de-AT, en;q=0.5", "Organisation von bob"),
        ("eve", "en-GB, de;q=0.5", "eve's organization"),
        ("kim", "tlh", "kim's organization"),
    ] {
        let client = app.anonymous().header("accept-language", language);
        let changes = json!({ "username": username, "email": format!("{username}@example.com") });
        let answer = client.call(REGISTER, input(&changes)).await;
        let organization = answer.at("/register/user/memberships/0/organization");
        assert_eq!(organization["name"], name, "{language}");
    }
}

#[tokio::test]
async fn organizations_of_one_name_get_slugs_of_their_own() {
    let app = TestApp::start().await;
    let mut slugs = HashSet::new();
    for name in ["ada", "bob", "eve"] {
        let changes = json!({
            "email": format!("{name}@example.com"), "username": name, "organizationName": "Acme",
        });
        let answer = app.anonymous().call(REGISTER, input(&changes)).await;
        let slug = answer.text("/register/user/memberships/0/organization/slug");
        assert!(slug.starts_with("acme"), "{slug}");
        slugs.insert(slug.to_owned());
    }
    assert_eq!(slugs.len(), 3);
}

#[tokio::test]
async fn a_taken_address_is_refused_in_every_spelling() {
    let app = TestApp::start().await;
    app.registered("ada").await;
    for email in ["ada@example.com", "ADA@Example.COM", "ａｄａ@example.com"] {
        let changes = json!({ "email": email, "username": "another" });
        let answer = app.anonymous().call(REGISTER, input(&changes)).await;
        assert_eq!(answer.code(), "AUTH_EMAIL_EXISTS", "{email}");
        assert_eq!(answer.body["data"], Value::Null);
    }
}

#[tokio::test]
async fn a_taken_username_is_refused_in_every_spelling() {
    let app = TestApp::start().await;
    app.registered("ada").await;
    for username in ["ada", "ADA", "ａｄａ"] {
        let changes = json!({ "email": "other@example.com", "username": username });
        let answer = app.anonymous().call(REGISTER, input(&changes)).await;
        assert_eq!(answer.code(), "AUTH_USERNAME_EXISTS", "{username}");
    }
}

#[tokio::test]
async fn a_refused_registration_leaves_nothing_behind() {
    let app = TestApp::start().await;
    app.registered("ada").await;
    let changes = json!({ "username": "grace", "organizationName": "Acme" });
    let refused = app.anonymous().call(REGISTER, input(&changes)).await;
    assert_eq!(refused.code(), "AUTH_EMAIL_EXISTS");
    // The username and the slug are free, and nobody was mailed.
    let changes = json!({
        "email": "grace@example.com", "username": "grace", "organizationName": "Acme",
    });
    let answer = app.anonymous().call(REGISTER, input(&changes)).await;
    assert_eq!(
        answer.text("/register/user/memberships/0/organization/slug"),
        "acme"
    );
    assert_eq!(app.mailed_tokens("ada@example.com").len(), 1);
}

#[tokio::test]
async fn sixty_four_registrations_of_one_address_make_one_user() {
    let app = TestApp::start().await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..64 {
        let client = app.anonymous();
        let person = Person {
            username: format!("ada{number}"),
            ..Person::named("ada")
        };
        tasks.spawn(async move { client.register(&person).await });
    }
    let answers = tasks.join_all().await;
    let done = answers
        .iter()
        .filter(|answer| answer.body.get("errors").is_none())
        .count();
    assert_eq!(done, 1);
    let refused = answers
        .iter()
        .filter(|answer| answer.body.get("errors").is_some());
    assert!(
        refused
            .into_iter()
            .all(|answer| answer.code() == "AUTH_EMAIL_EXISTS")
    );
    assert_eq!(app.mailed_tokens("ada@example.com").len(), 1);
}

#[tokio::test]
async fn every_bad_field_is_named() {
    let app = TestApp::start().await;
    let long_email = format!("{}@example.com", "a".repeat(10_000));
    for (changes, path) in [
        (json!({ "email": "" }), "input.email"),
        (json!({ "email": "ada" }), "input.email"),
        (json!({ "email": "ada@localhost" }), "input.email"),
        (json!({ "email": "ada@example.com\u{0}" }), "input.email"),
        (json!({ "email": "ada\u{a0}b@example.com" }), "input.email"),
        (
            json!({ "email": "ada@example.com\r\nBcc: eve@example.com" }),
            "input.email",
        ),
        (json!({ "email": long_email }), "input.email"),
        (json!({ "username": "" }), "input.username"),
        (json!({ "username": "ada\u{0}" }), "input.username"),
        (json!({ "username": "ada\u{200f}" }), "input.username"),
        (json!({ "username": "ada\u{2003}b" }), "input.username"),
        (json!({ "username": "ada\u{3000}b" }), "input.username"),
        (json!({ "username": "\u{430}da" }), "input.username"),
        (json!({ "username": "ada@example.com" }), "input.username"),
        (json!({ "username": "a".repeat(33) }), "input.username"),
        (json!({ "displayName": "" }), "input.displayName"),
        (json!({ "displayName": "Ada\u{202e}" }), "input.displayName"),
        (
            json!({ "displayName": "a".repeat(101) }),
            "input.displayName",
        ),
        (json!({ "organizationName": " " }), "input.organizationName"),
        (
            json!({ "organizationName": "Acme\u{0}" }),
            "input.organizationName",
        ),
        (json!({ "password": "" }), "input.password"),
        (json!({ "password": "short1!" }), "input.password"),
        (
            json!({ "password": "long enough ".repeat(22) }),
            "input.password",
        ),
        (json!({ "password": "password123" }), "input.password"),
        (json!({ "password": "ada@example.com" }), "input.password"),
    ] {
        let answer = app.anonymous().call(REGISTER, input(&changes)).await;
        assert_eq!(answer.invalid_paths(), [path], "{changes}");
    }
    // Nothing was stored.
    app.anonymous()
        .call(REGISTER, input(&json!({})))
        .await
        .data();
}

#[tokio::test]
async fn all_bad_fields_are_named_at_once() {
    let app = TestApp::start().await;
    let changes = json!({ "email": "ada", "username": "a b", "displayName": "" });
    let answer = app.anonymous().call(REGISTER, input(&changes)).await;
    let expected = ["input.email", "input.username", "input.displayName"];
    assert_eq!(answer.invalid_paths(), expected);
}

#[tokio::test]
async fn a_password_may_be_any_unicode_and_has_no_composition_rules() {
    let app = TestApp::start().await;
    for (name, password) in [
        ("a1", "pferd batterie heftklammer"),
        ("a2", "🐎🔋📎 правильная лошадь"),
        ("a3", "        x7 spaces are fine        "),
    ] {
        let person = Person {
            password: password.to_owned(),
            ..Person::named(name)
        };
        app.anonymous().register(&person).await.data();
        app.anonymous().log_in(&person).await;
    }
}

#[tokio::test]
async fn a_password_counts_to_the_last_of_at_most_256_characters() {
    let app = TestApp::start().await;
    for (name, start) in [
        ("ada", format!("{PASSWORD:x<255}")),
        ("eve", format!("{PASSWORD:🐎<255}")),
    ] {
        let person = Person {
            password: format!("{start}1"),
            ..Person::named(name)
        };
        app.anonymous().register(&person).await.data();
        for wrong in [format!("{start}2"), start.clone(), format!("{start}1 ")] {
            let refused = app.anonymous().try_log_in(name, &wrong).await;
            assert_eq!(refused.code(), "AUTH_INVALID_CREDENTIALS", "{wrong}");
        }
        app.anonymous().log_in(&person).await;
        let longer = Person {
            password: format!("{start}12"),
            ..Person::named("bob")
        };
        let refused = app.anonymous().register(&longer).await;
        assert_eq!(refused.invalid_paths(), ["input.password"]);
    }
}

#[tokio::test]
async fn the_policy_is_a_setting() {
    let app = TestApp::start_with(&["--password-min-length", "20"]).await;
    let answer = app
        .anonymous()
        .call(REGISTER, input(&json!({ "password": "xkqz-vwjy-9431-b" })))
        .await;
    assert_eq!(answer.invalid_paths(), ["input.password"]);
    let lenient = TestApp::start_with(&["--password-min-score", "0"]).await;
    let answer = lenient
        .anonymous()
        .call(REGISTER, input(&json!({ "password": "password" })))
        .await;
    answer.data();
}
