//! Changes of an organization's name and slug.

use super::Organizations;
use crate::domain::{Client, Organization, OrganizationId, OrganizationName, Slug, UserId, Viewer};
use crate::service::error::AuthError;
use crate::service::rate_limits::RateLimitedAction;

impl Organizations {
    /// Gives an organization another name, slug or both. `None` keeps the current value.
    ///
    /// # Errors
    /// `OrganizationNotFound`, `RoleInsufficient`, `TokenStale`, `SlugExists`, `RateLimited`.
    pub async fn update(
        &self,
        viewer: &Viewer,
        client: &Client,
        id: OrganizationId,
        name: Option<&OrganizationName>,
        slug: Option<&Slug>,
    ) -> Result<Organization, AuthError> {
        let user_id = viewer.user.id;
        self.core
            .rate_limits
            .charge_account(RateLimitedAction::UpdateOrganization, client, user_id)
            .await?;
        if let Some(slug) = slug
            && self.core.policy.reserved_names.contains(slug.as_str())
            && !self.has_slug(user_id, id, slug).await?
        {
            return Err(AuthError::reserved("slug"));
        }
        let audit = self.core.audit.begin(client);
        let actor = viewer.actor();
        let store = &self.core.store;
        let updated = store
            .update_organization(&actor, id, name, slug, &audit)
            .await?;
        Ok(self.core.audit.publish(updated))
    }

    /// Returns whether an organization has this slug already, and so may keep it.
    async fn has_slug(
        &self,
        viewer_id: UserId,
        id: OrganizationId,
        slug: &Slug,
    ) -> Result<bool, AuthError> {
        let store = &self.core.store;
        let organizations = store.list_organizations(&[id], Some(viewer_id)).await?;
        let has_slug = |organization: &Organization| organization.slug == slug.as_str();
        Ok(organizations.iter().any(has_slug))
    }
}
