//! Changes of memberships: made, given another role, ended.
//!
//! Each change of an organization's memberships locks the organization first, so that the facts that it is decided by
//! still hold when it is written.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;
use uuid::Uuid;

use super::StoreError;
use super::database::{Statement, Transaction};
use super::memberships::{MEMBERSHIP_COLUMNS, MembershipRow, parse_role};
use super::open::Store;
use super::told::{NewLetter, Told};
use crate::domain::{Actor, Deed, Denied, Membership, Organization, Role, SecurityEventKind};

/// Of two owners who leave at the same moment, neither must take the other for the one who stays: the second waits here
/// for the first. Of PostgreSQL's locks it is the one that rows which refer to the organization do not wait for.
const LOCK_ORGANIZATION: Statement =
    Statement::row_lock("SELECT id FROM organizations WHERE id = $1 FOR NO KEY UPDATE");

/// The same by one of its memberships, which never becomes another organization's.
const LOCK_ORGANIZATION_BY_MEMBERSHIP: Statement = Statement::row_lock(
    "SELECT id FROM organizations \
     WHERE id = (SELECT organization_id FROM memberships WHERE id = $1) FOR NO KEY UPDATE",
);

const INSERT: Statement = Statement::new(concat!(
    "INSERT INTO memberships (id, user_id, organization_id, role, joined_at) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING ",
    MEMBERSHIP_COLUMNS,
));

const ROLE_IN: Statement =
    Statement::new("SELECT role FROM memberships WHERE organization_id = $1 AND user_id = $2");

/// A membership, and the role of another user in its organization.
const FIND_BESIDE: Statement = Statement::new(
    "SELECT target.organization_id, target.user_id, target.role, actor.role AS actor_role \
     FROM memberships AS target LEFT JOIN memberships AS actor \
         ON actor.organization_id = target.organization_id AND actor.user_id = $2 \
     WHERE target.id = $1",
);

/// The condition that a membership is not the last one of an owner, and so may go or become less.
const UNLESS_LAST_OWNER: &str = "(memberships.role <> 'OWNER' OR EXISTS \
     (SELECT 1 FROM memberships AS other \
         WHERE other.organization_id = memberships.organization_id \
             AND other.id <> memberships.id AND other.role = 'OWNER'))";

const CHANGE_ROLE: Statement = Statement::new(concat!(
    "UPDATE memberships SET role = $2 \
     WHERE id = $1 AND ($2 = 'OWNER' OR ",
    UNLESS_LAST_OWNER,
    ") RETURNING ",
    MEMBERSHIP_COLUMNS,
));

const DELETE: Statement = Statement::new(concat!(
    "DELETE FROM memberships WHERE id = $1 AND ",
    UNLESS_LAST_OWNER,
    " RETURNING id",
));

pub(super) const LIST_USERS: Statement =
    Statement::new("SELECT user_id FROM memberships WHERE organization_id = $1 ORDER BY id");

#[cfg(test)]
pub(super) const STATEMENTS: &[(&str, Statement)] = &[
    ("LOCK_ORGANIZATION", LOCK_ORGANIZATION),
    (
        "LOCK_ORGANIZATION_BY_MEMBERSHIP",
        LOCK_ORGANIZATION_BY_MEMBERSHIP,
    ),
    ("INSERT", INSERT),
    ("ROLE_IN", ROLE_IN),
    ("FIND_BESIDE", FIND_BESIDE),
    ("CHANGE_ROLE", CHANGE_ROLE),
    ("DELETE", DELETE),
    ("LIST_USERS", LIST_USERS),
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
            // The membership is in an organization that the actor must not know of.
            Denied::NotAMember => Self::NotFound,
            Denied::TokenStale | Denied::RoleInsufficient => Self::Denied(denied),
        }
    }
}

#[derive(FromRow)]
struct BesideRow {
    organization_id: Uuid,
    user_id: Uuid,
    role: String,
    actor_role: Option<String>,
}

/// A membership beside the role that an actor has in its organization.
struct Beside {
    organization_id: Uuid,
    user_id: Uuid,
    role: Role,
    actor_role: Role,
}

impl Transaction {
    /// Locks the memberships of an organization.
    pub(super) async fn lock_organization(&mut self, id: Uuid) -> Result<(), StoreError> {
        self.lock(&LOCK_ORGANIZATION, id).await
    }

