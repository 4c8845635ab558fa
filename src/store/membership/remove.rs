//! Removals of members.

use constcat::concat;

use super::authorize::{MembershipError, UNLESS_LAST_OWNER};
use crate::domain::{Actor, AuditContext, Denied, MembershipId, Role, SecurityEventKind};
use crate::store::database::{Committed, Statement, Store};
use crate::store::outbox::NewMemberEmail;

const DELETE: Statement = Statement::new(concat!(
    "DELETE FROM memberships WHERE id = $1 AND ",
    UNLESS_LAST_OWNER,
    " RETURNING id",
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("DELETE", DELETE)];

impl Store {
    /// Ends a membership, and withdraws the invitations that its member made. Every member may end their own
    /// membership.
    pub async fn delete_membership(
        &self,
        actor: &Actor,
        membership_id: MembershipId,
        audit: &AuditContext,
        emails: &[NewMemberEmail],
    ) -> Result<Committed<()>, MembershipError> {
        let mut tx = self.begin().await?;
        let target = tx.lock_target(membership_id, actor).await?;
        let (organization_id, user_id) = (target.organization_id, target.user_id);
        if user_id != actor.user_id && !target.actor_role.manages(target.role) {
            return Err(MembershipError::Denied(Denied::RoleInsufficient));
        }
        let query = tx.query(&DELETE).bind(membership_id);
        let deleted: Option<MembershipId> = query.optional_scalar().await?;
        if deleted.is_none() {
            let organization = tx.find_organization(organization_id).await?;
            return Err(MembershipError::LastOwner(organization));
        }
        tx.withdraw_invitations(organization_id, user_id, Role::Member)
            .await?;
        let kind = SecurityEventKind::MemberRemoved;
        let events = audit.membership_events(actor.user_id, user_id, kind, organization_id);
        tx.record(events, emails).await?;
        Ok(tx.commit(()).await?)
    }
}
