//! Refresh: the exchange of a refresh token for the next one and a new access token.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, note_session, refresh_tokens, services};
use crate::graphql::error::ApiError;
use crate::graphql::input::{invalid, parse_optional_id};
use crate::graphql::session::types::{Session, TokenPair};

const NO_REFRESH_TOKEN: &str =
    "is required, unless a cookie has it and the request says X-Token-Delivery: cookie";

/// The input of `refresh`.
#[derive(InputObject)]
pub struct RefreshInput {
    /// The newest refresh token of the session, or the one before if the answer to its refresh was lost. Leave it out with
    /// the header `X-Token-Delivery: cookie`: it is then taken from the cookie.
    refresh_token: Option<String>,
    /// The id of the organization to act for from now on. If it is left out, the session keeps its organization as long as
    /// the user is a member of it.
    organization_id: Option<ID>,
}

/// The result of `refresh`.
#[derive(SimpleObject)]
pub struct RefreshPayload {
    /// The next tokens of the session. Replace the stored ones.
    token: TokenPair,
    /// The session, which expires later now.
    session: Session,
}

#[derive(Default)]
pub struct RefreshMutation;

#[Object]
impl RefreshMutation {
    /// Exchanges a refresh token for the next one and a new access token.
    ///
    /// If an answer is lost, send the same token again: you get the same successor. A token whose successor has been used
    /// must be a copy, so using it ends the session. The same holds for an access token from an answer that its client took
    /// for lost more than a minute ago, and asked for again.
    ///
    /// Errors: AUTH_REFRESH_TOKEN_INVALID, AUTH_SESSION_ENDED, RATE_LIMITED, VALIDATION_FAILED (there is no token); with
    /// `organizationId` also ORGANIZATION_NOT_FOUND and AUTH_EMAIL_NOT_VERIFIED, and the token is then still valid.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn refresh(
        &self,
        ctx: &Context<'_>,
        input: RefreshInput,
    ) -> Result<RefreshPayload, ApiError> {
        let sessions = &services(ctx)?.sessions;
        let client = client(ctx)?.clone();
        let delivery = refresh_tokens(ctx)?;
        let token = delivery
            .presented(input.refresh_token.as_deref())
            .ok_or_else(|| invalid("refreshToken", NO_REFRESH_TOKEN))?;
        let organization_id = parse_optional_id(input.organization_id.as_ref());
        let refreshed = sessions.refresh(token, organization_id, client).await?;
        note_session(ctx, refreshed.session.id)?;
        Ok(RefreshPayload {
            token: TokenPair::new(refreshed.tokens, delivery),
            session: Session::new(sessions, refreshed.session, true),
        })
    }
}
