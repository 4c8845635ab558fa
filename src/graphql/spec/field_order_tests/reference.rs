//! A slow and plain executor, whose responses have the order of the specification.

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Value};

use super::documents::{Selected, applied_type, is_included, key};
use crate::graphql::spec::reveal_types::TYPE_KEY;

/// Executes selections as the specification says; if `revealed`, as async-graphql does after `reveal_types`, with the types
/// of objects of interfaces and unions.
pub fn execute(selections: &[&[Selected]], declared: &str, ty: &str, revealed: bool) -> Value {
    let mut grouped: IndexMap<String, (&str, Vec<&[Selected]>)> = IndexMap::new();
    for selections in selections {
        group(selections, ty, declared, &mut grouped);
    }
    let value = |name: &str, below: &[&[Selected]]| match name {
        "__typename" => Value::from(ty),
        "one" => execute(below, "User", "User", revealed),
        "thing" => execute(below, "Thing", "Team", revealed),
        "any" => Value::List(vec![
            execute(below, "Any", "Team", revealed),
            Value::Null,
            execute(below, "Any", "User", revealed),
            execute(below, "Any", "Team", revealed),
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

/// Collects the fields of an object by key.
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
                let on = applied_type(on, parent);
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

/// Shuffles the fields of every object by a seed, like the order in which async-graphql resolves them.
pub fn shuffle(value: Value, seed: &mut u64) -> Value {
    match value {
        Value::Object(object) => {
            let mut fields: Vec<_> = object
                .into_iter()
                .map(|(key, value)| (key, shuffle(value, seed)))
                .collect();
            for index in (1..fields.len()).rev() {
                *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let other = usize::try_from(*seed >> 33).unwrap() % (index + 1);
                fields.swap(index, other);
            }
            Value::Object(fields.into_iter().collect())
        }
        Value::List(values) => Value::List(
            values
                .into_iter()
                .map(|value| shuffle(value, seed))
                .collect(),
        ),
        other => other,
    }
}
