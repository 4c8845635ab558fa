//! The query limits over HTTP: the cost of a document.

use crate::support::TestApp;

/// The query of GraphiQL and code generators.
const INTROSPECTION: &str = include_str!("introspection.graphql");

#[tokio::test]
async fn introspection_passes_the_default_limits() {
    let app = TestApp::start().await;
    let answer = app.anonymous().ask(INTROSPECTION).await;
    assert_eq!(answer.text("/__schema/queryType/name"), "Query");
}

#[tokio::test]
async fn documents_beyond_a_limit_are_refused_before_anything_runs() {
    let app = TestApp::start().await;
    let deep = format!("{}{}", "{ me ".repeat(21), "}".repeat(21));
    let bottomless = format!("{}{}", "{me".repeat(10_000), "}".repeat(10_000));
    let wide = format!("{{ me {{ {} }} }}", "id ".repeat(500));
    let aliases: String = (0..31).map(|n| format!("a{n}: __typename ")).collect();
    let roots = "__typename ".repeat(21);
    let directives = format!("{{ __typename {} }}", "@skip(if: false) ".repeat(31));
    let flood = format!("{{ __typename {} }}", "@a".repeat(10_000));
    let mut bomb = "{ ...F0 }".to_owned();
    for n in 0..25 {
        bomb += &format!(" fragment F{n} on Query {{ ...F{} ...F{} }}", n + 1, n + 1);
    }
    bomb += " fragment F25 on Query { __typename }";
    let mut many = "{ __typename }".to_owned();
    for n in 0..31 {
        many += &format!(" fragment F{n} on Query {{ __typename }}");
    }
    let cycle = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }".to_owned();
    let own = "{ ...A } fragment A on Query { ...A }".to_owned();
    for (query, complaint) in [
        (deep, "more than 20 levels"),
        (bottomless, "nests brackets"),
        (wide, "more than 500 fields"),
        (format!("{{ {aliases} }}"), "more than 30 aliases"),
        (format!("{{ {roots} }}"), "more than 20 root fields"),
        (directives, "more than 30 directives"),
        (flood, "more than 5000 words"),
        (bomb, "more than 500 fields"),
        (many, "more than 30 fragments"),
        (cycle, "circle"),
        (own, "circle"),
    ] {
        let answer = app.anonymous().ask(&query).await;
        assert_eq!(answer.invalid_paths(), ["query"]);
        let message = answer.error()["message"].as_str().unwrap();
        assert!(message.contains(complaint), "{message}");
        assert!(answer.body.get("data").is_none());
    }
}

#[tokio::test]
async fn a_password_or_token_can_be_tried_once_in_an_operation() {
    let app = TestApp::start().await;
    app.registered("ada").await;
    let login = r#"login(input: { identifier: "ada", password: "guess" }) { user { id } }"#;
    let twice = format!("mutation {{ a: {login} b: {login} }}");
    let hidden = format!("mutation {{ a: {login} ...F }} fragment F on Mutation {{ b: {login} }}");
    let spread = format!("mutation {{ ...F ... {{ ...F }} }} fragment F on Mutation {{ {login} }}");
    for query in [twice, hidden, spread] {
        let answer = app.anonymous().ask(&query).await;
        assert_eq!(answer.invalid_paths(), ["query"]);
        assert!(
            answer.error()["message"]
                .as_str()
                .unwrap()
                .contains("login once")
        );
    }
    let refresh = r#"refresh(input: { refreshToken: "guess" }) { session { id } }"#;
    let answer = app
        .anonymous()
        .ask(&format!("mutation {{ a: {refresh} b: {refresh} }}"))
        .await;
    assert!(
        answer.error()["message"]
            .as_str()
            .unwrap()
            .contains("refresh once")
    );
}

