//! The tokens of a session as a GraphQL type.

use async_graphql::SimpleObject;

use crate::graphql::engine::token_delivery::RefreshTokens;
use crate::graphql::scalars::{DateTime, count};
use crate::service;

/// The type of every access token.
pub const BEARER: &str = "Bearer";

/// The tokens of a session: one for requests, and one to renew both.
#[derive(SimpleObject)]
pub struct TokenPair {
    /// The access token: a JWT (RFC 9068). Send it in the header `Authorization: Bearer …`.
    access_token: String,
    /// The type of the access token: always `Bearer`.
    token_type: String,
    /// The number of seconds until the access token expires. Call `refresh` before.
    expires_in: i32,
    /// The refresh token for `refresh`. It is valid until its successor is used. It is empty with the header
    /// `X-Token-Delivery: cookie`, which puts it into a cookie that no script can read.
    refresh_token: String,
    /// The time at which the session ends unless it is refreshed before.
    refresh_expires_at: DateTime,
}

impl TokenPair {
    /// Makes the pair, and delivers the refresh token as the request asked for.
    pub fn new(mut pair: service::TokenPair, delivery: &RefreshTokens) -> Self {
        let refresh_token = delivery.deliver(&mut pair);
        Self {
            access_token: pair.access.token,
            token_type: BEARER.to_owned(),
            expires_in: count(pair.access.expires_in),
            refresh_token,
            refresh_expires_at: DateTime(pair.refresh_expires_at),
        }
    }
}
