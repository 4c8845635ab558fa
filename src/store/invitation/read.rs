//! Invitations that wait for an answer, as the invited user sees them and as the organization does.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;
use uuid::Uuid;

use super::row::{INVITATION_COLUMNS, IS_OWN, InvitationRow};
use crate::domain::{
    FoundInvitation, HashedToken, Invitation, InvitationKey, InvitationPreview,
    OrganizationInvitations,
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

/// An invitation, and whether it is for the address of the user who asks.
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

/// A member who asks, beside one of the invitations that they may see, if there is any.
#[derive(FromRow)]
struct SeenRow {
    seen_in: Uuid,
    seen_as: String,
    id: Option<Uuid>,
    email: Option<String>,
    role: Option<String>,
    invited_by: Option<Uuid>,
    created_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
}

impl SeenRow {
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
            organization_id: self.seen_in,
            email,
            role: parse_role(role)?,
            invited_by,
            created_at,
            expires_at,
        }))
    }
}

impl Store {
    /// Returns the invitations that wait for the verified address of a user, oldest first.
    pub async fn list_invitations_of_user(
        &self,
        user_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Vec<Invitation>, StoreError> {
        let query = self.read.query(&OF_USER).bind(now).bind(user_id);
        let rows: Vec<InvitationRow> = query.all().await?;
        rows.into_iter().map(Invitation::try_from).collect()
    }

    /// Returns the invitations that wait for an answer, oldest first, of those of these organizations that a user
    /// belongs to.
    pub async fn list_invitations(
        &self,
        organization_ids: &[Uuid],
        seen_by: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Vec<(Uuid, OrganizationInvitations)>, StoreError> {
        let mut query = self.read.empty_query();
        push_invitations_of_organizations(&mut query, organization_ids, seen_by, now);
        let rows: Vec<SeenRow> = query.all().await?;
        let mut found: Vec<(Uuid, OrganizationInvitations)> = Vec::new();
        for row in rows {
            let (id, role) = (row.seen_in, parse_role(row.seen_as.clone())?);
            if found.last().is_none_or(|(last, _)| *last != id) {
                let invitations = Vec::new();
                found.push((id, OrganizationInvitations { role, invitations }));
            }
            if let (Some(invitation), Some((_, seen))) = (row.invitation()?, found.last_mut()) {
                seen.invitations.push(invitation);
            }
        }
        Ok(found)
    }

    /// Returns what an invitation that waits for an answer is for, by its mailed token.
    pub async fn find_invitation_preview(
        &self,
        token: &HashedToken,
        now: DateTime<Utc>,
    ) -> Result<Option<InvitationPreview>, StoreError> {
        let query = self.read.query(&PREVIEW);
        let query = query.bind(token.0.as_slice()).bind(now);
        let row: Option<PreviewRow> = query.optional().await?;
        row.map(InvitationPreview::try_from).transpose()
    }

    /// Returns an invitation that waits for an answer, as a user finds it.
    pub async fn find_invitation(
        &self,
        key: &InvitationKey,
        user_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Option<FoundInvitation>, StoreError> {
        let find = |statement| self.read.query(statement).bind(now).bind(user_id);
        let query = match key {
            InvitationKey::Id(id) => find(&FIND_BY_ID).bind(*id),
            InvitationKey::Token(token) => find(&FIND_BY_TOKEN).bind(token.0.as_slice()),
        };
        let row: Option<FoundRow> = query.optional().await?;
        row.map(FoundInvitation::try_from).transpose()
    }
}

/// Appends the statement of [`Store::list_invitations`]. It finds the organizations that somebody belongs to, with
/// their role there; the invitations only for those who manage members.
pub fn push_invitations_of_organizations(
    query: &mut Query<'_>,
    organization_ids: &[Uuid],
    seen_by: Uuid,
    now: DateTime<Utc>,
) {
    query
        .push(
            "SELECT own.organization_id AS seen_in, own.role AS seen_as, invitations.id, \
                 invitations.email, invitations.role, invitations.invited_by, \
                 invitations.created_at, invitations.expires_at \
             FROM memberships AS own LEFT JOIN invitations \
                 ON invitations.organization_id = own.organization_id AND own.role <> 'MEMBER' \
                     AND invitations.expires_at > ",
        )
        .push_bind(now)
        .push(" WHERE own.user_id = ")
        .push_bind(seen_by)
        .push(" AND own.organization_id IN ")
        .push_ids(organization_ids)
        .push(" ORDER BY own.organization_id, invitations.id");
}
