//! The responses of `/graphql`.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::graphql::{
    self, Challenge, ErrorCode, GraphQLResponse, OperationSummary, Outcome,
    persisted_query_not_supported, refusal,
};
use crate::http::layers::response_memory::{MutationResponse, RETRY_AFTER};
use crate::http::request::bad_request::{BadRequest, Fault};
use crate::http::request::content::{self, MediaType};
use crate::http::request::cookies::CookieOptions;
use crate::platform::clock::Clock;

/// Turns a result of the engine into a response.
pub fn respond(
    media_type: MediaType,
    result: GraphQLResponse,
    cookies: &CookieOptions,
    clock: &Clock,
) -> Response {
    let status = match (result.outcome, media_type) {
        (Outcome::Executed, _) | (Outcome::Refused, MediaType::Json) => StatusCode::OK,
        (Outcome::Refused, MediaType::GraphqlResponse) => StatusCode::BAD_REQUEST,
        (Outcome::PostNeeded, _) => StatusCode::METHOD_NOT_ALLOWED,
        (Outcome::NoRoom, _) => {
            let mut response = overloaded(media_type);
            response.extensions_mut().insert(result.summary);
            return response;
        }
    };
    let mut response = send(media_type, status, result.body);
    let headers = response.headers_mut();
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    if let Some(challenge) = result.challenge {
        let value = match challenge {
            Challenge::Missing => "Bearer".to_owned(),
            Challenge::InvalidToken => r#"Bearer error="invalid_token""#.to_owned(),
            Challenge::InsufficientAuthentication { max_age } => {
                format!(r#"Bearer error="insufficient_user_authentication", max_age={max_age}"#)
            }
        };
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(header::WWW_AUTHENTICATE, value);
        }
    }
    if let Some(seconds) = result.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    let change = result.cookie.as_ref();
    if let Some(cookie) = change.and_then(|change| cookies.write(change, clock.now())) {
        headers.insert(header::SET_COOKIE, cookie);
    }
    if result.is_mutation {
        response.extensions_mut().insert(MutationResponse);
    }
    response.extensions_mut().insert(result.summary);
    response
}

/// Refuses a request that is wrong before it is GraphQL.
pub fn refuse(media_type: MediaType, bad_request: &BadRequest) -> Response {
    let (body, code) = match bad_request.fault {
        Fault::Invalid => {
            let body = refusal(&bad_request.part, &bad_request.reason);
            (body, ErrorCode::ValidationFailed)
        }
        Fault::PersistedQuery => {
            let body = persisted_query_not_supported();
            (body, ErrorCode::PersistedQueryNotSupported)
        }
    };
    with_summary(send(media_type, bad_request.status, body), code)
}

/// Refuses a request whose body has no memory beside those of others.
pub fn no_memory(headers: &HeaderMap) -> Response {
    overloaded(content::negotiate(headers).unwrap_or(MediaType::Json))
}

/// Refuses a request for which the bodies or the responses of others leave no memory.
fn overloaded(media_type: MediaType) -> Response {
    let body = graphql::overloaded(RETRY_AFTER);
    let mut response = send(media_type, StatusCode::SERVICE_UNAVAILABLE, body);
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER));
    with_summary(response, ErrorCode::Overloaded)
}

/// Answers a request that takes too long.
pub fn timed_out(media_type: MediaType) -> Response {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let response = send(media_type, status, graphql::timed_out());
    with_summary(response, ErrorCode::Unavailable)
}

/// Refuses every method but GET, HEAD and POST.
pub async fn method_not_allowed(headers: HeaderMap) -> Response {
    let media_type = content::negotiate(&headers).unwrap_or(MediaType::Json);
    let reason = "must be GET or POST";
    let refused = BadRequest::with_status(StatusCode::METHOD_NOT_ALLOWED, "method", reason);
    let mut response = refuse(media_type, &refused);
    let allowed = HeaderValue::from_static("GET, HEAD, POST");
    response.headers_mut().insert(header::ALLOW, allowed);
    response
}

/// Adds the summary for the access log of a request that has not become an operation.
fn with_summary(mut response: Response, code: ErrorCode) -> Response {
    let summary = OperationSummary::refused(code);
    response.extensions_mut().insert(summary);
    response
}

/// Returns a response that no cache keeps, because it may hold tokens.
fn send(media_type: MediaType, status: StatusCode, body: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, media_type.as_str()),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, body).into_response()
}
