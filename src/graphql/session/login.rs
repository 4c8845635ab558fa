//! Login: the exchange of a password for a new session and its tokens.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::account::user::User;
use crate::graphql::engine::caller::{client, note_session, refresh_tokens, services};
use crate::graphql::error::ApiError;
use crate::graphql::input::parse_optional_id;
use crate::graphql::session::types::{Session, TokenPair};
use crate::service::Login;

/// The input of `login`.
#[derive(InputObject)]
pub struct LoginInput {
    /// The email address or the username of the user.
    identifier: String,
    /// The password of the user.
    password: String,
    /// The id of the organization to act for: access tokens of the session name it and the user's role in it. None if it is
    /// left out.
    organization_id: Option<ID>,
}

/// The result of `login`.
#[derive(SimpleObject)]
pub struct LoginPayload {
    /// The tokens of the new session.
    token: TokenPair,
    /// The new session.
    session: Session,
    /// The user, who is signed in now.
    user: User,
}

impl LoginPayload {
    /// Delivers the tokens of a login.
    pub fn new(ctx: &Context<'_>, login: Login) -> Result<Self, ApiError> {
        note_session(ctx, login.session.id)?;
        Ok(Self {
            token: TokenPair::new(login.tokens, refresh_tokens(ctx)?),
            session: Session::new(&services(ctx)?.sessions, login.session, true),
            user: User::of_self(login.user),
        })
    }
}

#[derive(Default)]
pub struct LoginMutation;

#[Object]
impl LoginMutation {
    /// Signs a user in: checks the password, and creates a session and its tokens. An unverified user may log in, unless the
    /// operator conceals accounts (see `SignInOptions.unverifiedLogin`).
    ///
    /// If the account has a second factor, this is refused with AUTH_SECOND_FACTOR_REQUIRED, whose `extensions.challenge`
    /// is for `completeLogin`.
    ///
    /// Errors: AUTH_INVALID_CREDENTIALS, AUTH_SECOND_FACTOR_REQUIRED, RATE_LIMITED, OVERLOADED; with `organizationId` also
    /// ORGANIZATION_NOT_FOUND and AUTH_EMAIL_NOT_VERIFIED.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn login(&self, ctx: &Context<'_>, input: LoginInput) -> Result<LoginPayload, ApiError> {
        let sessions = &services(ctx)?.sessions;
        let client = client(ctx)?.clone();
        let organization_id = parse_optional_id(input.organization_id.as_ref());
        let login = sessions
            .login(&input.identifier, &input.password, organization_id, client)
            .await?;
        LoginPayload::new(ctx, login)
    }
}
