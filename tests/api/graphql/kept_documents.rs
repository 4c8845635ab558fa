//! Documents that are parsed and validated once: no answer tells whether its document was kept.
//!
//! A text with a comment is never kept, so that a document answers the same with a `#` behind it as without.

use std::net::SocketAddr;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use proptest::prelude::{Just, Strategy, any, prop, prop_oneof};
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

use crate::support::TestApp;

const INTROSPECTION: &str = include_str!("introspection.graphql");

/// Selections that use a variable, and types with which it may be declared, rightly or wrongly.
const USES: &[(&str, &[&str])] = &[
    (
        "node(id: $v) { __typename id }",
        &["ID!", "ID", "ID = 5", "ID! = \"x\"", "String!", "[ID!]!"],
    ),
    (
        "sessions(first: $v) { nodes { userAgent } }",
        &["Int", "Int!", "Int = 1", "Int = null", "Float", "String"],
    ),
    (
        "sessions(includeExpired: $v) { totalCount }",
        &["Boolean!", "Boolean", "Boolean = true", "Boolean = null"],
    ),
    (
        "sessions(after: $v) { nodes { id } }",
        &["String", "String!", "ID", "String = \"x\""],
    ),
    (
        "checkPassword(input: $v) { problems }",
        &["CheckPasswordInput!", "CheckPasswordInput", "String!"],
    ),
    (
        "checkPassword(input: { password: $v }) { problems }",
        &["String!", "String", "String = \"x\"", "ID!"],
    ),
    (
        "checkPassword(input: { password: \"x\", email: $v, username: 5 }) { problems }",
        &["String", "String!"],
    ),
    (
        "checkPassword(input: { password: \"x\", email: $v, typo: 5 }) { problems }",
        &["String"],
    ),
    (
        "_entities(representations: $v) { __typename }",
        &["[_Any!]!", "[_Any]!", "_Any!", "[DateTime!]!"],
    ),
    (
        "_entities(representations: [$v]) { __typename }",
        &["_Any!", "_Any", "String!"],
    ),
    (
        "_entities(representations: { __typename: $v, id: \"x\" }) { __typename }",
        &["String!", "ID"],
    ),
    (
        "me @include(if: $v) { username }",
        &["Boolean!", "Boolean = true", "Boolean", "[Boolean!]!"],
    ),
    (
        "me { memberships @skip(if: $v) { role } id }",
        &["Boolean!", "Boolean! = true", "Boolean = null"],
    ),
    (
        "__type(name: $v) { name }",
        &["String!", "String", "String! = \"User\"", "Nope"],
    ),
    ("me { nope(a: $v) }", &["Int"]),
    ("passwordPolicy(a: $v) { minLength }", &["Int"]),
    ("me { username(a: $v) }", &["OrganizationRole", "User"]),
];

/// Selections without variables, right and wrong.
const PLAIN: &[&str] = &[
    "__typename",
    "me { id email username a: username }",
    "me { ...on Node { id } ...on User { displayName } }",
    "viewer { session { id } }",
    "me { id } me { username }",
    "me { id: username id }",
    "me",
    "me { nope }",
    "nope",
    "passwordPolicy { minLength maxLength }",
    "sessions(first: 101) { totalCount }",
    "sessions(first: 1, first: 2) { totalCount }",
    "sessions(last: 1, nope: 2) { nodes { id status } }",
    "node(id: 5) { ...on User { id } ...on Session { id } }",
    "node { id }",
    "node(id: null) { id }",
    "me @skip(if: true) { id }",
    "me @nope { id }",
    "me @skip { id }",
    "...Unknown",
    "... on Mutation { logout { success } }",
    "_service { __typename }",
    "me { id",
];

fn values() -> Vec<Option<Value>> {
    let present = [
        json!(null),
        json!(1),
        json!(3_000_000_000_u64),
        json!(u64::MAX),
        json!(1.5),
        json!("x"),
        json!("User"),
        json!(true),
        json!([]),
        json!(["x"]),
        json!([null]),
        json!({ "password": "x", "email": null }),
        json!({ "password": 5 }),
        json!({ "password": "x", "typo": "x" }),
        json!([{ "__typename": "User", "id": "x" }]),
    ];
    [None].into_iter().chain(present.map(Some)).collect()
}

