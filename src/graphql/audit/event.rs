//! The security event: something that happened to a user's account.

use async_graphql::{Enum, ID, SimpleObject};

use crate::domain;
use crate::graphql::scalars::DateTime;
use crate::graphql::session::session::{Device, SessionEndReason};

/// Something that happened to the logged-in user's account.
#[derive(SimpleObject)]
pub struct SecurityEvent {
    id: ID,
    kind: SecurityEventKind,
    occurred_at: DateTime,
    /// The address of the client that did it. Null if somebody else did it: an owner or admin of an
    /// organization.
    ip_address: Option<String>,
    /// What that client told about itself.
    device: Device,
    /// The session that was made or ended; it may not be listed any more.
    session_id: Option<ID>,
    /// Why that session ended.
    end_reason: Option<SessionEndReason>,
    /// The field of this API that was tried, of what was refused.
    operation: Option<String>,
    /// The organization that it was about; it may be gone by now.
    organization_id: Option<ID>,
}

impl From<domain::SecurityEvent> for SecurityEvent {
    fn from(event: domain::SecurityEvent) -> Self {
        Self {
            id: event.id.into(),
            kind: event.kind.into(),
            occurred_at: DateTime(event.at),
            ip_address: event.ip_address,
            device: event.device.into(),
            session_id: event.session_id.map(ID::from),
            end_reason: event.end_reason.map(SessionEndReason::from),
            operation: event.operation,
            organization_id: event.organization_id.map(ID::from),
        }
    }
}

/// What happened. More kinds may come: show those that you do not know by their names.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::SecurityEventKind")]
pub enum SecurityEventKind {
    /// The account was made.
    Registered,
    /// A mailed link proved the address.
    EmailVerified,
    /// Somebody logged in. Without `sessionId`: somebody gave the right password to the field in `operation`,
    /// and was refused for another reason, which told them that the password is right.
    LoginSucceeded,
    /// Somebody tried to log in, with a wrong password.
    LoginFailed,
    /// Somebody who was logged in gave a wrong password where it is asked for again.
    PasswordRefused,
    /// Something was tried on the account more often than is allowed. Not each time is told: about once an hour.
    LimitReached,
    /// A refresh token was shown that only a copy could be: perhaps it was stolen.
    RefreshTokenReused,
    /// A token was newer than the database, which was restored from a backup or lost its latest changes: its
    /// session went on from there.
    SessionRecovered,
    /// Somebody, or something above, ended a session before its time. Of more than 500
    /// sessions that end at once, the newest 500 have an event each.
    SessionEnded,
    /// The password was changed by somebody who knew it.
    PasswordChanged,
    /// A link to reset the password was asked for.
    PasswordResetRequested,
    /// The password was reset by a mailed link.
    PasswordReset,
    /// A change of address was asked for.
    EmailChangeRequested,
    /// The account has another address.
    EmailChanged,
    /// The account has another username.
    UsernameChanged,
    /// The link in a notice was followed: "this was not me".
    AccountSecured,
    /// The user founded an organization.
    OrganizationCreated,
    /// The user gave an organization another name or slug.
    OrganizationUpdated,
    /// An organization that the user belonged to was deleted, by them if there is an address.
    OrganizationDeleted,
    /// The user invited somebody.
    MemberInvited,
    /// The user withdrew an invitation.
    InvitationRevoked,
    /// The user joined an organization.
    InvitationAccepted,
    /// The user declined an invitation.
    InvitationDeclined,
    /// A role was changed: by the user if there is an address, and else the user's own.
    MemberRoleChanged,
    /// A membership was ended: by the user if there is an address, and else the user's own.
    MemberRemoved,
}
