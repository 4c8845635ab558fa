//! The descriptions in the schema.

use std::collections::BTreeMap;

use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{FieldDefinition, TypeKind, TypeSystemDefinition};

use super::schema::{COMMITTED, facts};

#[test]
fn everything_in_the_schema_is_described() {
    for (path, description) in descriptions() {
        // The type of an input describes it.
        if !path.ends_with("(input)") {
            assert!(description.is_some(), "{path}");
        }
    }
}

#[test]
fn descriptions_are_sentences_that_name_their_subject() {
    let riddles = [
        "What ", "Who ", "Whom ", "Whoever ", "Whose ", "That ", "How ", "Where ", "When ", "Why ",
    ];
    let descriptions: BTreeMap<_, _> = descriptions()
        .into_iter()
        .filter_map(|(path, description)| Some((path, description?)))
        .collect();
    assert!(descriptions.len() > 300, "{}", descriptions.len());
    for (path, description) in descriptions {
        assert!(description.ends_with('.'), "{path}: {description}");
        assert!(
            description.starts_with(|first: char| first.is_ascii_uppercase()),
            "{path}: {description}"
        );
        let riddle = riddles.iter().find(|word| description.starts_with(*word));
        assert_eq!(riddle, None, "{path}: {description}");
    }
}

#[test]
fn the_description_of_a_boolean_begins_with_whether() {
    let booleans: Vec<_> = facts(parse_schema(COMMITTED).unwrap())
        .into_iter()
        .filter(|(path, fact)| !path.starts_with('@') && fact.starts_with("Boolean"))
        .map(|(path, _)| path)
        .collect();
    assert!(booleans.len() > 10, "{booleans:?}");
    let descriptions = descriptions();
    for path in booleans {
        let description = descriptions[&path].as_deref().unwrap_or_default();
        assert!(description.starts_with("Whether "), "{path}: {description}");
    }
}

/// Returns the description of every type, field, argument, enum value and directive by its path.
fn descriptions() -> BTreeMap<String, Option<String>> {
    let mut all = BTreeMap::new();
    for definition in parse_schema(COMMITTED).unwrap().definitions {
        let definition = match definition {
            TypeSystemDefinition::Type(definition) => definition.node,
            TypeSystemDefinition::Directive(directive) => {
                let name = format!("@{}", directive.node.name.node);
                all.insert(name, text(directive.node.description));
                continue;
            }
            TypeSystemDefinition::Schema(_) => continue,
        };
        let name = definition.name.node.to_string();
        all.insert(name.clone(), text(definition.description));
        match definition.kind {
            TypeKind::Object(object) => describe_fields(&mut all, &name, object.fields),
            TypeKind::Interface(interface) => describe_fields(&mut all, &name, interface.fields),
            TypeKind::InputObject(input) => {
                for field in input.fields {
                    let path = format!("{name}.{}", field.node.name.node);
                    all.insert(path, text(field.node.description));
                }
            }
            TypeKind::Enum(values) => {
                for value in values.values {
                    let path = format!("{name}.{}", value.node.value.node);
                    all.insert(path, text(value.node.description));
                }
            }
            TypeKind::Scalar | TypeKind::Union(_) => {}
        }
    }
    all
}

fn describe_fields(
    all: &mut BTreeMap<String, Option<String>>,
    name: &str,
    fields: Vec<Positioned<FieldDefinition>>,
) {
    for field in fields {
        let path = format!("{name}.{}", field.node.name.node);
        for argument in field.node.arguments {
            let path = format!("{path}({})", argument.node.name.node);
            all.insert(path, text(argument.node.description));
        }
        all.insert(path, text(field.node.description));
    }
}

fn text(description: Option<Positioned<String>>) -> Option<String> {
    description.map(|description| description.node.trim().to_owned())
}
