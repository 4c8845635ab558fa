//! The end of sessions: logging out, and revoking one session or all others.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, refresh_tokens, services, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::{invalid, parse_id};
use crate::graphql::scalars::count;
use crate::graphql::session::types::Session;
use crate::service::{AuthError, LogoutScope};

/// The input of `logout`. Without any field, the current session ends.
#[derive(InputObject, Default)]
pub struct LogoutInput {
    /// The id of the session to end, if it is not the current one. Not together with `revokeAllSessions`.
    session_id: Option<ID>,
    /// Whether to end all sessions of the user, the current one included.
    #[graphql(default = false)]
    revoke_all_sessions: bool,
}

/// The result of `logout`. Forget the tokens of the sessions that ended.
#[derive(SimpleObject)]
pub struct LogoutPayload {
    /// The number of sessions that ended: 0 if the given one had ended before. Above 10,000, it may be too low.
    revoked_sessions: i32,
}

/// The input of `revokeSession`.
#[derive(InputObject)]
pub struct RevokeSessionInput {
    /// The id of the session to end.
    session_id: ID,
}

/// The result of `revokeSession`.
#[derive(SimpleObject)]
pub struct RevokeSessionPayload {
    /// The session that ended.
    session: Session,
}

/// The result of `revokeOtherSessions`.
#[derive(SimpleObject)]
pub struct RevokeOtherSessionsPayload {
    /// The number of sessions that ended. Above 10,000, it may be too low.
    revoked_sessions: i32,
}

#[derive(Default)]
pub struct EndSessionMutation;

#[Object]
impl EndSessionMutation {
    /// Ends the current session, the given one, or all sessions of the signed-in user. An unverified user may log out, too.
    ///
    /// Errors: SESSION_NOT_FOUND, VALIDATION_FAILED (both fields of the input are given).
    #[graphql(directive = access::apply(AccessLevel::Authenticated))]
    async fn logout(
        &self,
        ctx: &Context<'_>,
        input: Option<LogoutInput>,
    ) -> Result<LogoutPayload, ApiError> {
        let scope = parse_scope(&input.unwrap_or_default())?;
        let viewer = viewer(ctx).await?;
        let sessions = &services(ctx)?.sessions;
        let logged_out = sessions.logout(&viewer, client(ctx)?, scope).await?;
        refresh_tokens(ctx)?.forget(logged_out.session_id);
        Ok(LogoutPayload {
            revoked_sessions: count(logged_out.revoked_sessions),
        })
    }

    /// Ends one of the signed-in user's sessions. The next request of that session is refused.
    ///
    /// Errors: SESSION_NOT_FOUND.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn revoke_session(
        &self,
        ctx: &Context<'_>,
        input: RevokeSessionInput,
    ) -> Result<RevokeSessionPayload, ApiError> {
        let id = parse_id(&input.session_id).ok_or(AuthError::SessionNotFound)?;
        let viewer = viewer(ctx).await?;
        let sessions = &services(ctx)?.sessions;
        let session = sessions.revoke(&viewer, client(ctx)?, id).await?;
        let current = session.id == viewer.session.id;
        refresh_tokens(ctx)?.forget(session.id);
        Ok(RevokeSessionPayload {
            session: Session::new(sessions, session, current),
        })
    }

    /// Ends all sessions of the signed-in user except the current one. The next requests of those sessions are refused.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn revoke_other_sessions(
        &self,
        ctx: &Context<'_>,
    ) -> Result<RevokeOtherSessionsPayload, ApiError> {
        let viewer = viewer(ctx).await?;
        let revoked = services(ctx)?
            .sessions
            .revoke_others(&viewer, client(ctx)?)
            .await?;
        Ok(RevokeOtherSessionsPayload {
            revoked_sessions: count(revoked),
        })
    }
}

fn parse_scope(input: &LogoutInput) -> Result<LogoutScope, ApiError> {
    match (&input.session_id, input.revoke_all_sessions) {
        (Some(_), true) => Err(invalid(
            "sessionId",
            "must not be given together with revokeAllSessions",
        )),
        (Some(id), false) => {
            let id = parse_id(id).ok_or(AuthError::SessionNotFound)?;
            Ok(LogoutScope::Named(id))
        }
        (None, true) => Ok(LogoutScope::All),
        (None, false) => Ok(LogoutScope::Current),
    }
}
