//! The form of responses with errors.

use serde_json::{Value, json};

use crate::support::TestApp;

#[tokio::test]
async fn a_failed_field_that_cannot_be_null_makes_its_parent_null() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    // `me` succeeds, but `data` cannot be whole without `sessions`.
    let answer = ada
        .ask("{ me { id } wrong: sessions(first: -1) { totalCount } }")
        .await;
    assert_eq!(answer.body["data"], Value::Null);
    assert_eq!(answer.error()["path"], json!(["wrong"]));
    let nested = "{ me { memberships { organization { members(first: -1) { totalCount } } } } }";
    let answer = ada.ask(nested).await;
    assert_eq!(answer.body["data"], Value::Null);
    let path = json!(["me", "memberships", 0, "organization", "members"]);
    assert_eq!(answer.error()["path"], path);
}

#[tokio::test]
async fn an_answer_has_at_most_five_errors() {
    let app = TestApp::start().await;
    let answer = app.anonymous().ask("{ a b c d e f g h }").await;
    assert_eq!(answer.body["errors"].as_array().unwrap().len(), 5);
    let many: String = (0..8).map(|n| format!("m{n}: me {{ id }} ")).collect();
    let answer = app.anonymous().ask(&format!("{{ {many} }}")).await;
    assert_eq!(answer.body["errors"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn a_message_has_at_most_three_hundred_characters() {
    let app = TestApp::start().await;
    let long = "ä".repeat(5_000);
    let name = "x".repeat(5_000);
    for (query, variables) in [
        (format!("{{ {name} }}"), json!({})),
        (format!("{{ {long} }}"), json!({})),
        (
            "query($first: Int) { sessions(first: $first) { totalCount } }".to_owned(),
            json!({ "first": long }),
        ),
    ] {
        let answer = app.anonymous().call(&query, variables).await;
        let message = answer.error()["message"].as_str().unwrap();
        assert!(message.chars().count() <= 300, "{message}");
        for field in answer.error()["extensions"]["fields"].as_array().unwrap() {
            assert!(field["message"].as_str().unwrap().chars().count() <= 300);
        }
    }
}

/// `Answer::error` checks that every message in these tests is a sentence. These are checked in full.
#[tokio::test]
async fn a_problem_with_a_field_is_a_complete_sentence() {
    const REGISTER: &str =
        "mutation($input: RegisterInput!) { register(input: $input) { user { id } } }";
    let app = TestApp::start().await;
    let valid = json!({
        "email": "bob@example.com",
        "username": "bob",
        "password": "correct horse battery staple 42",
    });
    let long = "x".repeat(300);
    for (field, value, message) in [
        (
            "email",
            "bob",
            "The email address must be written like ada@example.com.",
        ),
        (
            "username",
            "b",
            "The username must be 2 to 32 characters long.",
        ),
        (
            "username",
            "b b",
            "The username must begin with a letter or digit, and hold only the letters A to Z, digits, dots, \
             hyphens and underscores.",
        ),
        (
            "password",
            "short",
            "The password must be at least 8 characters long.",
        ),
        (
            "password",
            "password",
            "The password is too easy to guess: this is a top-10 common password.",
        ),
        (
            "displayName",
            &long,
            "The display name must be at most 100 characters long.",
        ),
        (
            "organizationName",
            " ",
            "The organization name must not be empty.",
        ),
    ] {
        let mut input = valid.clone();
        input[field] = json!(value);
        let answer = app
            .anonymous()
            .call(REGISTER, json!({ "input": input }))
            .await;
        assert_eq!(answer.invalid_paths(), [format!("input.{field}")]);
        assert_eq!(answer.error()["message"], message);
        assert_eq!(
            answer.error()["extensions"]["fields"][0]["message"],
            message
        );
    }
    let input = json!({ "email": "bob", "username": "", "password": "" });
    let answer = app
        .anonymous()
        .call(REGISTER, json!({ "input": input }))
        .await;
    assert_eq!(answer.invalid_paths().len(), 3);
    assert_eq!(
        answer.error()["message"],
        "Several values are not valid: see extensions.fields."
    );
    let ada = app.verified("ada").await;
    for (query, message) in [
        (
            "{ sessions(first: -1) { totalCount } }",
            "The argument first must be between 0 and 100.",
        ),
        (
            "{ sessions(first: 1, last: 1) { totalCount } }",
            "The argument last must not be given beside first.",
        ),
        (
            r#"{ sessions(after: "x") { totalCount } }"#,
            "The argument after is not a cursor of this list.",
        ),
        (
            "subscription { a }",
            "The query must not be a subscription: there are none.",
        ),
    ] {
        assert_eq!(ada.ask(query).await.error()["message"], message);
    }
}

#[tokio::test]
async fn a_document_that_does_not_parse_is_not_repeated_to_its_sender() {
    let app = TestApp::start().await;
    let secret =
        r#"mutation { login(input: { identifier: "ada", password: "hunter2 }) { user { id } } }"#;
    let answer = app.anonymous().ask(secret).await;
    assert_eq!(answer.invalid_paths(), ["query"]);
    assert!(
        !answer.body.to_string().contains("hunter2"),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn wrong_variables_have_a_code_and_repeat_no_value() {
    let app = TestApp::start().await;
    let query = "mutation($input: LoginInput!) { login(input: $input) { user { id } } }";
    for variables in [
        json!({}),
        json!({ "input": null }),
        json!({ "input": "hunter2" }),
        json!({ "input": { "identifier": "ada" } }),
        json!({ "input": { "identifier": "ada", "password": 42_424_242 } }),
        json!({ "input": { "identifier": "ada", "password": ["hunter2"] } }),
        json!({ "input": { "identifier": "ada", "password": "x", "extra": "hunter2" } }),
    ] {
        let answer = app.anonymous().call(query, variables.clone()).await;
        assert_eq!(answer.code(), "VALIDATION_FAILED", "{variables}");
        let text = answer.body.to_string();
        assert!(
            !text.contains("hunter2") && !text.contains("42424242"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn an_unknown_operation_name_is_named() {
    let app = TestApp::start().await;
    for (query, name) in [
        ("query A { __typename }", Some("B")),
        ("query A { __typename } query B { __typename }", None),
        ("query A { __typename } query B { __typename }", Some("")),
    ] {
        let body = json!({ "query": query, "operationName": name });
        let response = reqwest::Client::new()
            .post(app.url("/graphql"))
            .json(&body)
            .send()
            .await;
        let answer = crate::support::Answer::read(response.unwrap())
            .await
            .unwrap();
        assert_eq!(
            answer.invalid_paths(),
            ["operationName"],
            "{query} {name:?}"
        );
        assert!(answer.body.get("data").is_none());
    }
}

#[tokio::test]
async fn a_missing_table_is_an_internal_error_that_the_request_id_finds_in_the_log() {
    let database = crate::support::TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &[]).await;
    let ada = app.verified("ada").await;
    crate::support::sql::execute(&database.url, "ALTER TABLE sessions RENAME TO gone").await;
    let answer = ada.me().await;
    assert_eq!(answer.code(), "INTERNAL");
    assert_eq!(
        answer.error()["extensions"]["requestId"],
        answer.header("x-request-id").unwrap()
    );
    let text = answer.body.to_string();
    assert!(
        !text.contains("gone") && !text.contains("table") && !text.contains("SELECT"),
        "{text}"
    );
}

#[tokio::test]
async fn a_literal_of_the_wrong_type_is_named_by_its_argument() {
    let app = TestApp::start().await;
    let query = r#"mutation { login(input: { identifier: "ada", password: 42 }) { user { id } } }"#;
    let answer = app.anonymous().ask(query).await;
    assert_eq!(answer.invalid_paths(), ["input.password"]);
    let query = "{ sessions(first: true) { totalCount } }";
    assert_eq!(app.anonymous().ask(query).await.invalid_paths(), ["first"]);
}

#[tokio::test]
async fn an_object_whose_fields_are_all_skipped_is_empty() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let answer = ada.ask("{ me { id @skip(if: true) } }").await;
    assert_eq!(answer.data(), &json!({ "me": {} }));
    let answer = ada.ask("{ me @include(if: false) { id } }").await;
    assert_eq!(answer.data(), &json!({}));
}

#[tokio::test]
async fn many_wrong_variables_make_a_short_answer() {
    let app = TestApp::start().await;
    let many: Vec<_> = (0..10_000).map(|_| json!({})).collect();
    let query = "query($v: [RegisterInput!]) { __typename }";
    let answer = app.anonymous().call(query, json!({ "v": many })).await;
    assert_eq!(answer.invalid_paths().len(), 5);
    assert!(answer.body.to_string().len() < 2_000);
}
