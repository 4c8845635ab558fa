//! A document that was executed, and the repair of its response.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{ExecutableDocument, OperationDefinition};
use async_graphql::{Response, Value, Variables};

use crate::graphql::schema_index::SchemaIndex;

/// A document that was executed, with its schema, operation and variables.
pub struct ExecutedDocument<'a> {
    pub schema_index: &'a SchemaIndex,
    pub document: &'a ExecutableDocument,
    pub operation: &'a OperationDefinition,
    /// The operation's root type.
    pub root: &'a str,
    pub variables: &'a Variables,
    /// Whether fields may have been skipped.
    pub has_directives: bool,
}

impl ExecutedDocument<'_> {
    /// Turns the response of async-graphql into the one of the specification.
    pub fn repair(&self, response: &mut Response) {
        if !response.errors.is_empty() {
            self.propagate(&mut response.data, &response.errors);
        } else if response.data == Value::Null {
            // Every field of the operation is skipped. No object below is ever empty, except those of introspection: see
            // `reveal_types`.
            response.data = Value::Object(IndexMap::new());
        }
        self.order(&mut response.data);
    }
}
