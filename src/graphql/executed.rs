//! A document that was executed, with what is needed to mend its answer: see `nulls` and `field_order`.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{ExecutableDocument, OperationDefinition};
use async_graphql::{Response, Value, Variables};

use super::blueprint::Blueprint;

/// A document that was executed.
pub(super) struct Executed<'a> {
    pub blueprint: &'a Blueprint,
    pub document: &'a ExecutableDocument,
    pub operation: &'a OperationDefinition,
    /// The operation's root type.
    pub root: &'a str,
    pub variables: &'a Variables,
    /// Whether fields may have been skipped.
    pub has_directives: bool,
}

impl Executed<'_> {
    /// Makes of what async-graphql answers what the specification wants.
    pub(super) fn mend(&self, response: &mut Response) {
        if !response.errors.is_empty() {
            self.propagate(&mut response.data, &response.errors);
        } else if response.data == Value::Null {
            // Every field of the operation is skipped. No object below is ever empty, but for those of introspection: see
            // `reveal_types`.
            response.data = Value::Object(IndexMap::new());
        }
        self.order(&mut response.data);
    }
}
