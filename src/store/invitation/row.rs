//! The row of an invitation: its columns, and the condition that it is for a user.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use crate::domain::{Invitation, InvitationId, OrganizationId, UserId};
use crate::store::database::StoreError;
use crate::store::membership::row::parse_role;

/// The columns of an [`InvitationRow`].
pub const INVITATION_COLUMNS: &str = "invitations.id, invitations.organization_id, \
     invitations.email, invitations.role, invitations.invited_by, invitations.created_at, \
     invitations.expires_at";

/// The condition that an invitation is for the verified address of the user whose id is $2.
pub(super) const IS_OWN: &str = "invitations.email_canonical = \
     (SELECT users.email_canonical FROM users \
         WHERE users.id = $2 AND users.email_verified_at IS NOT NULL)";

#[derive(FromRow)]
pub struct InvitationRow {
    id: InvitationId,
    organization_id: OrganizationId,
    email: String,
    pub(super) role: String,
    invited_by: UserId,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
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
