//! The last step: the response is repaired as the specification requires, and summed up for the access log.

use async_graphql::{Response, ServerError, Value};

use super::body::{Body, codes, extension, readable_errors};
use super::budget::Budget;
use super::execute::Execution;
use super::prepare::Prepared;
use super::refuse::{refuse_with, unknown_operation};
use super::request::{Challenge, GraphQLResponse, Outcome};
use super::summary::OperationSummary;
use crate::graphql::error::ErrorCode;
use crate::graphql::schema_index::SchemaIndex;
use crate::graphql::spec::executed_document::ExecutedDocument;

/// Makes the response to a request that was executed.
pub fn respond(
    schema_index: &SchemaIndex,
    prepared: &Prepared,
    execution: Execution,
) -> GraphQLResponse {
    let mut response = execution.response;
    let summary = OperationSummary {
        session: execution.session,
        ..prepared.summary.clone()
    };
    if execution.budget.is_exceeded() {
        response = Response::from_errors(vec![execution.budget.refusal().without_place()]);
    } else if !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
    {
        // Errors without a path are those of validation: nothing was executed.
        return refuse_with(response.errors).with_summary(summary);
    } else {
        let Some(operation) = prepared.operation() else {
            return unknown_operation().with_summary(summary);
        };
        let document = ExecutedDocument {
            schema_index,
            document: &prepared.document,
            operation,
            root: prepared.root,
            variables: &prepared.variables,
            has_directives: prepared.has_directives,
        };
        document.repair(&mut response);
    }
    let executed = executed(
        response,
        execution.had_bearer,
        &execution.request_id,
        &execution.budget,
    );
    GraphQLResponse {
        cookie: execution.refresh_tokens.take_change(),
        is_mutation: prepared.is_mutation(),
        ..executed.with_summary(summary)
    }
}

fn executed(
    response: Response,
    had_bearer: bool,
    request_id: &str,
    budget: &Budget,
) -> GraphQLResponse {
    let challenges = response
        .errors
        .iter()
        .filter_map(|error| Challenge::of(extension(error, "code")?, had_bearer));
    let challenge = challenges.max();
    let retry_after = response.errors.iter().filter_map(retry_after).max();
    let mut errors = readable_errors(response.errors);
    for error in &mut errors {
        if extension(error, "code") == Some(&ErrorCode::Internal.value()) {
            let extensions = error.extensions.get_or_insert_default();
            extensions.set("requestId", request_id);
        }
    }
    let codes = codes(&errors);
    let body = Body {
        errors,
        data: Some(response.data),
    };
    GraphQLResponse {
        summary: OperationSummary {
            codes,
            ..OperationSummary::default()
        },
        outcome: Outcome::Executed,
        body: budget.write(&body).unwrap_or_else(|| {
            let errors = vec![budget.refusal().without_place()];
            let data = Some(Value::Null);
            Body { errors, data }.to_json()
        }),
        challenge,
        retry_after,
        cookie: None,
        is_mutation: false,
    }
}

/// The seconds to wait before a retry, if the error asks for one.
fn retry_after(error: &ServerError) -> Option<u64> {
    match extension(error, "retryAfter")? {
        Value::Number(seconds) => seconds.as_u64(),
        _ => None,
    }
}
