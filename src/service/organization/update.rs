//! Giving an organization another name or slug.

use uuid::Uuid;

use super::Organizations;
use crate::domain::{Client, Organization, OrganizationName, Slug, Viewer};
use crate::service::error::AuthError;
use crate::service::limits::Attempt;
use crate::store::OrganizationError;

impl Organizations {
    /// Gives an organization another name or slug, or both; `None` keeps what is there.
    ///
    /// # Errors
    /// `OrganizationNotFound`, `RoleInsufficient`, `TokenStale`, `SlugExists`, `RateLimited`.
    pub async fn update(
        &self,
        viewer: &Viewer,
        client: &Client,
        id: Uuid,
        name: Option<&OrganizationName>,
        slug: Option<&Slug>,
    ) -> Result<Organization, AuthError> {
        self.limits
            .charge_account(Attempt::UpdateOrganization, client, viewer.user.id)
            .await?;
        if let Some(slug) = slug
            && self.reserved.contains(slug.as_str())
            && !self.has_slug(viewer, id, slug).await?
        {
            return Err(AuthError::reserved("slug"));
        }
        let deed = self.events.deed(client);
        let (organization, told) = self
            .store
            .update_organization(&viewer.actor(), id, name, slug, &deed)
            .await?;
        self.letters.announce(&[], &told);
        Ok(organization)
    }

    /// Returns whether an organization has this slug already, which it then may keep.
    async fn has_slug(&self, viewer: &Viewer, id: Uuid, slug: &Slug) -> Result<bool, AuthError> {
        let seen_by = Some(viewer.user.id);
        let found = self.store.list_organizations(&[id], seen_by).await?;
        Ok(found.iter().any(|it| it.slug == slug.as_str()))
    }
}

impl From<OrganizationError> for AuthError {
    fn from(error: OrganizationError) -> Self {
        match error {
            OrganizationError::Denied(denied) => denied.into(),
            OrganizationError::SlugTaken => Self::SlugExists,
            OrganizationError::Store(error) => error.into(),
        }
    }
}
