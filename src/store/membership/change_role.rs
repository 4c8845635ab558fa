//! Another role for a member.

use constcat::concat;
use uuid::Uuid;

use super::authorize::{MembershipError, UNLESS_LAST_OWNER};
use super::row::{MEMBERSHIP_COLUMNS, MembershipRow};
use crate::domain::{Actor, Deed, Denied, Membership, Role, SecurityEventKind};
use crate::store::audit::record::Told;
use crate::store::database::{Statement, Store};
use crate::store::outbox::NewLetter;

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
}
