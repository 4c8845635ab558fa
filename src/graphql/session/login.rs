//! Login: a password for a new session and its tokens.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::account::user::User;
use crate::graphql::engine::caller::{client, note_session, of, refresh_tokens};
use crate::graphql::error::ApiError;
use crate::graphql::input::optional_id;
use crate::graphql::session::session::Session;
use crate::graphql::session::token_pair::TokenPair;
use crate::service::Sessions;

/// Who wants to log in.
#[derive(InputObject)]
pub struct LoginInput {
    /// An email address or a username.
    identifier: String,
    password: String,
    /// The organization to act for: access tokens of the session say so, and as what. Left out: none.
    organization_id: Option<ID>,
}

/// A new session.
#[derive(SimpleObject)]
pub struct LoginPayload {
    token: TokenPair,
    session: Session,
    user: User,
}

#[derive(Default)]
pub struct LoginMutation;

#[Object]
impl LoginMutation {
    /// Checks a password and makes a session. An unverified user may log in.
    ///
    /// Errors: AUTH_INVALID_CREDENTIALS, RATE_LIMITED, OVERLOADED; with an organization,
    /// ORGANIZATION_NOT_FOUND and AUTH_EMAIL_NOT_VERIFIED.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn login(&self, ctx: &Context<'_>, input: LoginInput) -> Result<LoginPayload, ApiError> {
        let sessions = of::<Sessions>(ctx)?;
        let client = client(ctx)?.clone();
        let organization_id = optional_id(input.organization_id.as_ref());
        let login = sessions
            .login(&input.identifier, &input.password, organization_id, client)
            .await?;
        note_session(ctx, login.session.id)?;
        Ok(LoginPayload {
            token: TokenPair::new(login.tokens, refresh_tokens(ctx)?),
            session: Session::new(sessions, login.session, true),
            user: User::of_self(login.user),
        })
    }
}
