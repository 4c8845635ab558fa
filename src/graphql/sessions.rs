//! Sessions: seeing where one is logged in, and ending it.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use uuid::Uuid;

use super::access::{AccessLevel, access};
use super::caller::{client, of, refresh_tokens, viewer};
use super::connections::{Connection, connection};
use super::error::ApiError;
use super::input::{id, invalid, page};
use super::scalars::{DateTime, count};
use super::session_end::SessionEndReason;
use crate::domain;
use crate::service::{AuthError, Revoke, Sessions};

/// A logged-in device.
#[derive(SimpleObject)]
pub struct Session {
    #[graphql(owned)]
    pub(super) id: ID,
    device: Device,
    /// The client's address at login, or at the latest refresh.
    ip_address: Option<String>,
    status: SessionStatus,
    /// Whether this request was made with this session, or made it.
    current: bool,
    /// When the user logged in.
    created_at: DateTime,
    /// The latest login, refresh, or first use of a refresh's tokens: exact to the life of an access
    /// token, since writing at each request would cost each request.
    last_used_at: DateTime,
    /// When the session ends unless it is refreshed before.
    expires_at: DateTime,
    /// When the session ended; null while it lives.
    ended_at: Option<DateTime>,
    /// Why the session ended; null while it lives.
    end_reason: Option<SessionEndReason>,
}

impl Session {
    pub(super) fn new(sessions: &Sessions, session: domain::Session, current: bool) -> Self {
        let (status, end) = sessions.state(&session);
        Self {
            id: session.id.into(),
            device: session.device.into(),
            ip_address: Some(session.ip_address),
            status: status.into(),
            current,
            created_at: DateTime(session.created_at),
            last_used_at: DateTime(session.last_used_at),
            expires_at: DateTime(session.expires_at),
            ended_at: end.map(|end| DateTime(end.at)),
            end_reason: end.map(|end| end.reason.into()),
        }
    }
}

/// What a client tells about itself in its headers.
#[derive(SimpleObject)]
pub struct Device {
    /// From the `X-Device-ID` header.
    id: Option<String>,
    /// From `X-Device-Name`.
    name: Option<String>,
    /// From `X-Device-Type`, else `unknown`.
    #[graphql(name = "type")]
    kind: String,
    /// From `User-Agent`, cut to 512 characters.
    user_agent: Option<String>,
}

impl From<domain::Device> for Device {
    fn from(device: domain::Device) -> Self {
        Self {
            id: device.id,
            name: device.name,
            kind: device.kind,
            user_agent: device.user_agent,
        }
    }
}

/// Whether a session can be used.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::SessionStatus")]
pub enum SessionStatus {
    Active,
    /// It ran out: not refreshed for too long, or at its highest age.
    Expired,
    /// Somebody or something ended it before its time.
    Revoked,
}

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

type SessionConnection = Connection<Session, SessionTotal>;

/// What a page of sessions is a page of.
pub struct SessionTotal {
    user_id: Uuid,
    include_expired: bool,
}

#[Object]
impl SessionTotal {
    /// How many sessions there are on all pages. Costs a statement of its own.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        let sessions = of::<Sessions>(ctx)?;
        let total = sessions.count(self.user_id, self.include_expired).await?;
        Ok(count(total))
    }
}

#[derive(Default)]
pub struct SessionQuery;

#[Object]
impl SessionQuery {
    /// The signed-in user's sessions, newest first. Only live ones, unless `includeExpired`.
    ///
    /// A page has 50 sessions unless `first` or `last` says otherwise, and never more than 100.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = false)] include_expired: bool,
        after: Option<String>,
        before: Option<String>,
        first: Option<i32>,
        last: Option<i32>,
    ) -> Result<SessionConnection, ApiError> {
        let request = page(after.as_deref(), before.as_deref(), first, last)?;
        let viewer = viewer(ctx).await?;
        let sessions = of::<Sessions>(ctx)?;
        let user_id = viewer.user.id;
        let found = sessions.list(user_id, include_expired, &request).await?;
        let total = SessionTotal {
            user_id,
            include_expired,
        };
        connection(ctx, found, total, |session| {
            let (id, current) = (session.id, session.id == viewer.session.id);
            (id, Session::new(sessions, session, current))
        })
    }
}

#[derive(Default)]
pub struct SessionMutation;

#[Object]
impl SessionMutation {
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
