//! Changes of memberships: made, given another role, ended.
//!
//! Whatever changes the memberships of an organization holds it still first, so that what is decided by
//! them in one statement is still so when that is written.

use sqlx::FromRow;
use uuid::Uuid;

use super::StoreError;
use super::invitations::withdraw_invitations;
use super::memberships::{MembershipRow, membership_columns, parse_role};
use super::organizations::find_organization;
use super::pool::{Store, on, statements, transaction};
use super::told::{NewLetter, Told, tell};
use crate::domain::{Actor, Deed, Denied, Membership, Organization, Role, SecurityEventKind};

/// Two owners who leave at the same moment must not each take the other for the one who stays: on
/// PostgreSQL the second waits here for the first. SQLite has one writer at a time. Of PostgreSQL's
/// locks the one that rows which refer to the organization do not wait for.
pub(super) const LOCK_ON_POSTGRES: &str =
    "SELECT id FROM organizations WHERE id = $1 FOR NO KEY UPDATE";

/// Likewise by one of its memberships, which never becomes another organization's.
pub(super) const LOCK_BY_MEMBERSHIP_ON_POSTGRES: &str = "SELECT id FROM organizations \
     WHERE id = (SELECT organization_id FROM memberships WHERE id = $1) FOR NO KEY UPDATE";

/// A membership may go, or become less, unless it is the last of an owner.
macro_rules! unless_last_owner {
    () => {
        "(memberships.role <> 'OWNER' OR EXISTS (SELECT 1 FROM memberships AS other \
             WHERE other.organization_id = memberships.organization_id \
                 AND other.id <> memberships.id AND other.role = 'OWNER'))"
    };
}

statements! {
    INSERT = concat!(
        "INSERT INTO memberships (id, user_id, organization_id, role, joined_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING ", membership_columns!(),
    );
    ROLE_IN = "SELECT role FROM memberships WHERE organization_id = $1 AND user_id = $2";
    /// A membership, and what another user is in its organization.
    FIND_BESIDE =
        "SELECT target.organization_id, target.user_id, target.role, actor.role AS actor_role \
         FROM memberships AS target LEFT JOIN memberships AS actor \
             ON actor.organization_id = target.organization_id AND actor.user_id = $2 \
         WHERE target.id = $1";
    CHANGE_ROLE = concat!(
        "UPDATE memberships SET role = $2 \
         WHERE id = $1 AND ($2 = 'OWNER' OR ", unless_last_owner!(), ") RETURNING ",
        membership_columns!(),
    );
    DELETE = concat!(
        "DELETE FROM memberships WHERE id = $1 AND ", unless_last_owner!(), " RETURNING id",
    );
    LIST_USERS = "SELECT user_id FROM memberships WHERE organization_id = $1 ORDER BY id";
}

/// Holds the memberships of an organization still inside the caller's transaction, and answers what the
/// actor is there; or why they may not do what they want.
macro_rules! role_in {
    ($store:expr, $tx:ident, $actor:expr, $organization_id:expr, $may:expr) => {{
        let (actor, id): (&$crate::domain::Actor, uuid::Uuid) = ($actor, $organization_id);
        $crate::store::membership_changes::lock_organization!($store, $tx, id);
        let role: Option<String> = sqlx::query_scalar($crate::store::membership_changes::ROLE_IN)
            .bind(id)
            .bind(actor.user_id)
            .fetch_optional(&mut *$tx)
            .await?;
        let role = role
            .map($crate::store::memberships::parse_role)
            .transpose()?;
        actor.with_role(id, role, $may)
    }};
}

macro_rules! lock_organization {
    ($store:expr, $tx:ident, $organization_id:expr) => {
        if $store.is_postgres() {
            sqlx::query($crate::store::membership_changes::LOCK_ON_POSTGRES)
                .bind($organization_id)
                .execute(&mut *$tx)
                .await?;
        }
    };
}

/// Makes a user a member inside the caller's transaction; `None` if they are one.
macro_rules! insert_membership {
    ($tx:ident, $id:expr, $user_id:expr, $organization_id:expr, $role:expr, $at:expr) => {{
        let role: $crate::domain::Role = $role;
        let row: Option<$crate::store::memberships::MembershipRow> =
            sqlx::query_as($crate::store::membership_changes::INSERT)
                .bind($id)
                .bind($user_id)
                .bind($organization_id)
                .bind(role.word())
                .bind($at)
                .fetch_optional(&mut *$tx)
                .await?;
        row.map($crate::domain::Membership::try_from).transpose()?
    }};
}
pub(super) use {insert_membership, lock_organization, role_in};