#[tokio::test]
async fn every_limit_is_a_setting() {
    let settings = [
        "--max-depth",
        "2",
        "--max-fields",
        "4",
        "--max-aliases",
        "1",
        "--max-directives",
        "1",
        "--max-root-fields",
        "3",
        "--max-fragments",
        "1",
        "--max-body",
        "1000",
    ];
    let app = TestApp::start_with(&settings).await;
    for (query, refused) in [
        ("{ __schema { queryType { name } } }", true),
        ("{ __schema { __typename } }", false),
        ("{ a: __typename b: __typename }", true),
        ("{ a: __typename }", false),
        ("{ __typename __typename __typename __typename }", true),
        ("{ __typename __typename __typename }", false),
        ("{ __typename @skip(if: false) @include(if: true) }", true),
        (
            "{ __schema { __typename __typename __typename __typename } }",
            true,
        ),
        (
            "{ ...A ...B } fragment A on Query { __typename } fragment B on Query { __typename }",
            true,
        ),
    ] {
        let answer = app.anonymous().ask(query).await;
        assert_eq!(
            answer.body.get("errors").is_some(),
            refused,
            "{query}: {}",
            answer.body
        );
    }
    let large = format!("{{ __typename }} # {}", "x".repeat(1_000));
    assert_eq!(app.anonymous().ask(&large).await.status, 413);
}

#[tokio::test]
async fn a_string_that_does_not_end_cannot_hide_what_would_overflow_the_parser() {
    let app = TestApp::start().await;
    let hidden = format!("{{ a(b: [\"\"\"x\" {}]) }}", "[".repeat(5_000));
    let answer = app.anonymous().ask(&hidden).await;
    assert_eq!(answer.invalid_paths(), ["query"]);
    app.anonymous().ask("{ __typename }").await.data();
}

#[tokio::test]
async fn a_thousand_operations_are_too_many_for_one_document() {
    let app = TestApp::start().await;
    let many: String = (0..1_000)
        .map(|n| format!("query Q{n} {{ ...F }} "))
        .collect();
    let document = format!("{many} fragment F on Query {{ __typename }}");
    let answer = app.anonymous().ask(&document).await;
    assert_eq!(answer.invalid_paths(), ["query"]);
}

#[tokio::test]
async fn one_variable_in_thousands_of_places_is_refused_before_it_is_copied() {
    let app = TestApp::start().await;
    let query = format!(
        "query($v: [Int]) {{ sessions(after: [{}]) {{ totalCount }} }}",
        "$v".repeat(1_000)
    );
    let many = vec![1; 20_000];
    let answer = app
        .anonymous()
        .call(&query, serde_json::json!({ "v": many }))
        .await;
    assert_eq!(answer.invalid_paths(), ["query"]);
    assert!(
        answer.error()["message"]
            .as_str()
            .unwrap()
            .contains("variables too often")
    );
}

#[tokio::test]
async fn a_variable_of_an_unknown_type_is_named() {
    let app = TestApp::start().await;
    for ty in ["Nope", "User", "[Nope!]"] {
        let query = format!("query($v: {ty} = [1]) {{ __typename }}");
        let answer = app.anonymous().ask(&query).await;
        assert_eq!(answer.invalid_paths(), ["variables.v"], "{ty}");
    }
}

#[tokio::test]
async fn a_mutation_that_a_default_leaves_out_is_not_executed() {
    let app = TestApp::start().await;
    for (name, default, condition) in [("ada", true, "@skip"), ("bob", false, "@include")] {
        let query = format!(
            "mutation($it: Boolean! = {default}) {{
                register(input: {{ email: \"{name}@example.com\", username: \"{name}\",
                    password: \"correct horse battery staple 42\" }}) {condition}(if: $it) {{
                    user {{ id }} }}
                __typename }}"
        );
        let answer = app.anonymous().ask(&query).await;
        let only_name = serde_json::json!({ "__typename": "Mutation" });
        assert_eq!(*answer.data(), only_name, "{condition}");
        assert!(app.mail_to(&format!("{name}@example.com")).await.is_empty());
        // A value that is sent takes precedence over a default.
        let sent = serde_json::json!({ "it": !default });
        let answer = app.anonymous().call(&query, sent).await;
        assert!(answer.text("/register/user/id").len() > 30);
    }
}
