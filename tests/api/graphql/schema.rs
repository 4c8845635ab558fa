//! The schema that clients generate their types from.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    FieldDefinition, ServiceDocument, TypeKind, TypeSystemDefinition,
};
use serde_json::Value;

use crate::support::TestApp;

/// The API as it was designed, part by part.
const CONTRACT: &str = include_str!("contract.graphql");

pub const COMMITTED: &str = include_str!("../../../schema.graphql");

#[test]
fn the_committed_schema_is_the_one_that_the_code_has() {
    let current = latchkey::graphql::sdl();
    assert!(
        current == COMMITTED,
        "schema.graphql is out of date: cargo run -- schema > schema.graphql"
    );
}

#[test]
fn the_schema_holds_all_of_the_contract() {
    let schema = facts(parse_schema(latchkey::graphql::sdl()).unwrap());
    let contract = facts(parse_schema(CONTRACT).unwrap());
    assert!(
        contract.len() > 150,
        "the contract was read: {}",
        contract.len()
    );
    for (path, fact) in contract {
        assert_eq!(schema.get(&path), Some(&fact), "{path}");
    }
}

/// The built-in names of every schema, which introspection lists and no SDL declares.
const BUILT_IN: [&str; 8] = [
    "String",
    "Int",
    "Float",
    "Boolean",
    "ID",
    "@deprecated",
    "@specifiedBy",
    "@oneOf",
];

#[tokio::test]
async fn introspection_and_the_sdl_are_the_same_schema() {
    let app = TestApp::start().await;
    let answer = app
        .anonymous()
        .ask(include_str!("introspection.graphql"))
        .await;
    let names = |values: &Value| -> BTreeSet<String> {
        let values = values.as_array().into_iter().flatten();
        values
            .map(|directive| directive["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let schema = answer.at("/__schema");
    let mut introspected = BTreeSet::new();
    for ty in schema["types"].as_array().unwrap() {
        let name = ty["name"].as_str().unwrap();
        if name.starts_with("__") {
            continue;
        }
        introspected.insert(name.to_owned());
        for members in ["fields", "inputFields", "enumValues"] {
            introspected.extend(
                names(&ty[members])
                    .into_iter()
                    .map(|value| format!("{name}.{value}")),
            );
        }
        for field in ty["fields"].as_array().into_iter().flatten() {
            let path = format!("{name}.{}", field["name"].as_str().unwrap());
            introspected.extend(
                names(&field["args"])
                    .into_iter()
                    .map(|argument| format!("{path}({argument})")),
            );
        }
    }
    for directive in schema["directives"].as_array().unwrap() {
        let name = format!("@{}", directive["name"].as_str().unwrap());
        introspected.extend(
            names(&directive["args"])
                .into_iter()
                .map(|argument| format!("{name}({argument})")),
        );
        introspected.insert(name);
    }
    let declared: BTreeSet<_> = facts(parse_schema(COMMITTED).unwrap())
        .into_keys()
        .collect();
    let built_in = |it: &&String| {
        !BUILT_IN
            .iter()
            .any(|own| it.split(['(', '.']).next() == Some(own))
    };
    let introspected: Vec<_> = introspected.iter().filter(built_in).collect();
    let declared: Vec<_> = declared.iter().filter(built_in).collect();
    assert!(introspected.contains(&&"ErrorCode.UNAVAILABLE".to_owned()));
    assert_eq!(introspected, declared);
}

#[tokio::test]
async fn a_directive_of_schemas_has_no_place_in_a_query() {
    let app = TestApp::start().await;
    for directive in [
        "@link(url: \"x\")",
        "@key(fields: \"id\")",
        "@shareable",
        "@access(level: PUBLIC)",
    ] {
        let answer = app
            .anonymous()
            .ask(&format!("{{ passwordPolicy {directive} {{ minLength }} }}"))
            .await;
        assert_eq!(answer.invalid_paths(), ["query"], "{directive}");
    }
}

/// The schema parser of graphql_client does not know `extend schema`, where a subgraph often has its `@link`.
#[test]
fn nothing_in_the_schema_is_an_extension() {
    let extends = |line: &&str| line.trim_start().starts_with("extend ");
    let extensions: Vec<_> = COMMITTED.lines().filter(extends).collect();
    assert!(extensions.is_empty(), "{extensions:?}");
    assert!(COMMITTED.contains("\nschema @link("), "a gateway needs it");
}

/// Returns every type, field, argument, value and directive by its path, with the properties that must not change.
pub fn facts(document: ServiceDocument) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::new();
    for definition in document.definitions {
        let TypeSystemDefinition::Type(ty) = definition else {
            if let TypeSystemDefinition::Directive(directive) = definition {
                let directive = directive.node;
                let name = format!("@{}", directive.name.node);
                facts.insert(name.clone(), format!("{:?}", directive.locations.len()));
                for argument in directive.arguments {
                    let argument = argument.node;
                    facts.insert(
                        format!("{name}({})", argument.name.node),
                        argument.ty.to_string(),
                    );
                }
            }
            continue;
        };
        let name = ty.node.name.node.to_string();
        let kind = match ty.node.kind {
            TypeKind::Scalar => "scalar",
            TypeKind::Object(object) => {
                note_fields(&mut facts, &name, object.fields);
                "type"
            }
            TypeKind::Enum(values) => {
                for value in values.values {
                    facts.insert(
                        format!("{name}.{}", value.node.value.node),
                        "value".to_owned(),
                    );
                }
                "enum"
            }
            TypeKind::InputObject(input) => {
                for field in input.fields {
                    let field = field.node;
                    let default = field.default_value.map(|value| value.node.to_string());
                    let fact = format!("{} = {default:?}", field.ty.node);
                    facts.insert(format!("{name}.{}", field.name.node), fact);
                }
                "input"
            }
            TypeKind::Interface(interface) => {
                note_fields(&mut facts, &name, interface.fields);
                "interface"
            }
            TypeKind::Union(_) => "union",
        };
        facts.insert(name, kind.to_owned());
    }
    facts
}

/// Adds the fields of an object or an interface, with the properties that must not change.
fn note_fields(
    facts: &mut BTreeMap<String, String>,
    name: &str,
    fields: Vec<Positioned<FieldDefinition>>,
) {
    for field in fields {
        let field = field.node;
        let path = format!("{name}.{}", field.name.node);
        let directives: Vec<_> = field
            .directives
            .iter()
            .map(|it| {
                format!(
                    "@{} {:?}",
                    it.node.name.node,
                    it.node.get_argument("level").map(|it| it.node.to_string())
                )
            })
            .collect();
        facts.insert(path.clone(), format!("{} {directives:?}", field.ty.node));
        for argument in field.arguments {
            let argument = argument.node;
            let default = argument.default_value.map(|value| value.node.to_string());
            let fact = format!("{} = {default:?}", argument.ty.node);
            facts.insert(format!("{path}({})", argument.name.node), fact);
        }
    }
}
