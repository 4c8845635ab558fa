//! Responses to requests that are never executed, and bodies of responses that the HTTP layer makes itself.

use async_graphql::ServerError;

use super::body::{Body, codes, readable_errors};
use super::request::{GraphQLResponse, Outcome};
use super::summary::OperationSummary;
use crate::graphql::error::{ApiError, ErrorCode};
use crate::service::AuthError;

/// The body of a response to a request that is not a valid GraphQL request. `path` names the invalid part.
#[must_use]
pub fn refusal(path: &str, reason: &str) -> Vec<u8> {
    refused(path, reason).body
}

/// The body of a response to a request that names a query by its hash. Some client libraries recognize it by the message.
#[must_use]
pub fn persisted_query_not_supported() -> Vec<u8> {
    let code = ErrorCode::PersistedQueryNotSupported;
    let error = ApiError::literal(code, "PersistedQueryNotSupported").without_place();
    refuse_with(vec![error]).body
}

/// The body of a response to a request that took too long.
#[must_use]
pub fn timed_out() -> Vec<u8> {
    unavailable("the answer took too long")
}

/// The body of a response to a mutation that was stopped because the server is busy.
#[must_use]
pub fn mutation_outcome_unknown() -> Vec<u8> {
    unavailable("the server is busy")
}

/// The body of a response that leaves open whether a mutation was carried out.
fn unavailable(reason: &str) -> Vec<u8> {
    let message =
        format!("{reason}: look whether the change was made, and otherwise try again shortly");
    let error = ApiError::new(ErrorCode::Unavailable, &message).without_place();
    refuse_with(vec![error]).body
}

/// The response to a query whose response has no room.
pub fn no_room() -> GraphQLResponse {
    GraphQLResponse {
        outcome: Outcome::NoRoom,
        body: Vec::new(),
        challenge: None,
        retry_after: None,
        cookie: None,
        is_mutation: false,
        summary: OperationSummary::refused(ErrorCode::Overloaded),
    }
}

/// The body of a response to a request that the server has no capacity for now. `retry_after` is in seconds.
#[must_use]
pub fn overloaded(retry_after: u64) -> Vec<u8> {
    let error = ApiError::from(AuthError::Overloaded { retry_after });
    refuse_with(vec![error.without_place()]).body
}

/// The body of a response to a request that ended in a panic.
#[must_use]
pub fn crashed(request_id: &str) -> Vec<u8> {
    let error = ApiError::internal().with("requestId", request_id);
    let error = error.without_place();
    refuse_with(vec![error]).body
}

/// The response to a request with one invalid part. `path` names the part.
pub fn refused(path: &str, reason: &str) -> GraphQLResponse {
    invalid_parts(vec![(path.to_owned(), reason.to_owned())])
}

/// The response to a request with invalid parts: the path of each, and a predicate such as "is required".
pub fn invalid_parts(parts: Vec<(String, String)>) -> GraphQLResponse {
    refuse_with(vec![ApiError::invalid(parts).without_place()])
}

/// The response to a request that names no operation of its document.
pub fn unknown_operation() -> GraphQLResponse {
    refused("operationName", "names no operation of the document")
}

/// The response to a GET that must be a POST.
pub fn needs_post(reason: &str) -> GraphQLResponse {
    GraphQLResponse {
        outcome: Outcome::PostNeeded,
        ..refused("query", reason)
    }
}

/// The response with these errors and no data.
pub fn refuse_with(errors: Vec<ServerError>) -> GraphQLResponse {
    let errors = readable_errors(errors);
    GraphQLResponse {
        summary: OperationSummary {
            operation: "none",
            codes: codes(&errors),
            ..OperationSummary::default()
        },
        outcome: Outcome::Refused,
        body: Body { errors, data: None }.to_json(),
        challenge: None,
        retry_after: None,
        cookie: None,
        is_mutation: false,
    }
}
