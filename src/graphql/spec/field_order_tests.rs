//! `field_order` against documents that nobody wrote, and an executor that is slow and plain.

#![expect(clippy::panic, reason = "that is how a test fails")]

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::parse_query;
use async_graphql::parser::types::DocumentOperations;
use async_graphql::{Name, Value, Variables};
use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};

use super::executed_document::ExecutedDocument;
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

/// A selection; where a field is none of the type's, `written` leaves it out.
#[derive(Clone, Debug)]
enum Selected {
    Field {
        name: &'static str,
        alias: &'static str,
        below: Vec<Selected>,
        directive: &'static str,
    },
    Fragment {
        on: &'static str,
        below: Vec<Selected>,
        directive: &'static str,
        /// Spread by name rather than written in its place.
        named: bool,
    },
}

/// The directives that a selection may have, and whether it is then answered.
const DIRECTIVES: [(&str, bool); 5] = [
    ("", true),
    ("@skip(if: true)", false),
    ("@include(if: $yes)", true),
    ("@include(if: $no)", false),
    ("@skip(if: $no) @include(if: true)", true),
];

fn is_included(directive: &str) -> bool {
    DIRECTIVES.iter().any(|(it, yes)| *it == directive && *yes)
}

fn directive() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        4 => Just(""),
        1 => (0..DIRECTIVES.len()).prop_map(|index| DIRECTIVES[index].0),
    ]
}

fn selections() -> impl Strategy<Value = Vec<Selected>> {
    let leaf = (
        prop::sample::select(vec!["a", "b", "c", "__typename"]),
        prop::sample::select(vec!["", "x", "y"]),
        directive(),
    )
        .prop_map(|(name, alias, directive)| Selected::Field {
            name,
            alias,
            below: Vec::new(),
            directive,
        });
    let below = leaf.prop_recursive(5, 60, 5, |inner| {
        let below = prop::collection::vec(inner, 1..5);
        let field = (
            prop::sample::select(vec!["one", "any", "thing"]),
            prop::sample::select(vec!["", "x"]),
            below.clone(),
            directive(),
        );
        let on = prop::sample::select(vec!["", "User", "Team", "Thing", "Any"]);
        let fragment = (on, below, directive(), any::<bool>());
        prop_oneof![
            field.prop_map(|(name, alias, below, directive)| Selected::Field {
                name,
                alias,
                below,
                directive
            }),
            fragment.prop_map(|(on, below, directive, named)| Selected::Fragment {
                on,
                below,
                directive,
                named
            }),
        ]
    });
    prop::collection::vec(below, 1..6)
}

/// The document that selects this, and the fragments that it spreads.
fn written(selections: &[Selected], parent: &str, fragments: &mut Vec<String>) -> String {
    let mut text = String::new();
    for selected in selections {
        match selected {
            // A union has no fields.
            Selected::Field { name, .. } if parent == "Any" && *name != "__typename" => {}
            Selected::Field {
                name,
                alias,
                below,
                directive,
            } => {
                let key = key(alias, name);
                text += &format!(" {key}: {name} {directive}");
                if !below.is_empty() {
                    let below = written(below, type_of(name), fragments);
                    text += &format!(" {{ {below} }}");
                }
            }
            Selected::Fragment {
                on,
                below,
                directive,
                named,
            } => {
                let on = if parent == "Query" || on.is_empty() {
                    parent
                } else {
                    on
                };
                let below = written(below, on, fragments);
                if *named {
                    let name = format!("F{}", fragments.len());
                    fragments.push(format!(" fragment {name} on {on} {{ {below} }}"));
                    text += &format!(" ...{name} {directive}");
                } else {
                    text += &format!(" ... on {on} {directive} {{ {below} }}");
                }
            }
        }
    }
    // Something has to be selected everywhere; the same everywhere, so that the order is not its doing.
    text + " last: __typename"
}

/// One key never stands for two fields.
fn key(alias: &str, name: &str) -> String {
    match alias {
        "" => name.to_owned(),
        alias => format!("{alias}_{name}"),
    }
}

fn type_of(field: &str) -> &'static str {
    match field {
        "one" => "User",
        "any" => "Any",
        _ => "Thing",
    }
}

