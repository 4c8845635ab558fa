//! Deletion of organizations.

use super::{Organizations, member_email};
use crate::domain::{Client, OrganizationId, Viewer};
use crate::service::error::AuthError;
use crate::service::mail::Template;
use crate::service::rate_limits::RateLimitedAction;

impl Organizations {
    /// Deletes an organization with its memberships and invitations. Its other owners get a mail.
    ///
    /// # Errors
    /// `OrganizationNotFound`, `RoleInsufficient`, `TokenStale`, `RateLimited`.
    pub async fn delete(
        &self,
        viewer: &Viewer,
        client: &Client,
        id: OrganizationId,
    ) -> Result<(), AuthError> {
        let user_id = viewer.user.id;
        self.core
            .rate_limits
            .charge_account(RateLimitedAction::DeleteOrganization, client, user_id)
            .await?;
        let store = &self.core.store;
        let organizations = store.list_organizations(&[id], Some(user_id)).await?;
        let mut emails = Vec::new();
        for organization in &organizations {
            let owners = member_email::list_mailed_owners(&self.core, id, user_id).await?;
            let (template, name) = (Template::OrganizationDeleted, &organization.name);
            for owner in &owners {
                let email = member_email::compose(&self.core, template, owner, name, client)?;
                emails.push(email);
            }
        }
        let audit = self.core.audit.begin(client);
        let actor = viewer.actor();
        let deleted = store
            .delete_organization(&actor, id, &audit, &emails)
            .await?;
        self.core.audit.publish(deleted);
        Ok(())
    }
}
