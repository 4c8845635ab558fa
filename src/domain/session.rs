//! A session: how long it lives, and how it ends.

use chrono::{DateTime, TimeDelta, Utc};
use strum::{EnumString, IntoStaticStr};

use super::{AuthenticationMethods, Device, OrganizationId, SessionId, UserId};

/// A session of a user on one device.
#[derive(Clone, Debug)]
pub struct Session {
    pub id: SessionId,
    pub user_id: UserId,
    /// The number of refresh tokens so far, counted from 1. Only the newest one rotates.
    pub generation: i64,
    /// When `generation` was reached.
    pub rotated_at: DateTime<Utc>,
    /// When a token of this generation was first presented, which proves that the client received it; `None` until then.
    pub received_at: Option<DateTime<Utc>>,
    /// When tokens of this generation were last issued again, so late that the earlier response must have been lost.
    pub replayed_at: Option<DateTime<Utc>>,
    /// The device at login, or at the latest rotation.
    pub device: Device,
    /// The client's address at login, or at the latest rotation.
    pub ip_address: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    /// When the session ends unless it is refreshed; never after `ends_at`.
    pub expires_at: DateTime<Utc>,
    /// When the session ends even if it is refreshed.
    pub ends_at: DateTime<Utc>,
    /// The end of a session that was ended before it expired.
    pub ended: Option<SessionEnd>,
    /// The organization that its access tokens are for, as long as its user is a member.
    pub organization_id: Option<OrganizationId>,
    /// When the user last proved who they are in this session: at login, or since.
    pub authenticated_at: DateTime<Utc>,
    /// When the user last proved it with a second factor; `None` if never, or if the account's factor was replaced or removed since.
    pub second_factor_at: Option<DateTime<Utc>>,
    /// The methods with which the user proved it.
    pub methods: AuthenticationMethods,
}

/// The end of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionEnd {
    pub at: DateTime<Utc>,
    pub reason: EndReason,
}

/// The reason for the end of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum EndReason {
    Logout,
    LogoutAll,
    Revoked,
    PasswordChanged,
    PasswordReset,
    RefreshTokenReused,
    Idle,
    Expired,
    AccountDeleted,
    AccountSecured,
    Lost,
}

impl EndReason {
    /// Returns the name of the reason in the API, in the database, in tokens and in the log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The state of a session at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    Live,
    Ended(SessionEnd),
}

impl SessionState {
    /// Returns the end of the session; `None` while it lives.
    #[must_use]
    pub fn end(self) -> Option<SessionEnd> {
        match self {
            Self::Live => None,
            Self::Ended(end) => Some(end),
        }
    }
}

/// The lifetimes of sessions.
#[derive(Clone, Copy, Debug)]
pub struct SessionTtl {
    /// The time without a refresh after which a session ends.
    pub idle: TimeDelta,
    /// The time after which a session ends even if it is refreshed.
    pub absolute: TimeDelta,
    /// The time for which an ended session is kept on record.
    pub retention: TimeDelta,
}

impl SessionTtl {
    /// Returns when a session that begins now ends: without a refresh, and in any case.
    #[must_use]
    pub fn of_new(&self, now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
        let ends_at = now + self.absolute;
        ((now + self.idle).min(ends_at), ends_at)
    }

    /// Returns whether a session with this id must still be on record, no matter when it ended. The id is a UUIDv7, which
    /// holds the time of the login.
    #[must_use]
    pub fn is_on_record(&self, id: SessionId, now: DateTime<Utc>) -> bool {
        let millis = (id.uuid().as_u128() >> 80).try_into().ok();
        let made_at = millis.and_then(DateTime::from_timestamp_millis);
        made_at.is_some_and(|made_at| now - made_at < self.retention)
    }
}

impl Session {
    /// Returns the methods of the session after another proof. Second factors that no longer count are left out.
    #[must_use]
    pub fn methods_with(&self, others: AuthenticationMethods) -> AuthenticationMethods {
        let methods = match self.second_factor_at {
            Some(_) => self.methods,
            None => self.methods.without_second_factors(),
        };
        methods.and(others)
    }

    /// Returns the state of the session at this moment.
    #[must_use]
    pub fn state(&self, now: DateTime<Utc>) -> SessionState {
        if let Some(end) = self.ended {
            return SessionState::Ended(end);
        }
        if now < self.expires_at {
            return SessionState::Live;
        }
        let reason = if self.expires_at == self.ends_at {
            EndReason::Expired
        } else {
            EndReason::Idle
        };
        SessionState::Ended(SessionEnd {
            at: self.expires_at,
            reason,
        })
    }
}
