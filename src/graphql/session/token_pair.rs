//! The tokens of a session, as a client gets them.

use async_graphql::SimpleObject;

use crate::graphql::engine::token_delivery::RefreshTokens;
use crate::graphql::scalars::{DateTime, count};
use crate::service;

/// The type of every access token.
pub const BEARER: &str = "Bearer";

/// What a client needs to act as the user.
#[derive(SimpleObject)]
pub struct TokenPair {
    /// For `Authorization: Bearer`. A JWT (RFC 9068).
    access_token: String,
    /// Always `Bearer`.
    token_type: String,
    /// Seconds until the access token expires.
    expires_in: i32,
    /// For `refresh`. Good until its successor is used. Empty with `X-Token-Delivery: cookie`, which
    /// puts it into a cookie that no script can read.
    refresh_token: String,
    /// When the session ends unless it is refreshed before.
    refresh_expires_at: DateTime,
}

impl TokenPair {
    pub fn new(mut pair: service::TokenPair, way: &RefreshTokens) -> Self {
        let refresh_token = way.deliver(&mut pair);
        Self {
            access_token: pair.access.token,
            token_type: BEARER.to_owned(),
            expires_in: count(pair.access.expires_in),
            refresh_token,
            refresh_expires_at: DateTime(pair.refresh_expires_at),
        }
    }
}
