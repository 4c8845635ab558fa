//! Null propagation (GraphQL October 2021, section 6.4.4): when a field that cannot be null fails, its parent becomes null
//! instead, and so on up to a parent that can be null.
//!
//! async-graphql leaves the failed field out of its parent, and answers null for an object without fields. No typed client
//! expects either, so responses with errors are repaired here.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{
    BaseType, ExecutableDocument, Field, Selection, SelectionSet, Type,
};
use async_graphql::{Name, PathSegment, ServerError, Value};

use super::operation::Operation;
use crate::graphql::schema_index::named;

impl Operation<'_> {
    /// Puts null where the specification requires it for these errors.
    pub fn propagate(&self, data: &mut Value, errors: &[ServerError]) {
        let (nullable, rest): (Vec<_>, Vec<_>) = errors
            .iter()
            .map(|error| (error.path.as_slice(), self.nullable_ancestor(&error.path)))
            .partition(|(_, ancestor)| ancestor.is_none());
        // Fields that can be null come first, so that the objects above them can still become null.
        for (path, _) in nullable {
            put_null(data, path);
        }
        for (path, ancestor) in rest {
            set_null(data, &path[..ancestor.unwrap_or_default()]);
        }
    }

    /// The number of segments of the path that lead to the value that must become null; 0 for all of `data`. `None` if the
    /// failed field can be null itself.
    fn nullable_ancestor(&self, path: &[PathSegment]) -> Option<usize> {
        let mut sets = vec![(self.root().to_owned(), &self.definition.selection_set.node)];
        let mut current: Option<Type> = None;
        let mut nullable = 0;
        for (index, segment) in path.iter().enumerate() {
            let ty = match segment {
                PathSegment::Field(key) => {
                    let fields = selected(self.document, &sets, key);
                    let ty = fields.first().and_then(|(parent, field)| {
                        self.schema_index.field_type(parent, &field.name.node)
                    });
                    let Some(ty) = ty.cloned() else {
                        return Some(nullable);
                    };
                    sets = below(&fields, &ty);
                    ty
                }
                PathSegment::Index(_) => match current.map(|ty| ty.base) {
                    Some(BaseType::List(item)) => *item,
                    _ => return Some(nullable),
                },
            };
            let last = index + 1 == path.len();
            match (ty.nullable, last) {
                (true, true) => return None,
                (true, false) => nullable = index + 1,
                (false, _) => {}
            }
            current = Some(ty);
        }
        Some(nullable)
    }
}

/// The selections below fields that share a key of the response.
fn below<'a>(fields: &[(String, &'a Field)], ty: &Type) -> Vec<(String, &'a SelectionSet)> {
    let inner = named(ty);
    fields
        .iter()
        .map(|(_, field)| (inner.to_owned(), &field.selection_set.node))
        .collect()
}

/// Puts a null that async-graphql left out, and the objects above it that it replaced by null.
fn put_null(data: &mut Value, path: &[PathSegment]) {
    let mut place = data;
    for segment in path {
        if *place == Value::Null {
            *place = Value::Object(IndexMap::new());
        }
        place = match (segment, place) {
            (PathSegment::Field(key), Value::Object(object)) => {
                object.entry(Name::new(key)).or_insert(Value::Null)
            }
            (PathSegment::Index(index), Value::List(list)) => match list.get_mut(*index) {
                Some(item) => item,
                None => return,
            },
            _ => return,
        };
    }
    *place = Value::Null;
}

/// Replaces a value by null, unless a value above it is null already.
fn set_null(data: &mut Value, path: &[PathSegment]) {
    let mut place = data;
    for segment in path {
        let inner = match (segment, place) {
            (PathSegment::Field(key), Value::Object(object)) => object.get_mut(key.as_str()),
            (PathSegment::Index(index), Value::List(list)) => list.get_mut(*index),
            _ => None,
        };
        match inner {
            Some(inner) => place = inner,
            None => return,
        }
    }
    *place = Value::Null;
}

