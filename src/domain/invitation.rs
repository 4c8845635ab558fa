//! Invitations into an organization.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{HashedToken, Role};

/// That somebody may join an organization. It waits for whoever has the address, and goes when it is
/// answered, withdrawn or expired.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub id: Uuid,
    pub organization_id: Uuid,
    /// As the inviter wrote it.
    pub email: String,
    pub role: Role,
    pub invited_by: Uuid,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// What an invitation is for, as the holder of its mailed token sees it.
#[derive(Clone, Debug)]
pub struct InvitationPreview {
    pub organization_name: String,
    pub role: Role,
    /// The display name of the inviter, else their username.
    pub invited_by_name: Option<String>,
    /// The address that is invited, as the inviter wrote it.
    pub email: String,
    pub expires_at: DateTime<Utc>,
}

/// The key that an invitation is found by.
#[derive(Clone, Debug)]
pub enum InvitationKey {
    Token(HashedToken),
    Id(Uuid),
}

/// An invitation, and whether it is for the address of the user who asks.
#[derive(Clone, Debug)]
pub struct FoundInvitation {
    pub invitation: Invitation,
    pub is_own: bool,
}

/// The invitations of an organization, as one member may see them.
#[derive(Clone, Debug)]
pub struct OrganizationInvitations {
    /// The role of the member who asks.
    pub role: Role,
    /// Empty for those who may not see them.
    pub invitations: Vec<Invitation>,
}

/// The reason why an address needs no invitation into an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationConflict {
    /// A member has it.
    Member,
    /// It is invited already.
    Invited,
}
