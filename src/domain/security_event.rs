//! What happens to an account and its owner should be able to see.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::words::words;
use super::{Client, Device, EndReason};

words! {
    /// What happened.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum SecurityEventKind {
        Registered = "REGISTERED",
        EmailVerified = "EMAIL_VERIFIED",
        LoginSucceeded = "LOGIN_SUCCEEDED",
        LoginFailed = "LOGIN_FAILED",
        PasswordRefused = "PASSWORD_REFUSED",
        LimitReached = "LIMIT_REACHED",
        RefreshTokenReused = "REFRESH_TOKEN_REUSED",
        SessionRecovered = "SESSION_RECOVERED",
        SessionEnded = "SESSION_ENDED",
        PasswordChanged = "PASSWORD_CHANGED",
        PasswordResetRequested = "PASSWORD_RESET_REQUESTED",
        PasswordReset = "PASSWORD_RESET",
        EmailChangeRequested = "EMAIL_CHANGE_REQUESTED",
        EmailChanged = "EMAIL_CHANGED",
        UsernameChanged = "USERNAME_CHANGED",
        AccountSecured = "ACCOUNT_SECURED",
        OrganizationCreated = "ORGANIZATION_CREATED",
        OrganizationUpdated = "ORGANIZATION_UPDATED",
        OrganizationDeleted = "ORGANIZATION_DELETED",
        MemberInvited = "MEMBER_INVITED",
        InvitationRevoked = "INVITATION_REVOKED",
        InvitationAccepted = "INVITATION_ACCEPTED",
        InvitationDeclined = "INVITATION_DECLINED",
        MemberRoleChanged = "MEMBER_ROLE_CHANGED",
        MemberRemoved = "MEMBER_REMOVED",
    }
}

/// Something that happened to an account. Never holds a secret, nor what was typed.
#[derive(Clone, Debug)]
pub struct SecurityEvent {
    pub id: Uuid,
    pub user_id: Uuid,
    pub kind: SecurityEventKind,
    pub at: DateTime<Utc>,
    /// Of the client that did it; `None` if that was somebody else's.
    pub ip_address: Option<String>,
    pub device: Device,
    /// The session that it was about.
    pub session_id: Option<Uuid>,
    /// Why that session ended.
    pub end_reason: Option<EndReason>,
    /// The field of the API that was tried, of what was refused.
    pub operation: Option<String>,
    /// The organization that it was about.
    pub organization_id: Option<Uuid>,
}

/// Something that a client does: what all events of it have in common.
#[derive(Clone, Debug)]
pub struct Deed {
    /// Of its first event. Those that follow count on from it, which a `UUIDv7`'s random end allows.
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub client: Client,
}

impl Deed {
    /// What it does to an account.
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

    /// Likewise what goes before that.
    #[must_use]
    pub fn event_before(&self, user_id: Uuid, kind: SecurityEventKind) -> SecurityEvent {
        SecurityEvent {
            id: Uuid::from_u128(self.id.as_u128().wrapping_sub(1)),
            ..self.event(user_id, kind)
        }
    }

    /// What it does in an organization, to whoever does it.
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

    /// What it does to a membership: an event of whoever does it, and of the member.
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

    /// Likewise to others, who are not told where it was done and with what.
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

    /// Likewise, about one of the account's sessions.
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