/// The answer of the specification; or the one of async-graphql, with the types of objects where the schema leaves them
/// open.
fn executed(selections: &[&[Selected]], declared: &str, ty: &str, revealed: bool) -> Value {
    let mut grouped: IndexMap<String, (&str, Vec<&[Selected]>)> = IndexMap::new();
    for selections in selections {
        group(selections, ty, declared, &mut grouped);
    }
    let value = |name: &str, below: &[&[Selected]]| match name {
        "__typename" => Value::from(ty),
        "one" => executed(below, "User", "User", revealed),
        "thing" => executed(below, "Thing", "Team", revealed),
        "any" => Value::List(vec![
            executed(below, "Any", "Team", revealed),
            Value::Null,
            executed(below, "Any", "User", revealed),
            executed(below, "Any", "Team", revealed),
        ]),
        name => Value::from(name),
    };
    let fields = grouped.iter();
    let fields = fields.map(|(key, (name, below))| (Name::new(key), value(name, below)));
    let mut object: IndexMap<Name, Value> = fields.collect();
    if revealed && ["Any", "Thing"].contains(&declared) {
        object.insert(TYPE_KEY.clone(), Value::from(ty));
    }
    Value::Object(object)
}

fn group<'a>(
    selections: &'a [Selected],
    ty: &str,
    parent: &str,
    grouped: &mut IndexMap<String, (&'a str, Vec<&'a [Selected]>)>,
) {
    for selected in selections {
        match selected {
            Selected::Field { name, .. } if parent == "Any" && *name != "__typename" => {}
            Selected::Field {
                name,
                alias,
                below,
                directive,
            } => {
                if is_included(directive) {
                    let field = grouped
                        .entry(key(alias, name))
                        .or_insert((name, Vec::new()));
                    field.1.push(below);
                }
            }
            Selected::Fragment {
                on,
                below,
                directive,
                ..
            } => {
                let on = if parent == "Query" || on.is_empty() {
                    parent
                } else {
                    on
                };
                let abstract_types = ["Any", "Thing"];
                let applies = on == ty || (ty != "Query" && abstract_types.contains(&on));
                if is_included(directive) && applies {
                    group(below, ty, on, grouped);
                }
            }
        }
    }
    let last = grouped.entry("last".to_owned());
    last.or_insert(("__typename", Vec::new()));
}

/// As async-graphql might find the fields, by a seed.
fn shuffled(value: Value, seed: &mut u64) -> Value {
    match value {
        Value::Object(object) => {
            let mut fields: Vec<_> = object
                .into_iter()
                .map(|(key, value)| (key, shuffled(value, seed)))
                .collect();
            for index in (1..fields.len()).rev() {
                *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let other = usize::try_from(*seed >> 33).unwrap() % (index + 1);
                fields.swap(index, other);
            }
            Value::Object(fields.into_iter().collect())
        }
        Value::List(values) => {
            Value::List(values.into_iter().map(|it| shuffled(it, seed)).collect())
        }
        other => other,
    }
}

fn ordered(query: &str, mut data: Value) -> String {
    let schema_index = SchemaIndex::read(SDL).unwrap();
    let mut document = parse_query(query).unwrap();
    reveal_types(&mut document, &schema_index, true);
    let DocumentOperations::Single(operation) = &document.operations else {
        panic!("{query}");
    };
    let variables = serde_json::json!({ "yes": true, "no": false });
    let executed = ExecutedDocument {
        schema_index: &schema_index,
        document: &document,
        operation: &operation.node,
        root: "Query",
        variables: &Variables::from_json(variables),
        has_directives: true,
    };
    executed.order(&mut data);
    serde_json::to_string(&data).unwrap()
}

proptest! {
    #[test]
    fn whatever_is_asked_and_found_first_the_answer_has_the_order_of_the_document(
        selections in selections(),
        mut seed in any::<u64>(),
    ) {
        let mut fragments = Vec::new();
        let set = written(&selections, "Query", &mut fragments);
        let query = format!("{{ {set} }} {}", fragments.concat());
        let expected = executed(&[&selections], "Query", "Query", false);
        let expected = serde_json::to_string(&expected).unwrap();
        let found = shuffled(executed(&[&selections], "Query", "Query", true), &mut seed);
        assert_eq!(ordered(&query, found), expected, "{query}");
    }
}

#[test]
fn objects_are_asked_for_their_type_where_the_schema_leaves_it_open_and_nowhere_else() {
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
