//! The role of an actor in an organization, checked before the actor changes its memberships.
//!
//! Each change of memberships locks the organization first, so that the roles that were checked still hold when the
//! change is written.

use sqlx::FromRow;

use super::row::parse_role;
use crate::domain::{Actor, Denied, MembershipId, Organization, OrganizationId, Role, UserId};
use crate::store::database::{Statement, Store, StoreError, Transaction};

/// Makes changes of the same organization wait for one another. Otherwise two owners could leave at the same moment,
/// each because the other one stays. Uses the PostgreSQL lock that does not block inserts of rows that refer to the
/// organization.
const LOCK_ORGANIZATION: Statement =
    Statement::row_lock("SELECT id FROM organizations WHERE id = $1 FOR NO KEY UPDATE");

/// Locks the organization of a membership. A membership never moves to another organization.
const LOCK_ORGANIZATION_BY_MEMBERSHIP: Statement = Statement::row_lock(
    "SELECT id FROM organizations \
     WHERE id = (SELECT organization_id FROM memberships WHERE id = $1) FOR NO KEY UPDATE",
);

const ROLE_IN: Statement =
    Statement::new("SELECT role FROM memberships WHERE organization_id = $1 AND user_id = $2");

/// Finds a membership, and the role of another user in its organization.
const FIND_TARGET: Statement = Statement::new(
    "SELECT target.organization_id, target.user_id, target.role, actor.role AS actor_role \
     FROM memberships AS target LEFT JOIN memberships AS actor \
         ON actor.organization_id = target.organization_id AND actor.user_id = $2 \
     WHERE target.id = $1",
);

/// The condition that a membership is not that of the last owner, and so may end or get a lower role.
pub(super) const UNLESS_LAST_OWNER: &str = "(memberships.role <> 'OWNER' OR EXISTS \
     (SELECT 1 FROM memberships AS other \
         WHERE other.organization_id = memberships.organization_id \
             AND other.id <> memberships.id AND other.role = 'OWNER'))";

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("LOCK_ORGANIZATION", LOCK_ORGANIZATION),
    (
        "LOCK_ORGANIZATION_BY_MEMBERSHIP",
        LOCK_ORGANIZATION_BY_MEMBERSHIP,
    ),
    ("ROLE_IN", ROLE_IN),
    ("FIND_TARGET", FIND_TARGET),
];

/// The reasons why a membership is not changed or ended.
#[derive(Debug, thiserror::Error)]
pub enum MembershipError {
    #[error("there is no such membership")]
    NotFound,
    #[error("the actor may not do this: {0:?}")]
    Denied(Denied),
    #[error("the organization would have members and no owner")]
    LastOwner(Organization),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Denied> for MembershipError {
    fn from(denied: Denied) -> Self {
        match denied {
            // The actor must not learn that the membership exists.
            Denied::NotAMember => Self::NotFound,
            Denied::TokenStale | Denied::RoleInsufficient => Self::Denied(denied),
        }
    }
}

#[derive(FromRow)]
struct TargetRow {
    organization_id: OrganizationId,
    user_id: UserId,
    role: String,
    actor_role: Option<String>,
}

/// A membership to be changed, and the actor's role in its organization.
pub(super) struct TargetMembership {
    pub(super) organization_id: OrganizationId,
    pub(super) user_id: UserId,
    pub(super) role: Role,
    pub(super) actor_role: Role,
}

impl Transaction {
    /// Locks the memberships of an organization.
    pub async fn lock_organization(&mut self, id: OrganizationId) -> Result<(), StoreError> {
        self.lock(&LOCK_ORGANIZATION, id).await
    }

    /// Locks the memberships of an organization, and returns the actor's role in it. Refuses a role for which `may` is
    /// false.
    pub async fn authorize<E: From<StoreError> + From<Denied>>(
        &mut self,
        actor: &Actor,
        organization_id: OrganizationId,
        may: impl Fn(Role) -> bool,
    ) -> Result<Role, E> {
        self.lock_organization(organization_id).await?;
        let role: Option<String> = self
            .query(&ROLE_IN)
            .bind(organization_id)
            .bind(actor.user_id)
            .optional_scalar()
            .await?;
        let role = role.map(parse_role).transpose()?;
        Ok(actor.with_role(organization_id, role, may)?)
    }

    /// Locks the memberships of a membership's organization, and returns the membership with the actor's role.
    pub(super) async fn lock_target(
        &mut self,
        membership_id: MembershipId,
        actor: &Actor,
    ) -> Result<TargetMembership, MembershipError> {
        self.lock(&LOCK_ORGANIZATION_BY_MEMBERSHIP, membership_id)
            .await?;
        let row: Option<TargetRow> = self
            .query(&FIND_TARGET)
            .bind(membership_id)
            .bind(actor.user_id)
            .optional()
            .await?;
        let row = row.ok_or(MembershipError::NotFound)?;
        let actor_role = row.actor_role.map(parse_role).transpose()?;
        let actor_role = actor.role_in(row.organization_id, actor_role)?;
        Ok(TargetMembership {
            organization_id: row.organization_id,
            user_id: row.user_id,
            role: parse_role(row.role)?,
            actor_role,
        })
    }
}

impl Store {
    /// Finds the current role of a user in an organization.
    pub async fn find_role(
        &self,
        organization_id: OrganizationId,
        user_id: UserId,
    ) -> Result<Option<Role>, StoreError> {
        let role: Option<String> = self
            .read
            .query(&ROLE_IN)
            .bind(organization_id)
            .bind(user_id)
            .optional_scalar()
            .await?;
        role.map(parse_role).transpose()
    }
}
