//! The refusal of a request that is wrong before it is GraphQL.

use axum::http::StatusCode;

/// A refused request: the status, the part that is wrong, and what is wrong with it.
#[derive(Debug)]
pub struct BadRequest {
    pub status: StatusCode,
    pub fault: Fault,
    /// The part as a path, such as `headers.Origin`.
    pub part: String,
    /// The rest of the sentence that the part begins, such as `is missing`.
    pub reason: String,
}

/// The kind of response that a refused request gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// One that names the part.
    Invalid,
    /// One after which libraries send the query itself, because the request has only its hash.
    PersistedQuery,
}

impl BadRequest {
    /// Refuses a part of a request with a status.
    pub fn with_status(status: StatusCode, part: &str, reason: impl Into<String>) -> Self {
        Self {
            status,
            fault: Fault::Invalid,
            part: part.to_owned(),
            reason: reason.into(),
        }
    }

    /// Refuses a part of a request.
    pub fn new(part: &str, reason: impl Into<String>) -> Self {
        Self::with_status(StatusCode::BAD_REQUEST, part, reason)
    }

    /// Refuses a header.
    pub fn header(name: &str, reason: impl Into<String>) -> Self {
        Self::new(&format!("headers.{name}"), reason)
    }

    /// Refuses a media type, charset or content encoding.
    pub fn unsupported(part: &str, reason: &str) -> Self {
        Self::with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE, part, reason)
    }

    /// Refuses a persisted query. The status is that of Apollo Server for every media type: some of its clients do not read
    /// a response with another one.
    pub fn persisted_query() -> Self {
        Self {
            fault: Fault::PersistedQuery,
            ..Self::with_status(StatusCode::OK, "query", "is missing")
        }
    }
}
