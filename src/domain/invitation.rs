//! Invitations into an organization.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Role;

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
