//! Deletion of organizations.

use super::update::{OrganizationError, is_owner};
use crate::domain::{Actor, AuditContext, OrganizationId, SecurityEventKind, UserId};
use crate::store::database::{Committed, Statement, Store};
use crate::store::outbox::NewMemberEmail;

const LIST_USERS: Statement =
    Statement::new("SELECT user_id FROM memberships WHERE organization_id = $1 ORDER BY id");

/// Cascades to its memberships and invitations.
const DELETE: Statement = Statement::new("DELETE FROM organizations WHERE id = $1");

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("LIST_USERS", LIST_USERS), ("DELETE", DELETE)];

impl Store {
    /// Deletes an organization with its memberships and invitations, and writes an event for each member.
    pub async fn delete_organization(
        &self,
        actor: &Actor,
        id: OrganizationId,
        audit: &AuditContext,
        emails: &[NewMemberEmail],
    ) -> Result<Committed<()>, OrganizationError> {
        let mut tx = self.begin().await?;
        tx.authorize::<OrganizationError>(actor, id, is_owner)
            .await?;
        let mut members: Vec<UserId> = tx.query(&LIST_USERS).bind(id).all_scalars().await?;
        members.retain(|member| *member != actor.user_id);
        let kind = SecurityEventKind::OrganizationDeleted;
        let mut events = vec![audit.organization_event(actor.user_id, kind, id)];
        events.extend(audit.organization_events_of_others(&members, kind, id));
        tx.record(events, emails).await?;
        tx.query(&DELETE).bind(id).execute().await?;
        Ok(tx.commit(()).await?)
    }
}
