//! Tokens: logging in and staying in.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::access::{AccessLevel, access};
use super::caller::{client, note_session, of, refresh_tokens, viewer};
use super::error::ApiError;
use super::input::{invalid, optional_id};
use super::loaders::Loaders;
use super::memberships::OrganizationRole;
use super::organizations::Organization;
use super::scalars::{DateTime, count};
use super::sessions::Session;
use super::token_delivery::RefreshTokens;
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
    /// For `refresh`. Good until its successor is used. Empty with `X-Token-Delivery: cookie`, which
    /// puts it into a cookie that no script can read.
    refresh_token: String,
    /// When the session ends unless it is refreshed before.
    refresh_expires_at: DateTime,
}

const BEARER: &str = "Bearer";

impl TokenPair {
    fn new(mut pair: service::TokenPair, way: &RefreshTokens) -> Self {
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

const NO_REFRESH_TOKEN: &str =
    "is required, unless a cookie has it and the request says X-Token-Delivery: cookie";

/// Which session to keep alive.
#[derive(InputObject)]
pub struct RefreshInput {
    /// The newest one of the session. A client that lost the answer may send the one before again.
    /// With `X-Token-Delivery: cookie`, leave it out: the cookie has it.
    refresh_token: Option<String>,
    /// The organization to act for from now on. Left out: the same as before, as long as the user belongs
    /// to it.
    organization_id: Option<ID>,
}

/// Which organization to act for.
#[derive(InputObject)]
pub struct SwitchOrganizationInput {
    /// Null or left out: none.
    organization_id: Option<ID>,
}

/// An access token for the organization. The refresh token stays what it is.
#[derive(SimpleObject)]
pub struct SwitchOrganizationPayload {
    /// For `Authorization: Bearer`. A JWT (RFC 9068), with the claims `org` and `org_role`.
    access_token: String,
    /// Always `Bearer`.
    token_type: String,
    /// Seconds until the access token expires.
    expires_in: i32,
    /// Null: the token is for none.
    organization: Option<Organization>,
    /// What the user is there.
    role: Option<OrganizationRole>,
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

    /// Exchanges a refresh token for the next one and a fresh access token.
    ///
    /// When an answer is lost, send the same token again: the same successor comes back. A token
    /// that was used and whose successor was used too ends the session, since only a copy can be. So does
    /// an access token of an answer that its client has given up for more than a minute by asking again.
    ///
    /// Errors: AUTH_REFRESH_TOKEN_INVALID, AUTH_SESSION_ENDED, RATE_LIMITED; VALIDATION_FAILED without a token;
    /// with an organization, ORGANIZATION_NOT_FOUND and AUTH_EMAIL_NOT_VERIFIED: nothing is exchanged then.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn refresh(
        &self,
        ctx: &Context<'_>,
        input: RefreshInput,
    ) -> Result<RefreshPayload, ApiError> {
        let sessions = of::<Sessions>(ctx)?;
        let client = client(ctx)?.clone();
        let way = refresh_tokens(ctx)?;
        let token = way
            .presented(input.refresh_token.as_deref())
            .ok_or_else(|| invalid("refreshToken", NO_REFRESH_TOKEN))?;
        let organization_id = optional_id(input.organization_id.as_ref());
        let refreshed = sessions.refresh(token, organization_id, client).await?;
        note_session(ctx, refreshed.session.id)?;
        Ok(RefreshPayload {
            token: TokenPair::new(refreshed.tokens, way),
            session: Session::new(sessions, refreshed.session, true),
        })
    }

    /// Lets the current session act for another organization of the logged-in user, or for none: makes an
    /// access token that says so, and rotates nothing. Refreshes keep to it.
    ///
    /// Errors: ORGANIZATION_NOT_FOUND.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn switch_organization(
        &self,
        ctx: &Context<'_>,
        input: SwitchOrganizationInput,
    ) -> Result<SwitchOrganizationPayload, ApiError> {
        let organization_id = optional_id(input.organization_id.as_ref());
        let viewer = viewer(ctx).await?;
        let switched = of::<Sessions>(ctx)?
            .switch(&viewer, organization_id)
            .await?;
        let organization = match &switched.acting {
            None => None,
            Some(acting) => {
                let id = acting.organization_id;
                let found = of::<Loaders>(ctx)?.organization(id).await?;
                Some(Organization::seen_by(found, viewer.user.id))
            }
        };
        Ok(SwitchOrganizationPayload {
            access_token: switched.access_token.token,
            token_type: BEARER.to_owned(),
            expires_in: count(switched.access_token.expires_in),
            organization,
            role: switched.acting.map(|acting| acting.role.into()),
        })
    }
}
