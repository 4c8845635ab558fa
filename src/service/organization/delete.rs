//! Deleting an organization, of which its other owners hear.

use uuid::Uuid;

use super::Organizations;
use super::mail::MAX_OWNERS_TOLD;
use crate::domain::{Client, Viewer};
use crate::service::error::AuthError;
use crate::service::limits::Attempt;
use crate::service::mail::Template;

impl Organizations {
    /// Deletes an organization with its memberships and invitations. Its other owners hear of it.
    ///
    /// # Errors
    /// `OrganizationNotFound`, `RoleInsufficient`, `TokenStale`, `RateLimited`.
    pub async fn delete(
        &self,
        viewer: &Viewer,
        client: &Client,
        id: Uuid,
    ) -> Result<(), AuthError> {
        self.limits
            .charge_account(Attempt::DeleteOrganization, client, viewer.user.id)
            .await?;
        let seen_by = Some(viewer.user.id);
        let found = self.store.list_organizations(&[id], seen_by).await?;
        let mut letters = Vec::new();
        for organization in &found {
            let others = self
                .store
                .list_other_owners(id, viewer.user.id, MAX_OWNERS_TOLD)
                .await?;
            let (template, name) = (Template::OrganizationDeleted, &organization.name);
            for owner in &others {
                letters.push(self.letters.compose(template, owner, name, client)?);
            }
        }
        let deed = self.events.deed(client);
        let told = self
            .store
            .delete_organization(&viewer.actor(), id, &deed, &letters)
            .await?;
        self.letters.announce(&letters, &told);
        Ok(())
    }
}
