//! Deletion of organizations. An organization may have more members than one transaction should remove: then the first
//! transaction marks it, and the others remove its members in batches.

use tokio::time::Instant;

use super::update::{OrganizationError, is_owner};
use crate::domain::{Actor, AuditContext, Denied, OrganizationId, SecurityEventKind, UserId};
use crate::store::database::{Committed, Statement, Store, StoreError, Transaction};
use crate::store::outbox::NewMemberEmail;
use crate::store::purges::PurgeBatch;

const MARK: Statement =
    Statement::new("UPDATE organizations SET deleted_at = $2 WHERE id = $1 AND deleted_at IS NULL");

const DELETE_OWN_MEMBERSHIP: Statement =
    Statement::new("DELETE FROM memberships WHERE organization_id = $1 AND user_id = $2");

const FIND_DELETED: Statement = Statement::new(
    "SELECT id FROM organizations WHERE deleted_at IS NOT NULL ORDER BY deleted_at LIMIT 1",
);

const DELETE_MEMBERS: Statement = Statement::new(
    "DELETE FROM memberships WHERE id IN \
         (SELECT id FROM memberships WHERE organization_id = $1 ORDER BY id LIMIT $2) \
     RETURNING user_id",
);

const DELETE_INVITATIONS: Statement = Statement::new(
    "DELETE FROM invitations WHERE id IN \
         (SELECT id FROM invitations WHERE organization_id = $1 LIMIT $2)",
);

const DELETE: Statement = Statement::new("DELETE FROM organizations WHERE id = $1");

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("MARK", MARK),
    ("DELETE_OWN_MEMBERSHIP", DELETE_OWN_MEMBERSHIP),
    ("FIND_DELETED", FIND_DELETED),
    ("DELETE_MEMBERS", DELETE_MEMBERS),
    ("DELETE_INVITATIONS", DELETE_INVITATIONS),
    ("DELETE", DELETE),
];

impl Store {
    /// Deletes an organization if it has fewer than `size` members and invitations. Marks it as deleted otherwise, and
    /// removes the actor and the first batch; [`Store::remove_deleted_organization`] removes the rest.
    pub async fn delete_organization(
        &self,
        actor: &Actor,
        id: OrganizationId,
        audit: &AuditContext,
        emails: &[NewMemberEmail],
        size: u32,
    ) -> Result<Committed<PurgeBatch>, OrganizationError> {
        let mut tx = self.begin().await?;
        let began = Instant::now();
        tx.authorize::<OrganizationError>(actor, id, is_owner)
            .await?;
        let marked = tx.query(&MARK).bind(id).bind(audit.at).execute().await?;
        if marked == 0 {
            return Err(OrganizationError::Denied(Denied::NotAMember));
        }
        let own = tx.query(&DELETE_OWN_MEMBERSHIP);
        own.bind(id).bind(actor.user_id).execute().await?;
        let kind = SecurityEventKind::OrganizationDeleted;
        let event = audit.organization_event(actor.user_id, kind, id);
        tx.record(vec![event], emails).await?;
        let (rows, is_last) = tx.delete_organization_batch(id, audit, size).await?;
        Ok(tx.commit_batch(began, rows, is_last).await?)
    }

    /// Finds an organization that is marked as deleted.
    pub async fn find_deleted_organization(&self) -> Result<Option<OrganizationId>, StoreError> {
        self.read.query(&FIND_DELETED).optional_scalar().await
    }

    /// Removes up to `size` members of an organization that is marked as deleted, with an event for each, and up to `size`
    /// of its invitations. The last batch removes the organization.
    pub async fn remove_deleted_organization(
        &self,
        id: OrganizationId,
        audit: &AuditContext,
        size: u32,
    ) -> Result<Committed<PurgeBatch>, StoreError> {
        let mut tx = self.begin().await?;
        let began = Instant::now();
        tx.lock_organization(id).await?;
        let (rows, is_last) = tx.delete_organization_batch(id, audit, size).await?;
        tx.commit_batch(began, rows, is_last).await
    }
}

impl Transaction {
    /// Deletes up to `size` members, with an event for each, up to `size` invitations, and the organization if nothing is
    /// left of it. Returns the number of rows, and whether the organization is gone.
    async fn delete_organization_batch(
        &mut self,
        id: OrganizationId,
        audit: &AuditContext,
        size: u32,
    ) -> Result<(u64, bool), StoreError> {
        let members = self.query(&DELETE_MEMBERS).bind(id).bind(i64::from(size));
        let members: Vec<UserId> = members.all_scalars().await?;
        let invitations = self
            .query(&DELETE_INVITATIONS)
            .bind(id)
            .bind(i64::from(size));
        let invitations = invitations.execute().await?;
        let kind = SecurityEventKind::OrganizationDeleted;
        let events = audit.organization_events_of_others(&members, kind, id);
        self.insert_events(events).await?;
        let (removed, size) = (members.len() as u64, u64::from(size));
        let is_last = removed < size && invitations < size;
        if is_last {
            self.query(&DELETE).bind(id).execute().await?;
        }
        Ok((removed + invitations, is_last))
    }
}
