//! The types of objects, which the repairs need. The document is made to ask for them under a key of their own, which
//! `field_order` removes from the response.

use std::sync::LazyLock;

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, OperationType, Selection, SelectionSet,
};
use async_graphql::{Name, Pos, Positioned};

use crate::graphql::schema_index::{SchemaIndex, named};

/// The longest name that a document may have. No person or generator gives a longer one. Messages repeat names, so that
/// long ones would make a large response.
pub const MAX_NAME: usize = 256;

/// The key for the type of an object: longer than any name that a document may have.
pub static TYPE_KEY: LazyLock<Name> =
    LazyLock::new(|| Name::new(format!("{:_<1$}", "__typename", MAX_NAME + 1)));

/// Selects the type of every object of an interface or a union, since its fields depend on it. In a document that may skip
/// fields, selects the type of every object: async-graphql answers null for an object whose fields are all skipped, and
/// loses the fields that another selection of the same object asks for.
pub fn reveal_types(
    document: &mut ExecutableDocument,
    schema_index: &SchemaIndex,
    has_directives: bool,
) {
    let revealer = Revealer {
        schema_index,
        has_directives,
    };
    let operations: Vec<_> = match &mut document.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(operations) => operations.values_mut().collect(),
    };
    for Positioned { node, .. } in operations {
        revealer.reveal(root_type(node.ty), &mut node.selection_set.node);
    }
    for Positioned { node, .. } in document.fragments.values_mut() {
        let on = node.type_condition.node.on.node.clone();
        revealer.reveal(&on, &mut node.selection_set.node);
    }
}

/// The root type of an operation.
pub fn root_type(operation: OperationType) -> &'static str {
    match operation {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    }
}

/// Adds `__typename` to selections.
struct Revealer<'a> {
    schema_index: &'a SchemaIndex,
    has_directives: bool,
}

impl Revealer<'_> {
    fn reveal(&self, parent: &str, set: &mut SelectionSet) {
        for selection in &mut set.items {
            match &mut selection.node {
                Selection::Field(Positioned { node, pos }) => {
                    let set = &mut node.selection_set.node;
                    let ty = self.schema_index.field_type(parent, &node.name.node);
                    let Some(ty) = ty.map(named).filter(|_| !set.items.is_empty()) else {
                        continue;
                    };
                    self.reveal(ty, set);
                    if self.has_directives || self.schema_index.is_abstract(ty) {
                        set.items.push(type_name(*pos));
                    }
                }
                Selection::InlineFragment(Positioned { node, .. }) => {
                    let condition = node.type_condition.as_ref();
                    let on = condition.map(|condition| condition.node.on.node.clone());
                    let on = on.as_deref().unwrap_or(parent);
                    self.reveal(on, &mut node.selection_set.node);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }
}

/// The selection of `__typename` under the key for types.
fn type_name(pos: Pos) -> Positioned<Selection> {
    let field = Field {
        alias: Some(Positioned::new(TYPE_KEY.clone(), pos)),
        name: Positioned::new(Name::new("__typename"), pos),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: Positioned::new(SelectionSet::default(), pos),
    };
    Positioned::new(Selection::Field(Positioned::new(field, pos)), pos)
}
