//! Pending invitations, as the invited user and the organization see them.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;

use super::row::{INVITATION_COLUMNS, IS_OWN, InvitationRow};
use crate::domain::{
    FoundInvitation, HashedToken, Invitation, InvitationId, InvitationKey, InvitationPreview,
    OrganizationId, OrganizationInvitations, UserId,
};
use crate::store::database::{Query, Statement, Store, StoreError};
use crate::store::membership::row::parse_role;

const OF_USER: Statement = Statement::new(concat!(
    "SELECT ",
    INVITATION_COLUMNS,
    " FROM invitations WHERE expires_at > $1 AND ",
    IS_OWN,
    " ORDER BY id",
));

pub(super) const FIND_BY_ID: Statement = Statement::new(concat!(FIND, " AND id = $3"));

const FIND_BY_TOKEN: Statement = Statement::new(concat!(FIND, " AND token_hash = $3"));

const FIND: &str = concat!(
    "SELECT ",
    INVITATION_COLUMNS,
    ", ",
    IS_OWN,
    " AS is_own FROM invitations WHERE expires_at > $1",
);

const PREVIEW: Statement = Statement::new(
    "SELECT organizations.name AS organization_name, invitations.role, \
         COALESCE(users.display_name, users.username) AS invited_by_name, \
         invitations.email, invitations.expires_at \
     FROM invitations JOIN organizations ON organizations.id = invitations.organization_id \
         LEFT JOIN users ON users.id = invitations.invited_by \
     WHERE invitations.token_hash = $1 AND invitations.expires_at > $2",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("OF_USER", OF_USER),
    ("FIND_BY_ID", FIND_BY_ID),
    ("FIND_BY_TOKEN", FIND_BY_TOKEN),
    ("PREVIEW", PREVIEW),
];

/// An invitation, and whether it is for the viewer's address.
#[derive(FromRow)]
pub(super) struct FoundRow {
    #[sqlx(flatten)]
    pub(super) invitation: InvitationRow,
    is_own: Option<bool>,
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

#[derive(FromRow)]
struct PreviewRow {
    organization_name: String,
    role: String,
    invited_by_name: Option<String>,
    email: String,
    expires_at: DateTime<Utc>,
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

/// The viewer's role in an organization, with one of its invitations that the viewer may see, if any.
#[derive(FromRow)]
struct VisibleInvitationRow {
    viewer_organization: OrganizationId,
    viewer_role: String,
    id: Option<InvitationId>,
    email: Option<String>,
    role: Option<String>,
    invited_by: Option<UserId>,
    created_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
}

impl VisibleInvitationRow {
    fn invitation(self) -> Result<Option<Invitation>, StoreError> {
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
            organization_id: self.viewer_organization,
            email,
            role: parse_role(role)?,
            invited_by,
            created_at,
            expires_at,
        }))
    }
}

impl Store {
    /// Lists the pending invitations to the verified address of a user, oldest first.
    pub async fn list_invitations_of_user(
        &self,
        user_id: UserId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Invitation>, StoreError> {
        let query = self.read.query(&OF_USER).bind(now).bind(user_id);
        let rows: Vec<InvitationRow> = query.all().await?;
        rows.into_iter().map(Invitation::try_from).collect()
    }

    /// Lists the pending invitations of these organizations, oldest first, as far as the viewer is a member.
    pub async fn list_invitations(
        &self,
        organization_ids: &[OrganizationId],
        viewer_id: UserId,
        now: DateTime<Utc>,
    ) -> Result<Vec<(OrganizationId, OrganizationInvitations)>, StoreError> {
        let mut query = self.read.empty_query();
        push_invitations_of_organizations(&mut query, organization_ids, viewer_id, now);
        let rows: Vec<VisibleInvitationRow> = query.all().await?;
        let mut organizations: Vec<(OrganizationId, OrganizationInvitations)> = Vec::new();
        for row in rows {
            let (id, role) = (
                row.viewer_organization,
                parse_role(row.viewer_role.clone())?,
            );
            if organizations.last().is_none_or(|(last, _)| *last != id) {
                let invitations = Vec::new();
                organizations.push((id, OrganizationInvitations { role, invitations }));
            }
            if let (Some(invitation), Some((_, organization))) =
                (row.invitation()?, organizations.last_mut())
            {
                organization.invitations.push(invitation);
            }
        }
        Ok(organizations)
    }

    /// Finds the preview of a pending invitation by its mailed token.
    pub async fn find_invitation_preview(
        &self,
        token: &HashedToken,
        now: DateTime<Utc>,
    ) -> Result<Option<InvitationPreview>, StoreError> {
        let query = self.read.query(&PREVIEW);
        let query = query.bind(token.as_bytes()).bind(now);
        let row: Option<PreviewRow> = query.optional().await?;
        row.map(InvitationPreview::try_from).transpose()
    }

    /// Finds a pending invitation, and whether it is for the address of this user, if any.
    pub async fn find_invitation(
        &self,
        key: &InvitationKey,
        user_id: Option<UserId>,
        now: DateTime<Utc>,
    ) -> Result<Option<FoundInvitation>, StoreError> {
        let find = |statement| self.read.query(statement).bind(now).bind(user_id);
        let query = match key {
            InvitationKey::Id(id) => find(&FIND_BY_ID).bind(*id),
            InvitationKey::Token(token) => find(&FIND_BY_TOKEN).bind(token.as_bytes()),
        };
        let row: Option<FoundRow> = query.optional().await?;
        row.map(FoundInvitation::try_from).transpose()
    }
}

/// Appends the statement of [`Store::list_invitations`]. It finds the organizations that the viewer belongs to, with
/// the viewer's role; and the invitations if that role manages members.
pub fn push_invitations_of_organizations(
    query: &mut Query<'_>,
    organization_ids: &[OrganizationId],
    viewer_id: UserId,
    now: DateTime<Utc>,
) {
    query
        .push(
            "SELECT own.organization_id AS viewer_organization, own.role AS viewer_role, invitations.id, \
                 invitations.email, invitations.role, invitations.invited_by, \
                 invitations.created_at, invitations.expires_at \
             FROM memberships AS own LEFT JOIN invitations \
                 ON invitations.organization_id = own.organization_id AND own.role <> 'MEMBER' \
                     AND invitations.expires_at > ",
        )
        .push_bind(now)
        .push(" WHERE own.user_id = ")
        .push_bind(viewer_id)
        .push(" AND own.organization_id IN ")
        .push_ids(organization_ids)
        .push(" ORDER BY own.organization_id, invitations.id");
}
