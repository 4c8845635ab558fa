//! Events of an account that its owner should be able to see.

use chrono::{DateTime, Utc};
use strum::{EnumString, IntoStaticStr};
use uuid::Uuid;

use super::{Client, Device, EndReason};

/// The kind of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum SecurityEventKind {
    Registered,
    EmailVerified,
    LoginSucceeded,
    LoginFailed,
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
    /// The name of it in the API, in the database, in tokens and in the log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Something that happened to an account. Never holds a secret, nor what was typed.
#[derive(Clone, Debug)]
pub struct SecurityEvent {
    pub id: Uuid,
    pub user_id: Uuid,
    pub kind: SecurityEventKind,
    pub at: DateTime<Utc>,
    /// The address of the client that did it; `None` if that client was somebody else's.
    pub ip_address: Option<String>,
    pub device: Device,
    /// The session that it was about.
    pub session_id: Option<Uuid>,
    /// The reason why that session ended.
    pub end_reason: Option<EndReason>,
    /// The field of the API that was tried, if it was refused.
    pub operation: Option<String>,
    /// The organization that it was about.
    pub organization_id: Option<Uuid>,
}

/// Something that a client does: the part that all events of it have in common.
#[derive(Clone, Debug)]
pub struct Deed {
    /// The id of its first event. The ids of further events count on from it, which a `UUIDv7`'s random end allows.
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub client: Client,
}

impl Deed {
    /// Returns its event for an account.
    #[must_use]
    pub fn event(&self, user_id: Uuid, kind: SecurityEventKind) -> SecurityEvent {
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

    /// Returns the event for an account that goes before [`Deed::event`].
    #[must_use]
    pub fn event_before(&self, user_id: Uuid, kind: SecurityEventKind) -> SecurityEvent {
        SecurityEvent {
            id: Uuid::from_u128(self.id.as_u128().wrapping_sub(1)),
            ..self.event(user_id, kind)
        }
    }

    /// Returns its event in an organization, for the account that does it.
    #[must_use]
    pub fn organization_event(
        &self,
        user_id: Uuid,
        kind: SecurityEventKind,
        organization_id: Uuid,
    ) -> SecurityEvent {
        SecurityEvent {
            organization_id: Some(organization_id),
            ..self.event(user_id, kind)
        }
    }

    /// Returns its events for a membership: one for the account that does it, and one for the member.
    #[must_use]
    pub fn membership_events(
        &self,
        actor: Uuid,
        member: Uuid,
        kind: SecurityEventKind,
        organization_id: Uuid,
    ) -> Vec<SecurityEvent> {
        let own = self.organization_event(actor, kind, organization_id);
        let other: &[Uuid] = if member == actor { &[] } else { &[member] };
        let theirs = self.organization_events_of_others(other, kind, organization_id);
        [own].into_iter().chain(theirs).collect()
    }

    /// Returns its events in an organization for other accounts, which are not told where it was done and with what.
    #[must_use]
    pub fn organization_events_of_others(
        &self,
        others: &[Uuid],
        kind: SecurityEventKind,
        organization_id: Uuid,
    ) -> Vec<SecurityEvent> {
        let event = |(place, user_id): (u128, &Uuid)| SecurityEvent {
            id: self.counted(place),
            ip_address: None,
            device: Device::unknown(),
            ..self.organization_event(*user_id, kind, organization_id)
        };
        (1..).zip(others).map(event).collect()
    }

    /// Returns its event for one of an account's sessions.
    #[must_use]
    pub fn session_event(
        &self,
        user_id: Uuid,
        kind: SecurityEventKind,
        session_id: Uuid,
    ) -> SecurityEvent {
        SecurityEvent {
            session_id: Some(session_id),
            ..self.event(user_id, kind)
        }
    }

    /// The sessions that it ends, after whatever else it does.
    #[must_use]
    pub fn ends(&self, user_id: Uuid, sessions: &[Uuid], reason: EndReason) -> Vec<SecurityEvent> {
        let ended = |(place, session): (u128, &Uuid)| SecurityEvent {
            id: self.counted(place),
            end_reason: Some(reason),
            ..self.session_event(user_id, SecurityEventKind::SessionEnded, *session)
        };
        (1..).zip(sessions).map(ended).collect()
    }

    /// The same, for a further event: one that comes so many places after the first.
    #[must_use]
    pub fn further(&self, place: u128) -> Self {
        Self {
            id: self.counted(place),
            ..self.clone()
        }
    }

    /// The id of a further event of it.
    fn counted(&self, place: u128) -> Uuid {
        Uuid::from_u128(self.id.as_u128().wrapping_add(place))
    }
}
