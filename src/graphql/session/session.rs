//! The session as a GraphQL type: its device, its status, and why it is over.

use async_graphql::{Enum, ID, SimpleObject};

use crate::domain::{self, EndReason};
use crate::graphql::scalars::DateTime;
use crate::service::Sessions;

/// A logged-in device.
#[derive(SimpleObject)]
pub struct Session {
    #[graphql(owned)]
    pub id: ID,
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
    pub fn new(sessions: &Sessions, session: domain::Session, current: bool) -> Self {
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

/// Why a session is over.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "EndReason")]
pub enum SessionEndReason {
    /// The user logged out of it.
    Logout,
    /// The user logged out everywhere.
    LogoutAll,
    /// The user ended it from another session.
    Revoked,
    /// The user set a new password.
    PasswordChanged,
    /// The user reset a forgotten password.
    PasswordReset,
    /// A refresh token was shown that only a copy could be: perhaps it was stolen.
    RefreshTokenReused,
    /// It was not refreshed for too long.
    Idle,
    /// It reached its highest age.
    Expired,
    /// The account was deleted.
    AccountDeleted,
    /// The owner answered a notice with "this was not me": every session ended.
    AccountSecured,
    /// The service does not know it any more: its database was restored from before the login.
    Lost,
}
