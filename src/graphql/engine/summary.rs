//! The summary of a request for the access log: its root fields and error codes, with no name but those of the schema.

use async_graphql::parser::types::{
    ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
};

use crate::domain::SessionId;
use crate::graphql::error::ErrorCode;
use crate::graphql::schema_index::SchemaIndex;
use crate::graphql::spec::reveal_types::root_type;

/// The summary of a request in the access log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperationSummary {
    /// `query` or `mutation`; `none` if the request was refused before its operation was determined.
    pub operation: &'static str,
    /// The root fields, each once.
    pub fields: Vec<String>,
    /// The codes of the errors, each once.
    pub codes: Vec<String>,
    /// The session that the request came with, or created; `None` if it needed none.
    pub session: Option<SessionId>,
}

impl OperationSummary {
    /// Makes the summary of a request that was refused before its operation was determined.
    #[must_use]
    pub fn refused(code: ErrorCode) -> Self {
        Self {
            operation: "none",
            codes: vec![code.name().to_owned()],
            ..Self::default()
        }
    }

    pub(in crate::graphql) fn of(
        schema_index: &SchemaIndex,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
    ) -> Self {
        let root = root_type(operation.ty);
        let mut fields = Vec::new();
        let set = &operation.selection_set.node;
        collect(schema_index, document, set, root, &mut fields);
        Self {
            operation: match operation.ty {
                OperationType::Mutation => "mutation",
                OperationType::Query | OperationType::Subscription => "query",
            },
            fields,
            codes: Vec::new(),
            session: None,
        }
    }
}

/// Collects the names of root fields. The recursion ends, since the query limits refuse cycles of fragments.
fn collect(
    schema_index: &SchemaIndex,
    document: &ExecutableDocument,
    set: &SelectionSet,
    root: &str,
    fields: &mut Vec<String>,
) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                let name = field.node.name.node.as_str();
                let is_in_schema = ["__typename", "__schema", "__type"].contains(&name)
                    || schema_index.field_type(root, name).is_some();
                let name = if is_in_schema { name } else { "unknown" };
                if !fields.iter().any(|field| field == name) {
                    fields.push(name.to_owned());
                }
            }
            Selection::InlineFragment(fragment) => {
                let set = &fragment.node.selection_set.node;
                collect(schema_index, document, set, root, fields);
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                if let Some(fragment) = document.fragments.get(name) {
                    let set = &fragment.node.selection_set.node;
                    collect(schema_index, document, set, root, fields);
                }
            }
        }
    }
}
