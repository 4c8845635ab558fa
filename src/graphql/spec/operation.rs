//! The operation of a request, and the repair of its response.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, OperationType};
use async_graphql::{Name, Response, Value, Variables};

use super::reveal_types::root_type;
use crate::graphql::schema_index::SchemaIndex;

/// The operation that a request executes, with its schema, document and variables.
pub struct Operation<'a> {
    pub schema_index: &'a SchemaIndex,
    /// The whole document: async-graphql validates all of its operations, and fragments may be of any of them.
    pub document: &'a ExecutableDocument,
    /// The name of the operation in the document; `None` if it has no name.
    pub name: Option<&'a Name>,
    pub definition: &'a OperationDefinition,
    /// The values of all variables: those that were sent, and defaults for the others.
    pub variables: Variables,
    /// Whether the document may skip fields.
    pub has_directives: bool,
}

impl Operation<'_> {
    pub fn is_mutation(&self) -> bool {
        self.definition.ty == OperationType::Mutation
    }

    /// The name of the operation's root type.
    pub fn root(&self) -> &'static str {
        root_type(self.definition.ty)
    }

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