/// The fields with a key of the response, through fragments, each with the type that it is a field of.
fn selected<'a>(
    document: &'a ExecutableDocument,
    sets: &[(String, &'a SelectionSet)],
    key: &str,
) -> Vec<(String, &'a Field)> {
    let mut fields = Vec::new();
    let mut open: Vec<(String, &SelectionSet)> = sets.to_vec();
    while let Some((parent, set)) = open.pop() {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) if field.node.response_key().node == key => {
                    fields.push((parent.clone(), &field.node));
                }
                Selection::Field(_) => {}
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    let on = condition.map_or(parent.clone(), |on| on.node.on.node.to_string());
                    open.push((on, &fragment.node.selection_set.node));
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = document.fragments.get(name) {
                        let on = fragment.node.type_condition.node.on.node.to_string();
                        open.push((on, &fragment.node.selection_set.node));
                    }
                }
            }
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use async_graphql::{PathSegment, Pos, ServerError, Value, Variables};
    use serde_json::{Value as Json, json};

    use crate::graphql::schema_index::SchemaIndex;
    use crate::graphql::spec::operation::Operation;

    const SDL: &str = "directive @access(level: AccessLevel!) on FIELD_DEFINITION
        enum AccessLevel { PUBLIC }
        type Query { a: A! @access(level: PUBLIC) maybe: A @access(level: PUBLIC) }
        type A { name: String! nick: String self: A! other: A list: [A!]! holes: [A] }";

    /// Repairs a response from which async-graphql left out the fields that failed at `paths`.
    fn repaired(query: &str, response: Json, paths: &[Json]) -> Json {
        let schema_index = SchemaIndex::read(SDL).unwrap();
        let document = parse_query(query).unwrap();
        let (name, definition) = document.operations.iter().next().unwrap();
        let operation = Operation {
            schema_index: &schema_index,
            document: &document,
            name,
            definition: &definition.node,
            variables: Variables::default(),
            has_directives: true,
        };
        let mut data = Value::from_json(response).unwrap();
        let segment = |segment: &Json| match segment {
            Json::String(key) => PathSegment::Field(key.clone()),
            other => PathSegment::Index(usize::try_from(other.as_u64().unwrap()).unwrap()),
        };
        let error = |path: &Json| ServerError {
            path: path.as_array().unwrap().iter().map(segment).collect(),
            ..ServerError::new("failed", Some(Pos::default()))
        };
        let errors: Vec<_> = paths.iter().map(error).collect();
        operation.propagate(&mut data, &errors);
        data.into_json().unwrap()
    }

    #[test]
    fn null_goes_up_to_the_first_parent_that_can_be_null() {
        for (query, response, path, expected) in [
            ("{a{name}}", json!(null), json!(["a", "name"]), json!(null)),
            (
                "{a{nick} maybe{name}}",
                json!({"a": {"nick": "x"}, "maybe": null}),
                json!(["maybe", "name"]),
                json!({"a": {"nick": "x"}, "maybe": null}),
            ),
            (
                "{maybe{nick self{name}}}",
                json!({"maybe": {"nick": "x", "self": {}}}),
                json!(["maybe", "self", "name"]),
                json!({"maybe": null}),
            ),
            (
                "{a{nick o: other{nick name}}}",
                json!({"a": {"nick": "x", "o": {"nick": "y"}}}),
                json!(["a", "o", "name"]),
                json!({"a": {"nick": "x", "o": null}}),
            ),
            (
                "{a{nick list{name}}}",
                json!({"a": {"nick": "x"}}),
                json!(["a", "list", 1, "name"]),
                json!(null),
            ),
            (
                "{a{nick holes{nick name}}}",
                json!({"a": {"nick": "x", "holes": [{"nick": "y", "name": "z"}, {"nick": "y"}]}}),
                json!(["a", "holes", 1, "name"]),
                json!({"a": {"nick": "x", "holes": [{"nick": "y", "name": "z"}, null]}}),
            ),
            (
                "{...F} fragment F on Query {a{nick ... on A{other{name}}}}",
                json!({"a": {"nick": "x", "other": null}}),
                json!(["a", "other", "name"]),
                json!({"a": {"nick": "x", "other": null}}),
            ),
        ] {
            assert_eq!(repaired(query, response, &[path]), expected, "{query}");
        }
    }

    #[test]
    fn a_failed_field_that_can_be_null_is_null_and_all_else_stays() {
        let response = json!({"a": {"name": "x"}});
        let response = repaired("{a{name nick}}", response, &[json!(["a", "nick"])]);
        assert_eq!(response, json!({"a": {"name": "x", "nick": null}}));
        // It was the only field, so that its parents had no field left.
        let response = repaired(
            "{a{self{nick}}}",
            json!(null),
            &[json!(["a", "self", "nick"])],
        );
        assert_eq!(response, json!({"a": {"self": {"nick": null}}}));
    }

    #[test]
    fn of_two_failures_each_gets_its_null() {
        let paths = [json!(["a", "nick"]), json!(["maybe", "name"])];
        let response = json!({"a": {"name": "x"}, "maybe": {"nick": "y"}});
        let query = "{a{name nick} maybe{nick name}}";
        let expected = json!({"a": {"name": "x", "nick": null}, "maybe": null});
        assert_eq!(repaired(query, response, &paths), expected);
    }
}
