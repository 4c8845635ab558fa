//! The rows of invitations: their columns, and what is made of them.

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::StoreError;
use super::invitations::FoundInvitation;
use super::memberships::parse_role;
use crate::domain::{Invitation, InvitationPreview};

/// The columns of an [`InvitationRow`].
pub(super) const INVITATION_COLUMNS: &str = "invitations.id, invitations.organization_id, \
     invitations.email, invitations.role, invitations.invited_by, invitations.created_at, \
     invitations.expires_at";

/// The condition that an invitation is for the verified address of the user whose id is $2.
pub(super) const IS_OWN: &str = "invitations.email_canonical = \
     (SELECT users.email_canonical FROM users \
         WHERE users.id = $2 AND users.email_verified_at IS NOT NULL)";

#[derive(FromRow)]
pub(super) struct InvitationRow {
    id: Uuid,
    organization_id: Uuid,
    email: String,
    pub(super) role: String,
    invited_by: Uuid,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

/// An invitation, and whether it is for the address of the user who asks.
#[derive(FromRow)]
pub(super) struct FoundRow {
    #[sqlx(flatten)]
    pub(super) invitation: InvitationRow,
    is_own: Option<bool>,
}

#[derive(FromRow)]
pub(super) struct PreviewRow {
    organization_name: String,
    role: String,
    invited_by_name: Option<String>,
    email: String,
    expires_at: DateTime<Utc>,
}

/// A member who asks, beside one of the invitations that they may see, if there is any.
#[derive(FromRow)]
pub(super) struct SeenRow {
    pub(super) seen_in: Uuid,
    pub(super) seen_as: String,
    id: Option<Uuid>,
    email: Option<String>,
    role: Option<String>,
    invited_by: Option<Uuid>,
    created_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
}

impl TryFrom<InvitationRow> for Invitation {
    type Error = StoreError;

    fn try_from(row: InvitationRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            organization_id: row.organization_id,
            email: row.email,
            role: parse_role(row.role)?,
            invited_by: row.invited_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}

impl TryFrom<FoundRow> for FoundInvitation {
    type Error = StoreError;

    fn try_from(row: FoundRow) -> Result<Self, StoreError> {
        Ok(Self {
            invitation: row.invitation.try_into()?,
            is_own: row.is_own.unwrap_or(false),
        })
    }
}

impl TryFrom<PreviewRow> for InvitationPreview {
    type Error = StoreError;

    fn try_from(row: PreviewRow) -> Result<Self, StoreError> {
        Ok(Self {
            organization_name: row.organization_name,
            role: parse_role(row.role)?,
            invited_by_name: row.invited_by_name,
            email: row.email,
            expires_at: row.expires_at,
        })
    }
}

impl SeenRow {
    pub(super) fn invitation(self) -> Result<Option<Invitation>, StoreError> {
        let (Some(id), Some(email), Some(role)) = (self.id, self.email, self.role) else {
            return Ok(None);
        };
        let (Some(invited_by), Some(created_at), Some(expires_at)) =
            (self.invited_by, self.created_at, self.expires_at)
        else {
            return Ok(None);
        };
        Ok(Some(Invitation {
            id,
            organization_id: self.seen_in,
            email,
            role: parse_role(role)?,
            invited_by,
            created_at,
            expires_at,
        }))
    }
}
