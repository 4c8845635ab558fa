//! The order of the fields in a response: that of the document, whichever field was resolved first (GraphQL
//! October 2021, sections 6.3.2 and 7.2.2).
//!
//! async-graphql puts fields into its response as they are resolved, so that the order changes from one request to the
//! next. Here every object is put in order once the response is complete. All objects for the same selections of the
//! document are ordered together, so that each selection is walked once, however long the lists are.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Directive, Selection, SelectionSet};
use async_graphql::{Name, Positioned, Value};

use super::operation::Operation;
use super::reveal_types::TYPE_KEY;
use crate::graphql::schema_index::named;

type Object = IndexMap<Name, Value>;

/// A key of the response, with its selections and its values in all objects.
#[derive(Default)]
struct Collected<'a, 'v> {
    /// The name of its type; `None` for fields of introspection.
    ty: Option<&'a str>,
    sets: Vec<&'a SelectionSet>,
    values: Vec<&'v mut Value>,
}

impl<'a> Operation<'a> {
    /// Puts the fields of every object in the order of the document, and removes the types that `reveal_types` asked for.
    pub fn order(&self, data: &mut Value) {
        let set = &self.definition.selection_set.node;
        self.order_values(Some(self.root()), &[set], vec![data]);
    }

    /// Orders the objects of values that have the same selections, type by type.
    fn order_values(
        &self,
        ty: Option<&'a str>,
        sets: &[&'a SelectionSet],
        values: Vec<&mut Value>,
    ) {
        let mut objects = Vec::with_capacity(values.len());
        for value in values {
            gather_objects(value, &mut objects);
        }
        if !ty.is_some_and(|ty| self.schema_index.is_abstract(ty)) {
            if self.has_directives {
                for object in &mut objects {
                    object.shift_remove(&*TYPE_KEY);
                }
            }
            return self.order_objects(ty, sets, objects);
        }
        let mut by_type: IndexMap<String, Vec<&mut Object>> = IndexMap::new();
        for object in objects {
            if let Some(Value::String(ty)) = object.shift_remove(&*TYPE_KEY) {
                by_type.entry(ty).or_default().push(object);
            }
        }
        for (ty, objects) in by_type {
            self.order_objects(self.schema_index.object(&ty), sets, objects);
        }
    }

    /// Orders objects of one type.
    fn order_objects<'v>(
        &self,
        ty: Option<&'a str>,
        sets: &[&'a SelectionSet],
        objects: Vec<&'v mut Object>,
    ) {
        if objects.is_empty() {
            return;
        }
        let mut fields: IndexMap<&str, Collected<'a, 'v>> = IndexMap::new();
        for set in sets {
            self.collect(ty, set, &mut fields);
        }
        for object in objects {
            let mut expected = fields.keys();
            let is_in_order = object
                .keys()
                .all(|key| expected.any(|expected| *expected == key.as_str()));
            if !is_in_order {
                let place = |key: &Name| fields.get_index_of(key.as_str()).unwrap_or(usize::MAX);
                object.sort_by(|a, _, b, _| place(a).cmp(&place(b)));
            }
            let mut fields = fields.iter_mut();
            for (key, value) in object {
                let field = fields.find(|(field_key, _)| **field_key == key.as_str());
                if let Some((_, field)) = field
                    && !field.sets.is_empty()
                {
                    field.values.push(value);
                }
            }
        }
        for field in fields.into_values() {
            self.order_values(field.ty, &field.sets, field.values);
        }
    }

    /// Collects the fields of an object as the specification does (section 6.3.2, CollectFields).
    fn collect<'v>(
        &self,
        ty: Option<&'a str>,
        set: &'a SelectionSet,
        fields: &mut IndexMap<&'a str, Collected<'a, 'v>>,
    ) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) if self.is_included(&field.node.directives) => {
                    let field = &field.node;
                    let collected = fields.entry(&field.response_key().node).or_default();
                    if !field.selection_set.node.items.is_empty() {
                        let field_type =
                            ty.and_then(|ty| self.schema_index.field_type(ty, &field.name.node));
                        collected.ty = field_type.map(named);
                        collected.sets.push(&field.selection_set.node);
                    }
                }
                Selection::InlineFragment(fragment)
                    if self.is_included(&fragment.node.directives) =>
                {
                    let condition = fragment.node.type_condition.as_ref();
                    if condition.is_none_or(|condition| self.applies(ty, &condition.node.on.node)) {
                        self.collect(ty, &fragment.node.selection_set.node, fields);
                    }
                }
                Selection::FragmentSpread(spread) if self.is_included(&spread.node.directives) => {
                    let fragment = self.document.fragments.get(&spread.node.fragment_name.node);
                    if let Some(fragment) = fragment
                        && self.applies(ty, &fragment.node.type_condition.node.on.node)
                    {
                        self.collect(ty, &fragment.node.selection_set.node, fields);
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether a fragment applies to objects of a type.
    fn applies(&self, ty: Option<&str>, condition: &str) -> bool {
        ty.is_none_or(|ty| self.schema_index.is_a(ty, condition))
    }

    /// Whether `@skip` and `@include` let a selection stay.
    fn is_included(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().all(|directive| {
            let wanted = match directive.node.name.node.as_str() {
                "include" => true,
                "skip" => false,
                _ => return true,
            };
            let condition = directive.node.get_argument("if");
            let value = condition.map(|condition| {
                let variable = |name: Name| self.variables.get(&name).cloned().ok_or(());
                condition.node.clone().into_const_with(variable)
            });
            value == Some(Ok(Value::Boolean(wanted)))
        })
    }
}

/// Gathers the objects of a value, which may be in lists.
fn gather_objects<'v>(value: &'v mut Value, objects: &mut Vec<&'v mut Object>) {
    match value {
        Value::Object(object) => objects.push(object),
        Value::List(values) => {
            for value in values {
                gather_objects(value, objects);
            }
        }
        _ => {}
    }
}
