//! The end of sessions: logging out, and revoking one or all others.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, of, refresh_tokens, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::{id, invalid};
use crate::graphql::scalars::count;
use crate::graphql::session::session::Session;
use crate::service::{AuthError, Revoke, Sessions};

/// Which session to end: the current one unless another is named, or all.
#[derive(InputObject, Default)]
pub struct LogoutInput {
    session_id: Option<ID>,
    #[graphql(default = false)]
    revoke_all_sessions: bool,
}

/// What a logout did.
#[derive(SimpleObject)]
pub struct LogoutPayload {
    /// How many sessions ended: 0 when the one named was over already; of more than 10,000, at least so many.
    revoked_sessions: i32,
}

/// Which session to end.
#[derive(InputObject)]
pub struct RevokeSessionInput {
    session_id: ID,
}

/// The ended session.
#[derive(SimpleObject)]
pub struct RevokeSessionPayload {
    session: Session,
}

/// The current session is the only one.
#[derive(SimpleObject)]
pub struct RevokeOtherSessionsPayload {
    /// How many sessions ended; of more than 10,000, at least so many.
    revoked_sessions: i32,
}

#[derive(Default)]
pub struct EndSessionMutation;

#[Object]
impl EndSessionMutation {
    /// Ends the current session, the one named, or all of them. An unverified user may log out too.
    ///
    /// Errors: SESSION_NOT_FOUND, VALIDATION_FAILED.
    #[graphql(directive = access::apply(AccessLevel::Authenticated))]
    async fn logout(
        &self,
        ctx: &Context<'_>,
        input: Option<LogoutInput>,
    ) -> Result<LogoutPayload, ApiError> {
        let input = input.unwrap_or_default();
        let which = match (&input.session_id, input.revoke_all_sessions) {
            (Some(_), true) => {
                return Err(invalid(
                    "sessionId",
                    "must not be given together with revokeAllSessions",
                ));
            }
            (Some(named), false) => Revoke::Named(id(named).ok_or(AuthError::SessionNotFound)?),
            (None, true) => Revoke::All,
            (None, false) => Revoke::Current,
        };
        let viewer = viewer(ctx).await?;
        let revoked = of::<Sessions>(ctx)?
            .logout(&viewer, client(ctx)?, which)
            .await?;
        let ended = match which {
            Revoke::Named(id) => id,
            Revoke::Current | Revoke::All => viewer.session.id,
        };
        refresh_tokens(ctx)?.forget(ended);
        Ok(LogoutPayload {
            revoked_sessions: count(revoked),
        })
    }

    /// Ends one of the logged-in user's sessions. Its very next request is refused.
    ///
    /// Errors: SESSION_NOT_FOUND.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn revoke_session(
        &self,
        ctx: &Context<'_>,
        input: RevokeSessionInput,
    ) -> Result<RevokeSessionPayload, ApiError> {
        let named = id(&input.session_id).ok_or(AuthError::SessionNotFound)?;
        let viewer = viewer(ctx).await?;
        let sessions = of::<Sessions>(ctx)?;
        let ended = sessions.revoke(&viewer, client(ctx)?, named).await?;
        let current = ended.id == viewer.session.id;
        refresh_tokens(ctx)?.forget(ended.id);
        Ok(RevokeSessionPayload {
            session: Session::new(sessions, ended, current),
        })
    }

    /// Ends all of the logged-in user's sessions but the current one. Their very next requests are refused.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn revoke_other_sessions(
        &self,
        ctx: &Context<'_>,
    ) -> Result<RevokeOtherSessionsPayload, ApiError> {
        let viewer = viewer(ctx).await?;
        let revoked = of::<Sessions>(ctx)?
            .revoke_others(&viewer, client(ctx)?)
            .await?;
        Ok(RevokeOtherSessionsPayload {
            revoked_sessions: count(revoked),
        })
    }
}
