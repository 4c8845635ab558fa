//! Events of an account that its owner should be able to see.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use strum::{EnumString, IntoStaticStr};
use uuid::Uuid;

use super::{Client, Device, EndReason, Id, OrganizationId, SecurityEventId, SessionId, UserId};

/// The kind of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum SecurityEventKind {
    Registered,
    EmailVerified,
    LoginSucceeded,
    LoginFailed,
    SecondFactorRequired,
    SecondFactorRefused,
    Reauthenticated,
    PasswordRefused,
    LimitReached,
    RefreshTokenReused,
    SessionRecovered,
    SessionEnded,
    PasswordChanged,
    PasswordResetRequested,
    PasswordReset,
    EmailChangeRequested,
    EmailChanged,
    UsernameChanged,
    AccountSecured,
    TotpAdded,
    TotpRemoved,
    RecoveryCodesRenewed,
    RecoveryCodeUsed,
    PasskeyAdded,
    PasskeyRemoved,
    PasskeyCloneSuspected,
    PasswordSet,
    PasswordRemoved,
    OrganizationCreated,
    OrganizationUpdated,
    OrganizationDeleted,
    MemberInvited,
    InvitationRevoked,
    InvitationAccepted,
    InvitationDeclined,
    MemberRoleChanged,
    MemberRemoved,
}

impl SecurityEventKind {
    /// Returns the name of the kind in the API, in the database, in tokens and in the log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// An event of an account. Never contains a secret, or text that was typed.
#[derive(Clone, Debug)]
pub struct SecurityEvent {
    pub id: SecurityEventId,
    pub user_id: UserId,
    pub kind: SecurityEventKind,
    pub at: DateTime<Utc>,
    /// The address of the client; `None` if the client belonged to another user.
    pub ip_address: Option<String>,
    pub device: Device,
    /// The session that the event is about.
    pub session_id: Option<SessionId>,
    /// The reason for the end of that session.
    pub end_reason: Option<EndReason>,
    /// The field of the API, if the event is an attempt on the account, such as one that was refused.
    pub operation: Option<String>,
    /// The organization that the event is about.
    pub organization_id: Option<OrganizationId>,
}

/// The common part of all events of one action of a client.
#[derive(Clone, Debug)]
pub struct AuditContext {
    /// The id of the first event. The ids of further events count up from it, which is safe because a `UUIDv7` ends in
    /// random bits.
    pub id: SecurityEventId,
    pub at: DateTime<Utc>,
    pub client: Client,
    /// The field of the API, for an action whose record names it: an attempt on an account, or a deletion. The events of a
    /// transaction do not name it.
    pub operation: Option<&'static str>,
}

/// The deletion of an account. Only the log records it, because the events of an account are deleted with it.
#[derive(Clone, Copy, Debug)]
pub struct AccountDeletion {
    pub user_id: UserId,
    /// The account that took over the address or the username of an unverified one.
    pub replaced_by: Option<UserId>,
    /// The field of the API.
    pub operation: Option<&'static str>,
    /// The address of the client.
    pub address: IpAddr,
}

impl AuditContext {
    /// Returns the event of the action for an account.
    #[must_use]
    pub fn event(&self, user_id: UserId, kind: SecurityEventKind) -> SecurityEvent {
        SecurityEvent {
            id: self.id,
            user_id,
            kind,
            at: self.at,
            ip_address: Some(self.client.address.to_string()),
            device: self.client.device.clone(),
            session_id: None,
            end_reason: None,
            operation: None,
            organization_id: None,
        }
    }

    /// Returns an event for an account that is listed before [`AuditContext::event`].
    #[must_use]
    pub fn event_before(&self, user_id: UserId, kind: SecurityEventKind) -> SecurityEvent {
        SecurityEvent {
            id: self.event_id(-1),
            ..self.event(user_id, kind)
        }
    }

    /// Returns the deletion of an account by the action.
    #[must_use]
    pub fn deletion(&self, user_id: UserId, replaced_by: Option<UserId>) -> AccountDeletion {
        debug_assert!(
            self.operation.is_some(),
            "the line of a deletion names its operation"
        );
        AccountDeletion {
            user_id,
            replaced_by,
            operation: self.operation,
            address: self.client.address,
        }
    }

    /// Returns the event of the action in an organization, for the account that performs it.
    #[must_use]
    pub fn organization_event(
        &self,
        user_id: UserId,
        kind: SecurityEventKind,
        organization_id: OrganizationId,
    ) -> SecurityEvent {
        SecurityEvent {
            organization_id: Some(organization_id),
            ..self.event(user_id, kind)
        }
    }

    /// Returns the events of the action on a membership: one for the account that performs it, and one for the member.
    #[must_use]
    pub fn membership_events(
        &self,
        actor: UserId,
        member: UserId,
        kind: SecurityEventKind,
        organization_id: OrganizationId,
    ) -> Vec<SecurityEvent> {
        let own = self.organization_event(actor, kind, organization_id);
        let other: &[UserId] = if member == actor { &[] } else { &[member] };
        let theirs = self.organization_events_of_others(other, kind, organization_id);
        [own].into_iter().chain(theirs).collect()
    }

    /// Returns the events of the action in an organization for other accounts, without the client's address and device.
    #[must_use]
    pub fn organization_events_of_others(
        &self,
        others: &[UserId],
        kind: SecurityEventKind,
        organization_id: OrganizationId,
    ) -> Vec<SecurityEvent> {
        let event = |(place, user_id): (i128, &UserId)| SecurityEvent {
            id: self.event_id(place),
            ip_address: None,
            device: Device::unknown(),
            ..self.organization_event(*user_id, kind, organization_id)
        };
        (1..).zip(others).map(event).collect()
    }

    /// Returns the event of the action for one of an account's sessions.
    #[must_use]
    pub fn session_event(
        &self,
        user_id: UserId,
        kind: SecurityEventKind,
        session_id: SessionId,
    ) -> SecurityEvent {
        SecurityEvent {
            session_id: Some(session_id),
            ..self.event(user_id, kind)
        }
    }

    /// Returns the events of the sessions that the action ends. They are listed after its other events.
    #[must_use]
    pub fn session_end_events(
        &self,
        user_id: UserId,
        sessions: &[SessionId],
        reason: EndReason,
    ) -> Vec<SecurityEvent> {
        let ended = |(place, session): (i128, &SessionId)| SecurityEvent {
            id: self.event_id(place),
            end_reason: Some(reason),
            ..self.session_event(user_id, SecurityEventKind::SessionEnded, *session)
        };
        (1..).zip(sessions).map(ended).collect()
    }

    /// Returns the same context for another event of the action, this many places after the first.
    #[must_use]
    pub fn later_event(&self, place: i128) -> Self {
        Self {
            id: self.event_id(place),
            ..self.clone()
        }
    }

    /// Returns the id of another event of the action, this many places after the first.
    fn event_id(&self, place: i128) -> SecurityEventId {
        let id = self.id.uuid().as_u128();
        Id::new(Uuid::from_u128(id.wrapping_add_signed(place)))
    }
}
