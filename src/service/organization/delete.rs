//! Deletion of organizations.

use super::Organizations;
use super::mail::MAX_MAILED_OWNERS;
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
        self.core
            .rate_limits
            .charge_account(
                RateLimitedAction::DeleteOrganization,
                client,
                viewer.user.id,
            )
            .await?;
        let viewer_id = Some(viewer.user.id);
        let organizations = self.core.store.list_organizations(&[id], viewer_id).await?;
        let mut emails = Vec::new();
        for organization in &organizations {
            let others = self
                .core
                .store
                .list_other_owners(id, viewer.user.id, MAX_MAILED_OWNERS)
                .await?;
            let (template, name) = (Template::OrganizationDeleted, &organization.name);
            for owner in &others {
                emails.push(
                    self.core
                        .compose_member_email(template, owner, name, client)?,
                );
            }
        }
        let audit = self.core.audit.begin(client);
        let actor = viewer.actor();
        let store = &self.core.store;
        let deleted = store
            .delete_organization(&actor, id, &audit, &emails)
            .await?;
        self.core.audit.publish(deleted);
        Ok(())
    }
}