    /// Locks the memberships of an organization, and returns the actor's role in it, if that role may do what the actor
    /// wants.
    pub(super) async fn authorize<E: From<StoreError> + From<Denied>>(
        &mut self,
        actor: &Actor,
        organization_id: Uuid,
        may: impl Fn(Role) -> bool,
    ) -> Result<Role, E> {
        self.lock_organization(organization_id).await?;
        let word: Option<String> = self
            .query(&ROLE_IN)
            .bind(organization_id)
            .bind(actor.user_id)
            .optional_scalar()
            .await?;
        let role = word.map(parse_role).transpose()?;
        Ok(actor.with_role(organization_id, role, may)?)
    }

    /// Makes a user a member; `None` if they are one.
    pub(super) async fn insert_membership(
        &mut self,
        id: Uuid,
        user_id: Uuid,
        organization_id: Uuid,
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

    /// Locks the memberships of the organization that one of them is in, and returns that one beside the actor's role.
    async fn find_beside(
        &mut self,
        membership_id: Uuid,
        actor: &Actor,
    ) -> Result<Beside, MembershipError> {
        self.lock(&LOCK_ORGANIZATION_BY_MEMBERSHIP, membership_id)
            .await?;
        let row: Option<BesideRow> = self
            .query(&FIND_BESIDE)
            .bind(membership_id)
            .bind(actor.user_id)
            .optional()
            .await?;
        let row = row.ok_or(MembershipError::NotFound)?;
        let actor_role = row.actor_role.map(parse_role).transpose()?;
        let actor_role = actor.role_in(row.organization_id, actor_role)?;
        Ok(Beside {
            organization_id: row.organization_id,
            user_id: row.user_id,
            role: parse_role(row.role)?,
            actor_role,
        })
    }
}

impl Store {
    /// Returns the role of a user in an organization, at this moment.
    pub async fn find_role(
        &self,
        organization_id: Uuid,
        user_id: Uuid,
    ) -> Result<Option<Role>, StoreError> {
        let word: Option<String> = self
            .read
            .query(&ROLE_IN)
            .bind(organization_id)
            .bind(user_id)
            .optional_scalar()
            .await?;
        word.map(parse_role).transpose()
    }

    /// Gives a member another role, and withdraws the invitations that they could not make with it. Returns the
    /// membership. Nothing changes, and nobody is told anything, if they have the role.
    pub async fn change_role(
        &self,
        actor: &Actor,
        membership_id: Uuid,
        role: Role,
        deed: &Deed,
        letters: &[NewLetter],
    ) -> Result<(Membership, Told), MembershipError> {
        let mut tx = self.begin().await?;
        let beside = tx.find_beside(membership_id, actor).await?;
        let (organization_id, user_id) = (beside.organization_id, beside.user_id);
        if !(beside.actor_role.manages(beside.role) && beside.actor_role.manages(role)) {
            return Err(MembershipError::Denied(Denied::RoleInsufficient));
        }
        let row: Option<MembershipRow> = tx
            .query(&CHANGE_ROLE)
            .bind(membership_id)
            .bind(role.as_str())
            .optional()
            .await?;
        let Some(row) = row else {
            let organization = tx.find_organization(organization_id).await?;
            return Err(MembershipError::LastOwner(organization));
        };
        let told = if role == beside.role {
            Told::default()
        } else {
            tx.withdraw_invitations(organization_id, user_id, role)
                .await?;
            let kind = SecurityEventKind::MemberRoleChanged;
            let events = deed.membership_events(actor.user_id, user_id, kind, organization_id);
            tx.record(events, letters).await?
        };
        Ok(tx.commit((Membership::try_from(row)?, told)).await?)
    }

    /// Ends a membership, which everybody may do to their own, and withdraws the invitations that its member made.
    pub async fn delete_membership(
        &self,
        actor: &Actor,
        membership_id: Uuid,
        deed: &Deed,
        letters: &[NewLetter],
    ) -> Result<Told, MembershipError> {
        let mut tx = self.begin().await?;
        let beside = tx.find_beside(membership_id, actor).await?;
        let (organization_id, user_id) = (beside.organization_id, beside.user_id);
        if user_id != actor.user_id && !beside.actor_role.manages(beside.role) {
            return Err(MembershipError::Denied(Denied::RoleInsufficient));
        }
        let query = tx.query(&DELETE).bind(membership_id);
        let gone: Option<Uuid> = query.optional_scalar().await?;
        if gone.is_none() {
            let organization = tx.find_organization(organization_id).await?;
            return Err(MembershipError::LastOwner(organization));
        }
        tx.withdraw_invitations(organization_id, user_id, Role::Member)
            .await?;
        let kind = SecurityEventKind::MemberRemoved;
        let events = deed.membership_events(actor.user_id, user_id, kind, organization_id);
        let told = tx.record(events, letters).await?;
        Ok(tx.commit(told).await?)
    }
}
