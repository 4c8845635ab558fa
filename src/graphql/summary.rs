//! What a request asked and how it ended, in names of the schema alone.

use async_graphql::parser::types::{
    ExecutableDocument, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{ServerError, Value};
use uuid::Uuid;

use super::blueprint::Blueprint;
use super::error::ErrorCode;

/// What the access log tells of a request.
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
    /// Of a request that is no operation.
    #[must_use]
    pub fn refused(code: ErrorCode) -> Self {
        Self {
            operation: "none",
            codes: vec![word(code)],
            ..Self::default()
        }
    }

    pub(super) fn of(
        blueprint: &Blueprint,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
        root: &str,
    ) -> Self {
        let mut fields = Vec::new();
        let set = &operation.selection_set.node;
        collect(blueprint, document, set, root, &mut fields);
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

/// The codes of errors, each once.
pub(super) fn codes(errors: &[ServerError]) -> Vec<String> {
    let mut codes = Vec::new();
    for error in errors {
        let code = error.extensions.as_ref().and_then(|it| it.get("code"));
        if let Some(Value::Enum(_) | Value::String(_)) = code {
            let code = code.map(ToString::to_string).unwrap_or_default();
            let code = code.trim_matches('"').to_owned();
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
    }
    codes
}

fn word(code: ErrorCode) -> String {
    code.value().to_string().trim_matches('"').to_owned()
}

/// The screen has seen to it that fragments have no cycle.
fn collect(
    blueprint: &Blueprint,
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
                    || blueprint.field_type(root, name).is_some();
                let name = if is_ours { name } else { "unknown" };
                if !fields.iter().any(|it| it == name) {
                    fields.push(name.to_owned());
                }
            }
            Selection::InlineFragment(fragment) => {
                let set = &fragment.node.selection_set.node;
                collect(blueprint, document, set, root, fields);
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                if let Some(fragment) = document.fragments.get(name) {
                    let set = &fragment.node.selection_set.node;
                    collect(blueprint, document, set, root, fields);
                }
            }
        }
    }
}
