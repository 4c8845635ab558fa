//! The end of a membership.

use constcat::concat;
use uuid::Uuid;

use super::authorize::{MembershipError, UNLESS_LAST_OWNER};
use crate::domain::{Actor, Deed, Denied, Role, SecurityEventKind};
use crate::store::audit::record::Told;
use crate::store::database::{Statement, Store};
use crate::store::outbox::NewLetter;

const DELETE: Statement = Statement::new(concat!(
    "DELETE FROM memberships WHERE id = $1 AND ",
    UNLESS_LAST_OWNER,
    " RETURNING id",
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("DELETE", DELETE)];

impl Store {
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