/// One request: a document, a name and variables.
#[derive(Clone, Debug)]
struct Case {
    query: String,
    operation_name: Option<&'static str>,
    variables: Map<String, Value>,
}

/// A request with up to three selections, in fragments or not, and perhaps with a second operation.
fn cases() -> impl Strategy<Value = Case> {
    let used = (
        0..USES.len(),
        any::<prop::sample::Index>(),
        select(values()),
    );
    let part = prop_oneof![
        2 => used.prop_map(|(at, ty, value)| (USES[at].0, Some((ty.get(USES[at].1), value)))),
        1 => select(PLAIN).prop_map(|text| (text, None)),
    ];
    let parts = prop::collection::vec((part, 0..4_u8), 1..4);
    let name = select(vec![None, None, Some("A"), Some("B")]);
    let second = prop_oneof![4 => Just(""), 1 => select(vec!["query B { __typename }", "query B($v0: Int) { me { id } }"])];
    (parts, name, second, any::<bool>()).prop_map(|(parts, operation_name, second, is_named)| {
        let (mut declared, mut set, mut fragments) = (String::new(), String::new(), String::new());
        let mut variables = Map::new();
        for (number, ((text, variable), place)) in parts.into_iter().enumerate() {
            let name = format!("v{number}");
            let text = text.replace("$v", &format!("${name}"));
            if let Some((ty, value)) = variable {
                declared += &format!("${name}: {ty} ");
                variables.extend(value.map(|value| (name, value)));
            }
            match place {
                0 => set += &format!("... {{ {text} }} "),
                1 => set += &format!("... on Query @include(if: true) {{ {text} }} "),
                2 => {
                    set += &format!("...F{number} ");
                    fragments += &format!("fragment F{number} on Query {{ {text} }} ");
                }
                _ => set += &format!("{text} "),
            }
        }
        let declared = if declared.is_empty() {
            declared
        } else {
            format!("({declared})")
        };
        let name = if is_named || !second.is_empty() {
            "A"
        } else {
            ""
        };
        let query = format!("query {name}{declared} {{ {set}}} {second} {fragments}");
        Case {
            query,
            operation_name,
            variables,
        }
    })
}

/// Sends a request, and returns its status, its body and its challenge.
async fn answer(app: &TestApp, token: &str, case: &Case) -> String {
    let body = json!({
        "query": case.query, "operationName": case.operation_name, "variables": case.variables,
    });
    let peer: SocketAddr = "127.0.0.1:1".parse().unwrap();
    let request = Request::post("/graphql")
        .header("content-type", "application/json")
        .header("accept", "application/graphql-response+json")
        .header("host", "localhost")
        .header("authorization", format!("Bearer {token}"))
        .body(Body::from(body.to_string()))
        .unwrap();
    let response = app.site.answer(peer, request).await;
    let head = format!(
        "{} {:?}",
        response.status(),
        response.headers().get("www-authenticate")
    );
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    format!("{head}\n{}", comparable(&bytes))
}

/// The body. Several errors of validation come in any order, and only five of them.
fn comparable(body: &[u8]) -> String {
    let text = String::from_utf8(body.to_vec()).unwrap();
    let mut json: Value = serde_json::from_str(&text).unwrap();
    let Some(errors) = json["errors"]
        .as_array_mut()
        .filter(|errors| errors.len() > 1)
    else {
        return text;
    };
    if errors.len() == 5 {
        return "five errors".to_owned();
    }
    errors.sort_by_key(Value::to_string);
    json.to_string()
}

/// The same request with a comment, so that its document is never kept.
fn never_kept(case: &Case) -> Case {
    Case {
        query: format!("{}#", case.query),
        ..case.clone()
    }
}

