//! The row of a membership, and its insertion.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;

use crate::domain::{Membership, MembershipId, OrganizationId, Role, UserId};
use crate::store::database::{Statement, StoreError, Transaction};

/// The columns of a [`MembershipRow`].
pub(super) const MEMBERSHIP_COLUMNS: &str = "memberships.id, memberships.user_id, \
     memberships.organization_id, memberships.role, memberships.joined_at";

const INSERT: Statement = Statement::new(concat!(
    "INSERT INTO memberships (id, user_id, organization_id, role, joined_at) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING ",
    MEMBERSHIP_COLUMNS,
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("INSERT", INSERT)];

#[derive(FromRow)]
pub(super) struct MembershipRow {
    id: MembershipId,
    user_id: UserId,
    organization_id: OrganizationId,
    role: String,
    joined_at: DateTime<Utc>,
}

impl TryFrom<MembershipRow> for Membership {
    type Error = StoreError;

    fn try_from(row: MembershipRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            user_id: row.user_id,
            organization_id: row.organization_id,
            role: parse_role(row.role)?,
            joined_at: row.joined_at,
        })
    }
}

impl Transaction {
    /// Makes a user a member; `None` if they are a member already.
    pub async fn insert_membership(
        &mut self,
        id: MembershipId,
        user_id: UserId,
        organization_id: OrganizationId,
        role: Role,
        at: DateTime<Utc>,
    ) -> Result<Option<Membership>, StoreError> {
        let row: Option<MembershipRow> = self
            .query(&INSERT)
            .bind(id)
            .bind(user_id)
            .bind(organization_id)
            .bind(role.as_str())
            .bind(at)
            .optional()
            .await?;
        row.map(Membership::try_from).transpose()
    }
}

pub fn parse_role(role: String) -> Result<Role, StoreError> {
    role.parse().map_err(|_| StoreError::Unknown(role))
}
