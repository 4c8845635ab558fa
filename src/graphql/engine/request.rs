//! The request that the HTTP layer hands to the engine, and the response that it gets back.

use std::sync::Arc;

use async_graphql::Value;

use super::summary::OperationSummary;
use super::token_delivery::{CookieChange, TokenDelivery};
use crate::domain::Client;
use crate::graphql::access::NOT_SIGNED_IN;
use crate::graphql::error::ErrorCode;

/// One GraphQL request, and who sent it.
pub struct GraphQLRequest {
    pub query: String,
    pub operation_name: Option<String>,
    pub variables: serde_json::Map<String, serde_json::Value>,
    /// Whether mutations are refused: a GET must not change anything.
    pub only_queries: bool,
    pub client: Client,
    /// The token of the header `Authorization: Bearer`.
    pub bearer: Option<String>,
    pub token_delivery: TokenDelivery,
    /// The id of the request in the log. The client sees it with an unexpected error.
    pub request_id: Arc<str>,
    /// The memory of the body, released once the request has been executed.
    pub body_memory: Option<Box<dyn Send>>,
}

/// The response to a request, independent of HTTP.
pub struct GraphQLResponse {
    pub outcome: Outcome,
    /// The JSON text.
    pub body: Vec<u8>,
    /// The challenge for `WWW-Authenticate`, if an authentication error is among the errors.
    pub challenge: Option<Challenge>,
    /// The seconds to wait before a retry, if an error asks for one.
    pub retry_after: Option<u64>,
    /// The change to the cookie that holds the refresh token.
    pub cookie: Option<CookieChange>,
    /// Whether the request may have changed something.
    pub is_mutation: bool,
    /// For the access log.
    pub summary: OperationSummary,
}

impl GraphQLResponse {
    /// Adds the summary of the operation; the codes of the errors stay.
    pub(in crate::graphql) fn with_summary(mut self, operation: OperationSummary) -> Self {
        let codes = std::mem::take(&mut self.summary.codes);
        self.summary = OperationSummary { codes, ..operation };
        self
    }
}

/// The outcome of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was executed. There may be errors beside the data.
    Executed,
    /// The document, the operation name or the variables are not valid. Nothing was executed.
    Refused,
    /// A mutation, or a query that takes a secret, came by GET. Nothing was executed.
    PostNeeded,
    /// A query was executed, and its response was not written, because there is no room for it beside those of others.
    NoRoom,
}

/// The challenge in `WWW-Authenticate` (RFC 6750 section 3). The greater of two is more specific.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Challenge {
    /// No token was sent, or another credential is wrong: a password or a refresh token.
    Missing,
    /// The token that was sent is not valid.
    InvalidToken,
    /// The token is valid, and the field needs a more recent proof of who the user is (RFC 9470 section 3).
    InsufficientAuthentication {
        /// The maximum age of the proof, in seconds.
        max_age: u64,
    },
}

/// The codes for wrong credentials other than access tokens.
const WRONG_CREDENTIALS: [ErrorCode; 5] = [
    ErrorCode::AuthSecondFactorRequired,
    ErrorCode::AuthSecondFactorInvalid,
    ErrorCode::AuthChallengeInvalid,
    ErrorCode::AuthInvalidCredentials,
    ErrorCode::AuthRefreshTokenInvalid,
];

impl Challenge {
    /// The challenge for an error with this code; `None` unless it is about authentication.
    pub(in crate::graphql) fn of(code: &Value, had_bearer: bool) -> Option<Self> {
        let is_one_of = |codes: &[ErrorCode]| codes.iter().any(|listed| listed.value() == *code);
        if is_one_of(&NOT_SIGNED_IN) || is_one_of(&[ErrorCode::AuthTokenStale]) {
            let challenge = if had_bearer {
                Self::InvalidToken
            } else {
                Self::Missing
            };
            Some(challenge)
        } else {
            is_one_of(&WRONG_CREDENTIALS).then_some(Self::Missing)
        }
    }
}
