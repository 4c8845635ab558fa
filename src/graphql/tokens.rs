//! Tokens: signing in and staying in.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use super::access::{AccessLevel, access};
use super::caller::{client, of};
use super::error::ApiError;
use super::scalars::{DateTime, count};
use super::sessions::Session;
use super::users::User;
use crate::service::{self, Sessions};

/// What a client needs to act as the user.
#[derive(SimpleObject)]
pub struct TokenPair {
    /// For `Authorization: Bearer`. A JWT (RFC 9068).
    access_token: String,
    /// Always `Bearer`.
    token_type: String,
    /// Seconds until the access token expires.
    expires_in: i32,
    /// For `refresh`. Good until its successor is used.
    refresh_token: String,
    /// When the session ends unless it is refreshed before.
    refresh_expires_at: DateTime,
}

impl From<service::TokenPair> for TokenPair {
    fn from(pair: service::TokenPair) -> Self {
        Self {
            access_token: pair.access_token,
            token_type: "Bearer".to_owned(),
            expires_in: count(pair.expires_in),
            refresh_token: pair.refresh_token,
            refresh_expires_at: DateTime(pair.refresh_expires_at),
        }
    }
}

/// Who wants to sign in.
#[derive(InputObject)]
pub struct LoginInput {
    /// An email address or a username.
    identifier: String,
    password: String,
}

/// A new session.
#[derive(SimpleObject)]
pub struct LoginPayload {
    token: TokenPair,
    session: Session,
    user: User,
}

/// Which session to keep alive.
#[derive(InputObject)]
pub struct RefreshInput {
    /// The newest one of the session. A client that lost the answer may send the one before again.
    refresh_token: String,
}

/// The session with its next tokens.
#[derive(SimpleObject)]
pub struct RefreshPayload {
    token: TokenPair,
    session: Session,
}

#[derive(Default)]
pub struct TokenMutation;

#[Object]
impl TokenMutation {
    /// Checks a password and makes a session. An unverified user may log in.
    ///
    /// Errors: AUTH_INVALID_CREDENTIALS, RATE_LIMITED, OVERLOADED.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn login(&self, ctx: &Context<'_>, input: LoginInput) -> Result<LoginPayload, ApiError> {
        let sessions = of::<Sessions>(ctx)?;
        let client = client(ctx)?.clone();
        let login = sessions
            .login(&input.identifier, &input.password, client)
            .await?;
        Ok(LoginPayload {
            token: login.tokens.into(),
            session: Session::new(sessions, login.session, true),
            user: User::of_self(login.user),
        })
    }

    /// Exchanges a refresh token for the next one and a fresh access token.
    ///
    /// When an answer is lost, send the same token again: the same successor comes back. A token
    /// that was used and whose successor was used too ends the session, since only a copy can be.
    ///
    /// Errors: AUTH_REFRESH_TOKEN_INVALID, AUTH_SESSION_ENDED, RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn refresh(
        &self,
        ctx: &Context<'_>,
        input: RefreshInput,
    ) -> Result<RefreshPayload, ApiError> {
        let sessions = of::<Sessions>(ctx)?;
        let client = client(ctx)?.clone();
        let refreshed = sessions.refresh(&input.refresh_token, client).await?;
        Ok(RefreshPayload {
            token: refreshed.tokens.into(),
            session: Session::new(sessions, refreshed.session, true),
        })
    }
}