async fn assert_same_answers(app: &TestApp, token: &str, case: &Case) {
    let mut expected = answer(app, token, &never_kept(case)).await;
    if expected.contains("does not parse") {
        // The comment moves the place of the error.
        expected = answer(app, token, case).await;
    }
    for time in ["first", "second", "third"] {
        let actual = answer(app, token, case).await;
        assert_eq!(actual, expected, "the {time} time: {case:?}");
    }
}

#[tokio::test]
async fn no_answer_to_a_generated_document_tells_whether_it_was_kept() {
    let app = TestApp::start().await;
    let token = app.verified("ada").await.access_token;
    let mut runner = TestRunner::deterministic();
    for _ in 0..250 {
        let case = cases().new_tree(&mut runner).unwrap().current();
        assert_same_answers(&app, &token, &case).await;
    }
    let operation_name = None;
    let variables = Map::new();
    let query = INTROSPECTION.to_owned();
    let introspection = Case {
        query,
        operation_name,
        variables,
    };
    assert_same_answers(&app, &token, &introspection).await;
}

#[tokio::test]
async fn a_kept_document_answers_to_every_variable_as_an_unknown_one_does() {
    let app = TestApp::start().await;
    let token = app.verified("ada").await.access_token;
    for (text, types) in USES {
        for ty in *types {
            let case = |value: Option<Value>| Case {
                query: format!("query($v: {ty}) {{ {text} }}"),
                operation_name: None,
                variables: value
                    .into_iter()
                    .map(|value| ("v".to_owned(), value))
                    .collect(),
            };
            // Whichever of the values are right, they come after wrong ones and before them.
            for value in values().into_iter().rev().chain(values()) {
                let case = case(value);
                let expected = answer(&app, &token, &never_kept(&case)).await;
                assert_eq!(answer(&app, &token, &case).await, expected, "{case:?}");
            }
        }
    }
}

#[tokio::test]
async fn an_operation_of_a_kept_document_is_chosen_by_its_name_each_time() {
    let app = TestApp::start().await;
    let token = app.verified("ada").await.access_token;
    for query in [
        "query A { me { username } } query B { __typename }",
        "query A { me { username } }",
        "{ me { username } }",
        "query A($v: Int) { ...F } query B { ...F } fragment F on Query { sessions(first: $v) { totalCount } }",
        "query A { __typename } mutation B { __typename }",
    ] {
        for operation_name in [Some("A"), Some("B"), None, Some("C"), Some("A"), Some("")] {
            let variables = Map::from_iter([("v".to_owned(), json!("x"))]);
            let query = query.to_owned();
            let case = Case {
                query,
                operation_name,
                variables,
            };
            assert_same_answers(&app, &token, &case).await;
        }
    }
}

#[tokio::test]
async fn a_kept_document_is_refused_when_it_would_copy_large_variables() {
    let app = TestApp::start().await;
    let token = app.verified("ada").await.access_token;
    let uses: String = (0..5)
        .map(|n| format!("a{n}: sessions(first: $v) {{ totalCount }} "))
        .collect();
    for (value, is_refused) in [
        (json!(1), false),
        (json!(vec![1; 25_000]), true),
        (json!(2), false),
    ] {
        let case = Case {
            query: format!("query($v: Int) {{ {uses} }}"),
            operation_name: None,
            variables: Map::from_iter([("v".to_owned(), value)]),
        };
        assert_same_answers(&app, &token, &case).await;
        let answer = answer(&app, &token, &case).await;
        assert_eq!(
            answer.contains("uses large variables too often"),
            is_refused,
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_kept_document_shows_nobody_what_only_another_caller_may_see() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.verified("ada").await, app.verified("bob").await);
    let query = "{ me { username } }";
    for _ in 0..2 {
        assert_eq!(ada.ask(query).await.text("/me/username"), "ada");
        assert_eq!(bob.ask(query).await.text("/me/username"), "bob");
        assert_eq!(
            app.anonymous().ask(query).await.code(),
            "AUTH_UNAUTHENTICATED"
        );
    }
}
