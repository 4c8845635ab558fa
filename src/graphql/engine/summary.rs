//! The summary of a request for the access log: its fields and how it ended, in names of the schema alone.

use async_graphql::parser::types::{
    ExecutableDocument, OperationDefinition, Selection, SelectionSet,
};
use uuid::Uuid;

use crate::graphql::error::ErrorCode;
use crate::graphql::schema_index::SchemaIndex;

/// The summary of a request in the access log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperationSummary {
    /// `query` or `mutation`; `none` if the request was refused before that was known.
    pub operation: &'static str,
    /// The root fields, each once.
    pub fields: Vec<String>,
    /// The codes of the errors, each once; none if there was no error.
    pub codes: Vec<String>,
    /// The session that the request came with, or made; `None` if it needed none.
    pub session: Option<Uuid>,
}

impl OperationSummary {
    /// Makes the summary of a request that is no operation.
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
        root: &str,
    ) -> Self {
        let mut fields = Vec::new();
        let set = &operation.selection_set.node;
        collect(schema_index, document, set, root, &mut fields);
        Self {
            operation: if root == "Mutation" {
                "mutation"
            } else {
                "query"
            },
            fields,
            codes: Vec::new(),
            session: None,
        }
    }
}

/// The query limits have seen to it that fragments have no cycle.
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
                let is_ours = ["__typename", "__schema", "__type"].contains(&name)
                    || schema_index.field_type(root, name).is_some();
                let name = if is_ours { name } else { "unknown" };
                if !fields.iter().any(|it| it == name) {
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
