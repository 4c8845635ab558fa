//! The null rule of the specification (GraphQL October 2021, section 6.4.4): where a field that
//! cannot be null fails, its parent becomes null instead, and so on up to one that can be.
//!
//! async-graphql 7.1 and 7.2 leave the failed field out of its parent, which no typed client
//! expects. So the answer is mended here, for the few responses that have errors.

use async_graphql::parser::types::{
    BaseType, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet, Type,
};
use async_graphql::{PathSegment, Value};

use super::blueprint::{Blueprint, named};

/// Puts null where the specification wants it for an error at `path`.
pub(super) fn propagate(
    blueprint: &Blueprint,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    root: &str,
    data: &mut Value,
    path: &[PathSegment],
) {
    let Some(length) = nullable_ancestor(blueprint, document, operation, root, path) else {
        return; // The failed field itself can be null, and is.
    };
    let mut place = data;
    for segment in &path[..length] {
        let inner = match (segment, place) {
            (PathSegment::Field(key), Value::Object(object)) => object.get_mut(key.as_str()),
            (PathSegment::Index(index), Value::List(list)) => list.get_mut(*index),
            _ => None, // Another error has made something above null already.
        };
        match inner {
            Some(inner) => place = inner,
            None => return,
        }
    }
    *place = Value::Null;
}

/// How much of the path leads to what must become null: 0 is the whole of `data`. `None` when the
/// failed field can be null itself.
fn nullable_ancestor(
    blueprint: &Blueprint,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    root: &str,
    path: &[PathSegment],
) -> Option<usize> {
    let mut sets = vec![(root.to_owned(), &operation.selection_set.node)];
    let mut current: Option<Type> = None;
    let mut nullable = 0;
    for (index, segment) in path.iter().enumerate() {
        let ty = match segment {
            PathSegment::Field(key) => {
                let fields = selected(document, &sets, key);
                let (parent, field) = fields.first()?;
                let ty = blueprint.field_type(parent, &field.name.node)?.clone();
                let inner = named(&ty).to_owned();
                sets = fields
                    .iter()
                    .map(|(_, field)| (inner.clone(), &field.selection_set.node))
                    .collect();
                ty
            }
            PathSegment::Index(_) => match current?.base {
                BaseType::List(item) => *item,
                BaseType::Named(_) => return Some(nullable),
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

/// The fields that answer under `key`, through fragments, each with the type it is a field of.
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
                    let on = condition.map_or(parent.clone(), |it| it.node.on.node.to_string());
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