#[derive(FromRow)]
struct BesideRow {
    organization_id: Uuid,
    user_id: Uuid,
    role: String,
    actor_role: Option<String>,
}

/// What became of a wish to change or end a membership.
#[derive(Clone, Debug)]
pub enum MembershipChanged<T> {
    Done(T, Told),
    NotFound,
    Denied(Denied),
    /// Its organization would have members and no owner.
    LastOwner(Organization),
}

/// Holds an organization still by one of its memberships, and answers that and what the actor is there.
macro_rules! find_beside {
    ($store:expr, $tx:ident, $membership_id:expr, $actor:expr) => {{
        if $store.is_postgres() {
            sqlx::query(LOCK_BY_MEMBERSHIP_ON_POSTGRES)
                .bind($membership_id)
                .execute(&mut *$tx)
                .await?;
        }
        let row: Option<BesideRow> = sqlx::query_as(FIND_BESIDE)
            .bind($membership_id)
            .bind($actor.user_id)
            .fetch_optional(&mut *$tx)
            .await?;
        let Some(row) = row else {
            return Ok(MembershipChanged::NotFound);
        };
        let actor_role = row.actor_role.map(parse_role).transpose()?;
        match $actor.role_in(row.organization_id, actor_role) {
            Ok(actor_role) => (
                row.organization_id,
                row.user_id,
                parse_role(row.role)?,
                actor_role,
            ),
            // Somebody else's membership.
            Err(Denied::NotAMember) => return Ok(MembershipChanged::NotFound),
            Err(denied) => return Ok(MembershipChanged::Denied(denied)),
        }
    }};
}

impl Store {
    /// What a user is in an organization, at this moment.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_role(
        &self,
        organization_id: Uuid,
        user_id: Uuid,
    ) -> Result<Option<Role>, StoreError> {
        let word: Option<String> = on!(&self.read, |db| {
            sqlx::query_scalar(ROLE_IN)
                .bind(organization_id)
                .bind(user_id)
                .fetch_optional(db)
                .await
        })?;
        word.map(parse_role).transpose()
    }

    /// Gives a member another role, and withdraws the invitations that they could not make with it.
    /// Nothing changes, and nobody is told anything, if they have it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn change_role(
        &self,
        actor: &Actor,
        membership_id: Uuid,
        role: Role,
        deed: &Deed,
        letters: &[NewLetter],
    ) -> Result<MembershipChanged<Membership>, StoreError> {
        transaction!(&self.write, |tx| {
            let (organization_id, user_id, old, actor_role) =
                find_beside!(self, tx, membership_id, actor);
            if !(actor_role.manages(old) && actor_role.manages(role)) {
                return Ok(MembershipChanged::Denied(Denied::RoleInsufficient));
            }
            let row: Option<MembershipRow> = sqlx::query_as(CHANGE_ROLE)
                .bind(membership_id)
                .bind(role.word())
                .fetch_optional(&mut *tx)
                .await?;
            let Some(row) = row else {
                let organization = find_organization!(tx, organization_id);
                return Ok(MembershipChanged::LastOwner(organization));
            };
            let told = if role == old {
                Told::default()
            } else {
                withdraw_invitations!(tx, organization_id, user_id, role);
                let kind = SecurityEventKind::MemberRoleChanged;
                let events = deed.membership_events(actor.user_id, user_id, kind, organization_id);
                tell!(self, tx, events, letters)
            };
            MembershipChanged::Done(row.try_into()?, told)
        })
    }

    /// Ends a membership, which everybody may of their own, and withdraws the invitations that its
    /// member made.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_membership(
        &self,
        actor: &Actor,
        membership_id: Uuid,
        deed: &Deed,
        letters: &[NewLetter],
    ) -> Result<MembershipChanged<()>, StoreError> {
        transaction!(&self.write, |tx| {
            let (organization_id, user_id, role, actor_role) =
                find_beside!(self, tx, membership_id, actor);
            if user_id != actor.user_id && !actor_role.manages(role) {
                return Ok(MembershipChanged::Denied(Denied::RoleInsufficient));
            }
            let gone: Option<Uuid> = sqlx::query_scalar(DELETE)
                .bind(membership_id)
                .fetch_optional(&mut *tx)
                .await?;
            if gone.is_none() {
                let organization = find_organization!(tx, organization_id);
                return Ok(MembershipChanged::LastOwner(organization));
            }
            withdraw_invitations!(tx, organization_id, user_id, Role::Member);
            let kind = SecurityEventKind::MemberRemoved;
            let events = deed.membership_events(actor.user_id, user_id, kind, organization_id);
            MembershipChanged::Done((), tell!(self, tx, events, letters))
        })
    }
}
