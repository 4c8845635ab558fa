//! Changes of a member's role.

use constcat::concat;

use super::authorize::{MembershipError, UNLESS_LAST_OWNER};
use super::row::{MEMBERSHIP_COLUMNS, MembershipRow};
use crate::domain::{
    Actor, AuditContext, Denied, Membership, MembershipId, Role, SecurityEventKind,
};
use crate::store::database::{Committed, Statement, Store};
use crate::store::outbox::NewMemberEmail;

const CHANGE_ROLE: Statement = Statement::new(concat!(
    "UPDATE memberships SET role = $2 \
     WHERE id = $1 AND ($2 = 'OWNER' OR ",
    UNLESS_LAST_OWNER,
    ") RETURNING ",
    MEMBERSHIP_COLUMNS,
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("CHANGE_ROLE", CHANGE_ROLE)];

impl Store {
    /// Gives a member another role, withdraws the invitations that the new role may not make, and returns the
    /// membership. Writes no event and no mail if the member has the role already.
    pub async fn change_role(
        &self,
        actor: &Actor,
        membership_id: MembershipId,
        role: Role,
        audit: &AuditContext,
        emails: &[NewMemberEmail],
    ) -> Result<Committed<Membership>, MembershipError> {
        let mut tx = self.begin().await?;
        let target = tx.lock_target(membership_id, actor).await?;
        let (organization_id, user_id) = (target.organization_id, target.user_id);
        if !(target.actor_role.manages(target.role) && target.actor_role.manages(role)) {
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
        if role != target.role {
            tx.withdraw_invitations(organization_id, user_id, role)
                .await?;
            let kind = SecurityEventKind::MemberRoleChanged;
            let events = audit.membership_events(actor.user_id, user_id, kind, organization_id);
            tx.record(events, emails).await?;
        }
        Ok(tx.commit(Membership::try_from(row)?).await?)
    }
}
