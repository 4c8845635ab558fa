//! Tests of `field_order`: the responses to generated documents have the order that a slow and plain executor gives them.
//!
//! `documents` generates the documents, and `reference` executes them.

#![expect(clippy::panic, reason = "that is how a test fails")]

mod documents;
mod reference;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::DocumentOperations;
use async_graphql::{Value, Variables};
use proptest::prelude::{any, proptest};

use self::documents::{selections, text_of};
use self::reference::{execute, shuffle};
use super::operation::Operation;
use super::reveal_types::{TYPE_KEY, reveal_types};
use crate::graphql::schema_index::SchemaIndex;

const SDL: &str = "directive @access(level: AccessLevel!) on FIELD_DEFINITION
    enum AccessLevel { PUBLIC }
    type Query { one: User! @access(level: PUBLIC) any: [Any] @access(level: PUBLIC)
        thing: Thing @access(level: PUBLIC) a: Int @access(level: PUBLIC) b: Int @access(level: PUBLIC)
        c: Int @access(level: PUBLIC) }
    interface Thing { one: User! any: [Any] thing: Thing a: Int b: Int c: Int }
    type User implements Thing { one: User! any: [Any] thing: Thing a: Int b: Int c: Int }
    type Team implements Thing { one: User! any: [Any] thing: Thing a: Int b: Int c: Int }
    union Any = User | Team";

/// Orders the fields of a response as `field_order` does.
fn ordered(query: &str, mut data: Value) -> String {
    let schema_index = SchemaIndex::read(SDL).unwrap();
    let mut document = parse_query(query).unwrap();
    reveal_types(&mut document, &schema_index, true);
    let DocumentOperations::Single(definition) = &document.operations else {
        panic!("{query}");
    };
    let variables = serde_json::json!({ "yes": true, "no": false });
    let operation = Operation {
        schema_index: &schema_index,
        document: &document,
        name: None,
        definition: &definition.node,
        variables: Variables::from_json(variables),
        has_directives: true,
    };
    operation.order(&mut data);
    serde_json::to_string(&data).unwrap()
}

proptest! {
    #[test]
    fn a_response_has_the_order_of_its_document_whichever_field_is_resolved_first(
        selections in selections(),
        mut seed in any::<u64>(),
    ) {
        let mut fragments = Vec::new();
        let set = text_of(&selections, "Query", &mut fragments);
        let query = format!("{{ {set} }} {}", fragments.concat());
        let expected = execute(&[&selections], "Query", "Query", false);
        let expected = serde_json::to_string(&expected).unwrap();
        let response = execute(&[&selections], "Query", "Query", true);
        let response = shuffle(response, &mut seed);
        assert_eq!(ordered(&query, response), expected, "{query}");
    }
}

#[test]
fn only_objects_of_interfaces_and_unions_are_asked_for_their_type() {
    for (query, times) in [
        ("{ any { ... on User { a } } }", 1),
        ("{ thing { a } }", 1),
        ("{ one { thing { thing { a } } } }", 2),
        ("{ ...F } fragment F on Query { any { __typename } }", 1),
        ("{ any { ... on Thing { any { __typename } } } }", 2),
        ("query A { thing { a } } query B { thing { b } }", 2),
        ("{ one { a ... on Thing { b } } }", 0),
        ("{ a nothing { a } }", 0),
        ("{ any }", 0),
    ] {
        let schema_index = SchemaIndex::read(SDL).unwrap();
        let mut document = parse_query(query).unwrap();
        reveal_types(&mut document, &schema_index, false);
        let asked = format!("{document:?}").matches(TYPE_KEY.as_str()).count();
        assert_eq!(asked, times, "{query}");
    }
}
