//! Invitations of addresses into organizations.

use chrono::{DateTime, Utc};
use constcat::concat;

use super::row::{INVITATION_COLUMNS, InvitationRow};
use crate::domain::{
    Actor, AuditContext, Denied, EmailAddress, Invitation, InvitationConflict, InvitationId,
    OrganizationId, Role, SecurityEventKind,
};
use crate::store::database::{Committed, Query, Statement, Store, StoreError};
use crate::store::outbox::NewLink;

/// Replaces an invitation of the same address that has expired. Inserts no row if one is still valid.
const UPSERT: Statement = Statement::new(concat!(
    "INSERT INTO invitations (id, organization_id, email, email_canonical, role, invited_by, \
         token_hash, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
     ON CONFLICT (organization_id, email_canonical) DO UPDATE SET id = excluded.id, \
         email = excluded.email, role = excluded.role, invited_by = excluded.invited_by, \
         token_hash = excluded.token_hash, created_at = excluded.created_at, \
         expires_at = excluded.expires_at \
     WHERE invitations.expires_at <= excluded.created_at \
     RETURNING ",
    INVITATION_COLUMNS,
));

const CONFLICT: Statement = Statement::new(
    "SELECT EXISTS (SELECT 1 FROM memberships JOIN users ON users.id = memberships.user_id \
         WHERE memberships.organization_id = $1 AND users.email_canonical = $2) AS is_member, \
     EXISTS (SELECT 1 FROM invitations WHERE organization_id = $1 AND email_canonical = $2 \
         AND expires_at > $3) AS is_invited",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("UPSERT", UPSERT), ("CONFLICT", CONFLICT)];

/// A new invitation, and the mail that carries it.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    pub id: InvitationId,
    pub organization_id: OrganizationId,
    pub email: EmailAddress,
    pub role: Role,
    pub link: NewLink,
}

/// The reasons why an address is not invited.
#[derive(Debug, thiserror::Error)]
pub enum InvitationError {
    #[error("the actor may not do this: {0:?}")]
    Denied(Denied),
    #[error("the address needs no invitation: {0:?}")]
    Conflict(InvitationConflict),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Denied> for InvitationError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl Store {
    /// Inserts an invitation of an address into an organization, with its mail, and returns it.
    pub async fn insert_invitation(
        &self,
        actor: &Actor,
        new: &NewInvitation,
        audit: &AuditContext,
    ) -> Result<Committed<Invitation>, InvitationError> {
        let organization_id = new.organization_id;
        let mut tx = self.begin().await?;
        let may = |role: Role| role.manages(new.role);
        tx.authorize::<InvitationError>(actor, organization_id, may)
            .await?;
        let conflict = read_conflict(tx.query(&CONFLICT), organization_id, &new.email, audit.at);
        if let Some(conflict) = conflict.await? {
            return Err(InvitationError::Conflict(conflict));
        }
        let row: Option<InvitationRow> = tx
            .query(&UPSERT)
            .bind(new.id)
            .bind(organization_id)
            .bind(new.email.as_str())
            .bind(new.email.canonical())
            .bind(new.role.as_str())
            .bind(actor.user_id)
            .bind(new.link.token.as_bytes())
            .bind(audit.at)
            .bind(new.link.expires_at)
            .optional()
            .await?;
        let row = row.ok_or(InvitationError::Conflict(InvitationConflict::Invited))?;
        // Refers to no account, because it must not reveal whether the address has one.
        tx.insert_message_to_address(&new.link.message, &new.email)
            .await?;
        let kind = SecurityEventKind::MemberInvited;
        let event = audit.organization_event(actor.user_id, kind, organization_id);
        tx.insert_events(vec![event]).await?;
        Ok(tx.commit(Invitation::try_from(row)?).await?)
    }

    /// Returns the relation of an address to an organization; `None` if it has none.
    pub async fn find_conflict(
        &self,
        organization_id: OrganizationId,
        email: &EmailAddress,
        now: DateTime<Utc>,
    ) -> Result<Option<InvitationConflict>, StoreError> {
        read_conflict(self.read.query(&CONFLICT), organization_id, email, now).await
    }
}

/// Runs [`CONFLICT`] and returns the relation of an address to an organization; `None` if it has none.
async fn read_conflict(
    query: Query<'_>,
    organization_id: OrganizationId,
    email: &EmailAddress,
    now: DateTime<Utc>,
) -> Result<Option<InvitationConflict>, StoreError> {
    let query = query.bind(organization_id).bind(email.canonical());
    let (is_member, is_invited): (bool, bool) = query.bind(now).one().await?;
    Ok(match (is_member, is_invited) {
        (true, _) => Some(InvitationConflict::Member),
        (false, true) => Some(InvitationConflict::Invited),
        (false, false) => None,
    })
}
