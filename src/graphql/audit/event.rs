//! The security event: an entry in the history of an account.

use async_graphql::{Enum, ID, SimpleObject};

use crate::domain;
use crate::graphql::scalars::DateTime;
use crate::graphql::session::types::{Device, SessionEndReason};

/// An event in the history of the signed-in user's account.
#[derive(SimpleObject)]
pub struct SecurityEvent {
    /// The unique id of the event.
    id: ID,
    /// The kind of the event.
    kind: SecurityEventKind,
    /// The time of the event.
    occurred_at: DateTime,
    /// The IP address of the client that caused the event. Null if another user caused it: an owner or admin of an
    /// organization.
    ip_address: Option<String>,
    /// The device that caused the event, as its headers describe it.
    device: Device,
    /// The id of the session that was created or ended. The session may no longer be listed.
    session_id: Option<ID>,
    /// The reason why that session ended.
    end_reason: Option<SessionEndReason>,
    /// The field of this API that was called, if the event is about a call that was refused.
    operation: Option<String>,
    /// The id of the organization that the event is about. The organization may no longer exist.
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

/// The kind of a security event. More kinds may come: show one that you do not know by its name.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::SecurityEventKind")]
pub enum SecurityEventKind {
    /// The account was created.
    Registered,
    /// The email address was verified by a mailed link.
    EmailVerified,
    /// Somebody signed in. Without `sessionId`, somebody gave the right password to the field in `operation` but was refused
    /// for another reason, from which they could tell that the password is right.
    LoginSucceeded,
    /// Somebody tried to sign in with a wrong password.
    LoginFailed,
    /// Somebody gave the right password, and was asked for the second factor.
    SecondFactorRequired,
    /// Somebody gave a wrong or used code to the field in `operation`. If it was not you, they may know the password: change
    /// it.
    SecondFactorRefused,
    /// The user of a session proved again who they are.
    Reauthenticated,
    /// Somebody who was signed in gave a wrong password to a field that asks for it again.
    PasswordRefused,
    /// There were more attempts on the account than its rate limit allows. It is recorded about once an hour, not for each
    /// attempt.
    LimitReached,
    /// A refresh token was used that must be a copy. It may have been stolen, so its session was ended.
    RefreshTokenReused,
    /// A refresh token was newer than the database, which was restored from a backup or lost its latest changes. Its session
    /// continued from that token.
    SessionRecovered,
    /// A session was ended before it expired, by a person or by another event. If more than 500 sessions end at once, only
    /// the newest 500 have an event.
    SessionEnded,
    /// The password was changed by a person who knew the current one.
    PasswordChanged,
    /// A link to reset the password was requested.
    PasswordResetRequested,
    /// The password was reset by a mailed link.
    PasswordReset,
    /// A change of the email address was requested.
    EmailChangeRequested,
    /// The email address was changed.
    EmailChanged,
    /// The username was changed.
    UsernameChanged,
    /// The account was secured by the link "This was not me" in a notice.
    AccountSecured,
    /// An authenticator app was set up: the second factor is on.
    TotpAdded,
    /// The authenticator app was removed: the second factor is off.
    TotpRemoved,
    /// The recovery codes were replaced by new ones.
    RecoveryCodesRenewed,
    /// A recovery code was used in place of a code of the authenticator app.
    RecoveryCodeUsed,
    /// A passkey was added to the account.
    PasskeyAdded,
    /// A passkey was removed from the account.
    PasskeyRemoved,
    /// A passkey was refused by the field in `operation`, because its authenticator counts fewer uses than before: somebody may
    /// have copied it. If that was not you, remove the passkey.
    PasskeyCloneSuspected,
    /// A password was set for the account, which had none.
    PasswordSet,
    /// The password was removed: the account is signed in to with a passkey.
    PasswordRemoved,
    /// The user created an organization.
    OrganizationCreated,
    /// The user changed the name or the slug of an organization.
    OrganizationUpdated,
    /// An organization of which the user was a member was deleted: by the user if `ipAddress` is given, else by another
    /// owner.
    OrganizationDeleted,
    /// The user invited an address to an organization.
    MemberInvited,
    /// The user revoked an invitation.
    InvitationRevoked,
    /// The user accepted an invitation and joined the organization.
    InvitationAccepted,
    /// The user declined an invitation.
    InvitationDeclined,
    /// A role was changed: by the user if `ipAddress` is given, else the user's own by somebody else.
    MemberRoleChanged,
    /// A membership was ended: by the user if `ipAddress` is given, else the user's own by somebody else.
    MemberRemoved,
}
