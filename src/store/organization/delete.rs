//! Deletions of organizations.

use uuid::Uuid;

use super::update::{OrganizationError, is_owner};
use crate::domain::{Actor, Deed, SecurityEventKind};
use crate::store::audit::record::Told;
use crate::store::database::{Statement, Store};
use crate::store::outbox::NewLetter;

const LIST_USERS: Statement =
    Statement::new("SELECT user_id FROM memberships WHERE organization_id = $1 ORDER BY id");

/// Its memberships and invitations go with it.
const DELETE: Statement = Statement::new("DELETE FROM organizations WHERE id = $1");

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("LIST_USERS", LIST_USERS), ("DELETE", DELETE)];

impl Store {
    /// Deletes an organization with its memberships and invitations. Each member has an event of that.
    pub async fn delete_organization(
        &self,
        actor: &Actor,
        id: Uuid,
        deed: &Deed,
        letters: &[NewLetter],
    ) -> Result<Told, OrganizationError> {
        let mut tx = self.begin().await?;
        tx.authorize::<OrganizationError>(actor, id, is_owner)
            .await?;
        let mut members: Vec<Uuid> = tx.query(&LIST_USERS).bind(id).all_scalars().await?;
        members.retain(|member| *member != actor.user_id);
        let kind = SecurityEventKind::OrganizationDeleted;
        let mut events = vec![deed.organization_event(actor.user_id, kind, id)];
        events.extend(deed.organization_events_of_others(&members, kind, id));
        let told = tx.record(events, letters).await?;
        tx.query(&DELETE).bind(id).execute().await?;
        Ok(tx.commit(told).await?)
    }
}
