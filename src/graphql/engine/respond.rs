//! The last step: the response is repaired as the specification requires, and summed up for the access log.

use async_graphql::{Response, ServerError, Value};

use super::body::{Body, codes, extension, readable_errors};
use super::budget::Budget;
use super::execute::Execution;
use super::prepare::Prepared;
use super::refuse::refuse_with;
use super::request::{Challenge, GraphQLResponse, Outcome};
use super::summary::OperationSummary;
use crate::graphql::error::ErrorCode;

/// Makes the response to a request that was executed.
pub fn respond(
    Prepared {
        operation, summary, ..
    }: Prepared<'_>,
    execution: Execution,
) -> GraphQLResponse {
    let mut response = execution.response;
    let summary = OperationSummary {
        session: execution.session,
        ..summary
    };
    if execution.budget.is_exceeded() {
        response = Response::from_errors(vec![execution.budget.refusal().without_place()]);
    } else if !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
    {
        // Errors without a path are those of validation: nothing was executed.
        return refuse_with(response.errors).with_summary(summary);
    } else {
        operation.repair(&mut response);
    }
    let executed = executed(
        response,
        execution.had_bearer,
        &execution.request_id,
        &execution.budget,
    );
    GraphQLResponse {
        cookie: execution.refresh_tokens.take_change(),
        is_mutation: operation.is_mutation(),
        ..executed.with_summary(summary)
    }
}

fn executed(
    response: Response,
    had_bearer: bool,
    request_id: &str,
    budget: &Budget,
) -> GraphQLResponse {
    let challenges = response.errors.iter();
    let challenge = challenges
        .filter_map(|error| challenge(error, had_bearer))
        .max();
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

/// The challenge for an error; `None` unless it is about authentication.
fn challenge(error: &ServerError, had_bearer: bool) -> Option<Challenge> {
    let code = extension(error, "code")?;
    match extension(error, "maxAge") {
        Some(Value::Number(seconds))
            if *code == ErrorCode::AuthReauthenticationRequired.value() =>
        {
            let max_age = seconds.as_u64()?;
            Some(Challenge::InsufficientAuthentication { max_age })
        }
        _ => Challenge::of(code, had_bearer),
    }
}

/// The seconds to wait before a retry, if the error asks for one.
fn retry_after(error: &ServerError) -> Option<u64> {
    match extension(error, "retryAfter")? {
        Value::Number(seconds) => seconds.as_u64(),
        _ => None,
    }
}
