//! Refresh: a refresh token for the next one and a fresh access token.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, note_session, of, refresh_tokens};
use crate::graphql::error::ApiError;
use crate::graphql::input::{invalid, optional_id};
use crate::graphql::session::session::Session;
use crate::graphql::session::token_pair::TokenPair;
use crate::service::Sessions;

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

/// The session with its next tokens.
#[derive(SimpleObject)]
pub struct RefreshPayload {
    token: TokenPair,
    session: Session,
}

#[derive(Default)]
pub struct RefreshMutation;

#[Object]
impl RefreshMutation {
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
}
