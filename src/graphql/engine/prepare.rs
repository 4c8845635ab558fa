//! The first step: everything that can be refused before anything runs.

use std::sync::Arc;

use async_graphql::Name;
use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, OperationType};

use super::parsed_document::ParsedDocument;
use super::query_limits::checker::QueryChecker;
use super::query_limits::error::QueryError;
use super::refuse::{invalid_parts, needs_post, refused, unknown_operation};
use super::request::{GraphQLRequest, GraphQLResponse};
use super::summary::OperationSummary;
use crate::graphql::schema_index::SchemaIndex;
use crate::graphql::spec::operation::Operation;
use crate::graphql::spec::variables::with_defaults;

/// An operation that may run, its document and its summary.
pub struct Prepared<'a> {
    pub operation: Operation<'a>,
    pub parsed: &'a Arc<ParsedDocument>,
    pub summary: OperationSummary,
}

/// Refuses a request whose document does not parse, or exceeds a limit.
pub fn refuse_document(error: &QueryError) -> Box<GraphQLResponse> {
    Box::new(refused("query", &error.to_string()))
}

/// Picks the operation, checks the method and validates the variables. Takes the variables out of the request.
pub fn prepare<'a>(
    checker: &QueryChecker,
    schema_index: &'a SchemaIndex,
    parsed: &'a Arc<ParsedDocument>,
    request: &mut GraphQLRequest,
) -> Result<Prepared<'a>, Box<GraphQLResponse>> {
    let document = &parsed.document;
    let (name, definition) =
        pick(document, request.operation_name.as_deref()).ok_or_else(unknown_operation)?;
    check_method(checker, document, definition, request.only_queries)?;
    let summary = OperationSummary::of(schema_index, document, definition);
    let inputs = schema_index.inputs();
    let errors = inputs.variable_errors(definition, &request.variables);
    if !errors.is_empty() {
        return Err(Box::new(invalid_parts(errors).with_summary(summary)));
    }
    let operation = Operation {
        schema_index,
        document,
        name,
        definition,
        variables: with_defaults(definition, std::mem::take(&mut request.variables)),
        has_directives: parsed.has_directives,
    };
    Ok(Prepared {
        operation,
        parsed,
        summary,
    })
}

/// Picks the operation with a name, or without a name the only one. Returns it with its own name.
fn pick<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Option<(Option<&'a Name>, &'a OperationDefinition)> {
    let mut matching = document
        .operations
        .iter()
        .filter(|(own_name, _)| name.is_none() || own_name.map(Name::as_str) == name);
    match (matching.next(), matching.next()) {
        (Some((own_name, operation)), None) => Some((own_name, &operation.node)),
        _ => None,
    }
}

/// Checks that a GET neither changes anything nor carries a secret, and that the operation is no subscription.
fn check_method(
    checker: &QueryChecker,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    only_queries: bool,
) -> Result<(), Box<GraphQLResponse>> {
    let refusal = match operation.ty {
        OperationType::Mutation if only_queries => needs_post("has a mutation, which needs POST"),
        OperationType::Query if only_queries && checker.takes_credential(document, operation) => {
            needs_post("has a secret, and URLs stand in logs: use POST")
        }
        OperationType::Query | OperationType::Mutation => return Ok(()),
        OperationType::Subscription => {
            refused("query", "must not be a subscription: there are none")
        }
    };
    Err(Box::new(refusal))
}
