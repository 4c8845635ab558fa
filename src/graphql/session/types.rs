//! The GraphQL types that the operations share: the session, with its device, its status and the reason of its end, and its
//! tokens.

use async_graphql::{Enum, ID, SimpleObject};

use crate::domain::{self, AuthenticationMethod, EndReason, SessionState};
use crate::graphql::engine::token_delivery::RefreshTokens;
use crate::graphql::scalars::{DateTime, count};
use crate::service::{self, Sessions};

/// A device on which a user is signed in.
#[derive(SimpleObject)]
pub struct Session {
    /// The unique id of the session.
    #[graphql(owned)]
    pub id: ID,
    /// The device, as its headers describe it.
    device: Device,
    /// The client's IP address at login, or at the latest refresh.
    ip_address: Option<String>,
    /// The status of the session.
    status: SessionStatus,
    /// Whether this request was made with this session, or created it.
    current: bool,
    /// The time of the login.
    created_at: DateTime,
    /// The time of the latest login, refresh, or first use of the tokens of a refresh. It may lag behind by the lifetime of
    /// an access token, since requests are not recorded one by one.
    last_used_at: DateTime,
    /// The time at which the session ends unless it is refreshed before.
    expires_at: DateTime,
    /// The time at which the session ended; null while it is live.
    ended_at: Option<DateTime>,
    /// The reason why the session ended; null while it is live.
    end_reason: Option<SessionEndReason>,
    /// The ways in which the user has proven who they are in this session: at the login, and with `reauthenticate`.
    methods: Vec<SignInMethod>,
    /// Whether the user has shown a second factor in this session. False if that factor was replaced or removed since.
    second_factor: bool,
    /// The time at which the user last proved who they are in this session: the login, or the latest `reauthenticate` or `confirmTotpSetup`.
    authenticated_at: DateTime,
}

/// A way to sign in. More may come: show one that you do not know by its name.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInMethod {
    /// With the password.
    Password,
    /// With a passkey.
    Passkey,
}

impl SignInMethod {
    /// The way to sign in of a method; `None` for a second factor.
    fn of(method: AuthenticationMethod) -> Option<Self> {
        match method {
            AuthenticationMethod::Pwd => Some(Self::Password),
            AuthenticationMethod::Hwk => Some(Self::Passkey),
            AuthenticationMethod::Otp | AuthenticationMethod::Rec | AuthenticationMethod::User => {
                None
            }
        }
    }
}

impl Session {
    pub fn new(sessions: &Sessions, session: domain::Session, current: bool) -> Self {
        let state = sessions.state(&session);
        let end = state.end();
        Self {
            id: session.id.into(),
            device: session.device.into(),
            ip_address: Some(session.ip_address),
            status: SessionStatus::of(state),
            current,
            created_at: DateTime(session.created_at),
            last_used_at: DateTime(session.last_used_at),
            expires_at: DateTime(session.expires_at),
            ended_at: end.map(|end| DateTime(end.at)),
            end_reason: end.map(|end| end.reason.into()),
            methods: session
                .methods
                .iter()
                .filter_map(SignInMethod::of)
                .collect(),
            second_factor: session.second_factor_at.is_some(),
            authenticated_at: DateTime(session.authenticated_at),
        }
    }
}

/// A device, as the headers of its requests describe it. Show each value as text, never as a link: the client chose it.
#[derive(SimpleObject)]
pub struct Device {
    /// The device's own id, from the header `X-Device-ID`.
    id: Option<String>,
    /// The name of the device, from the header `X-Device-Name`.
    name: Option<String>,
    /// The type of the device, from the header `X-Device-Type`; `unknown` without it.
    #[graphql(name = "type")]
    kind: String,
    /// The browser or app, from the header `User-Agent`, cut to 512 characters.
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

/// The status of a session, which says whether it can be used.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionStatus {
    /// The session is live.
    Active,
    /// The session expired: it was not refreshed for too long, or reached its maximum age.
    Expired,
    /// The session was ended before it expired.
    Revoked,
}

impl SessionStatus {
    fn of(state: SessionState) -> Self {
        match state {
            SessionState::Live => Self::Active,
            SessionState::Ended(end) => match end.reason {
                EndReason::Idle | EndReason::Expired => Self::Expired,
                _ => Self::Revoked,
            },
        }
    }
}

/// The reason why a session ended.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "EndReason")]
pub enum SessionEndReason {
    /// The user logged out of the session.
    Logout,
    /// The user logged out of all sessions.
    LogoutAll,
    /// The user revoked the session from another one.
    Revoked,
    /// The user changed the password.
    PasswordChanged,
    /// The user reset a forgotten password.
    PasswordReset,
    /// A refresh token was used that must be a copy. It may have been stolen.
    RefreshTokenReused,
    /// The session was not refreshed for too long.
    Idle,
    /// The session reached its maximum age.
    Expired,
    /// The account was deleted.
    AccountDeleted,
    /// The owner secured the account by the link "This was not me" in a notice, which ended every session.
    AccountSecured,
    /// The service no longer has the session: its database was restored from a backup that is older than the login.
    Lost,
}

/// The type of every access token.
pub const BEARER: &str = "Bearer";

/// The tokens of a session: one for requests, and one to renew both.
#[derive(SimpleObject)]
pub struct TokenPair {
    /// The access token: a JWT (RFC 9068). Send it in the header `Authorization: Bearer …`.
    access_token: String,
    /// The type of the access token: always `Bearer`.
    token_type: String,
    /// The number of seconds until the access token expires. Call `refresh` before.
    expires_in: i32,
    /// The refresh token for `refresh`. It is valid until its successor is used. It is empty with the header
    /// `X-Token-Delivery: cookie`, which puts it into a cookie that no script can read.
    refresh_token: String,
    /// The time at which the session ends unless it is refreshed before.
    refresh_expires_at: DateTime,
}

impl TokenPair {
    /// Makes the pair, and delivers the refresh token as the request asked for.
    pub fn new(mut pair: service::TokenPair, delivery: &RefreshTokens) -> Self {
        let refresh_token = delivery.deliver(&mut pair);
        Self {
            access_token: pair.access.token,
            token_type: BEARER.to_owned(),
            expires_in: count(pair.access.expires_in),
            refresh_token,
            refresh_expires_at: DateTime(pair.refresh_expires_at),
        }
    }
}
