//! Generated documents for the schema of the tests.

use proptest::prelude::{Just, Strategy, any, prop, prop_oneof};

/// A selection. A field that its parent type does not have is left out of the document.
#[derive(Clone, Debug)]
pub enum Selected {
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
        /// Whether it is spread by name rather than inline.
        named: bool,
    },
}

/// The directives that a selection may have, and whether they include it.
const DIRECTIVES: [(&str, bool); 5] = [
    ("", true),
    ("@skip(if: true)", false),
    ("@include(if: $yes)", true),
    ("@include(if: $no)", false),
    ("@skip(if: $no) @include(if: true)", true),
];

pub fn is_included(directive: &str) -> bool {
    DIRECTIVES.contains(&(directive, true))
}

fn directive() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        4 => Just(""),
        1 => (0..DIRECTIVES.len()).prop_map(|index| DIRECTIVES[index].0),
    ]
}

pub fn selections() -> impl Strategy<Value = Vec<Selected>> {
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

/// Writes selections as text, and adds the fragments that they spread.
pub fn text_of(selections: &[Selected], parent: &str, fragments: &mut Vec<String>) -> String {
    let mut text = String::new();
    for selected in selections {
        match selected {
            // A union has no fields of its own.
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
                    let below = text_of(below, type_of(name), fragments);
                    text += &format!(" {{ {below} }}");
                }
            }
            Selected::Fragment {
                on,
                below,
                directive,
                named,
            } => {
                let on = applied_type(on, parent);
                let below = text_of(below, on, fragments);
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
    // Every selection set needs a field; this one is the last of each, and so does not affect the order.
    text + " last: __typename"
}

/// The key of a field in the response. Two fields never have the same.
pub fn key(alias: &str, name: &str) -> String {
    match alias {
        "" => name.to_owned(),
        alias => format!("{alias}_{name}"),
    }
}

/// The type that a fragment is on: fragments on the root type have no other.
pub fn applied_type<'a>(on: &'a str, parent: &'a str) -> &'a str {
    if parent == "Query" || on.is_empty() {
        parent
    } else {
        on
    }
}

fn type_of(field: &str) -> &'static str {
    match field {
        "one" => "User",
        "any" => "Any",
        _ => "Thing",
    }
}
