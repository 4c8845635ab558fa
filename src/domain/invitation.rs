//! Invitations to an organization.

use chrono::{DateTime, Utc};

use super::{HashedToken, InvitationId, OrganizationId, Role, UserId};

/// An invitation to join an organization. It is for the owner of the address, and is removed when it is answered, withdrawn
/// or expired.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub id: InvitationId,
    pub organization_id: OrganizationId,
    /// As the inviter wrote it.
    pub email: String,
    pub role: Role,
    pub invited_by: UserId,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// An invitation as the holder of its mailed token sees it.
#[derive(Clone, Debug)]
pub struct InvitationPreview {
    pub organization_name: String,
    pub role: Role,
    /// The display name of the inviter, or else their username.
    pub invited_by_name: Option<String>,
    /// The invited address, as the inviter wrote it.
    pub email: String,
    pub expires_at: DateTime<Utc>,
}

/// The key that an invitation is found by.
#[derive(Clone, Debug)]
pub enum InvitationKey {
    Token(HashedToken),
    Id(InvitationId),
}

/// An invitation, and whether it is for the viewer's address.
#[derive(Clone, Debug)]
pub struct FoundInvitation {
    pub invitation: Invitation,
    pub is_own: bool,
}

/// The invitations of an organization that a member may see.
#[derive(Clone, Debug)]
pub struct OrganizationInvitations {
    /// The member's role.
    pub role: Role,
    /// Empty if the role may not see them.
    pub invitations: Vec<Invitation>,
}

/// The reason why an address needs no invitation into an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationConflict {
    /// A member has this address.
    Member,
    /// The address is invited already.
    Invited,
}
