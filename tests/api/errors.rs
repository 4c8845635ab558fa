//! What an answer with errors looks like.

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
async fn a_table_that_is_gone_is_our_fault_and_is_found_by_its_request_id() {
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
async fn an_object_whose_fields_are_all_skipped_is_there_and_empty() {
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
