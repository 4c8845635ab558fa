//! The first step: everything that can be refused before anything runs.

use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, OperationType};
use async_graphql::{Name, Variables};

use super::query_limits::checker::QueryChecker;
use super::refuse::{invalid_parts, needs_post, refused, unknown_operation};
use super::request::{GraphQLRequest, GraphQLResponse};
use super::summary::OperationSummary;
use crate::graphql::schema_index::SchemaIndex;
use crate::graphql::spec::reveal_types::{reveal_types, root_type};
use crate::graphql::spec::variables::with_defaults;

/// A request that may run, and its document.
pub struct Prepared {
    pub document: ExecutableDocument,
    pub operation_name: Option<String>,
    /// The operation's root type.
    pub root: &'static str,
    /// The values of all variables: those that were sent, and defaults for the others.
    pub variables: Variables,
    /// Whether the document may skip fields.
    pub has_directives: bool,
    pub summary: OperationSummary,
}

impl Prepared {
    /// The operation to execute. There is one: `prepare` refuses a document without.
    pub fn operation(&self) -> Option<&OperationDefinition> {
        pick(&self.document, self.operation_name.as_deref())
    }

    pub fn is_mutation(&self) -> bool {
        self.root == "Mutation"
    }
}

/// Parses the document once, applies the query limits, picks the operation, checks the method and validates the variables.
/// Takes the variables out of the request.
pub fn prepare(
    checker: &QueryChecker,
    schema_index: &SchemaIndex,
    request: &mut GraphQLRequest,
) -> Result<Prepared, Box<GraphQLResponse>> {
    let mut document = checker
        .check(&request.query, &request.variables)
        .map_err(|error| refused("query", &error.to_string()))?;
    let operation_name = request.operation_name.clone();
    let operation = pick(&document, operation_name.as_deref()).ok_or_else(unknown_operation)?;
    check_method(checker, &document, operation, request.only_queries)?;
    let root = root_type(operation.ty);
    let summary = OperationSummary::of(schema_index, &document, operation, root);
    let inputs = schema_index.inputs();
    let errors = inputs.variable_errors(operation, &request.variables);
    if !errors.is_empty() {
        return Err(Box::new(invalid_parts(errors).with_summary(summary)));
    }
    let variables = with_defaults(operation, std::mem::take(&mut request.variables));
    let has_directives = request.query.contains('@');
    reveal_types(&mut document, schema_index, has_directives);
    Ok(Prepared {
        document,
        operation_name,
        root,
        variables,
        has_directives,
        summary,
    })
}

/// Picks the operation with a name, or without a name the only one.
fn pick<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Option<&'a OperationDefinition> {
    let mut matching = document
        .operations
        .iter()
        .filter(|(own_name, _)| name.is_none() || own_name.map(Name::as_str) == name);
    match (matching.next(), matching.next()) {
        (Some((_, operation)), None) => Some(&operation.node),
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
