//! Creation of organizations.

use super::Organizations;
use crate::domain::{Client, Organization, OrganizationName, Slug, Viewer};
use crate::service::core::Core;
use crate::service::error::AuthError;
use crate::service::rate_limits::RateLimitedAction;
use crate::store::{FoundingError, NewOrganization};

impl Organizations {
    /// Founds an organization that the viewer owns. Its slug is derived from its name.
    ///
    /// # Errors
    /// `RateLimited`.
    pub async fn create(
        &self,
        viewer: &Viewer,
        client: &Client,
        name: OrganizationName,
    ) -> Result<Organization, AuthError> {
        self.core
            .rate_limits
            .charge_account(
                RateLimitedAction::CreateOrganization,
                client,
                viewer.user.id,
            )
            .await?;
        let new = self.core.new_organization(name);
        let audit = self.core.audit.begin(client);
        let user_id = viewer.user.id;
        let founded = self
            .core
            .store
            .insert_organization(user_id, &new, &audit)
            .await?;
        Ok(self.core.audit.publish(founded))
    }
}

impl Core {
    /// Returns a new organization to be inserted. Its slug is derived from the name, or numbered if that slug is taken
    /// or reserved.
    pub(in crate::service) fn new_organization(&self, name: OrganizationName) -> NewOrganization {
        let now = self.clock.now();
        let slug = Slug::of_name(name.as_str());
        let numbered = || slug.numbered(u64::from_be_bytes(self.random.bytes()));
        let slugs = if self.policy.reserved_names.contains(slug.as_str()) {
            [numbered(), numbered()]
        } else {
            [slug.clone(), numbered()]
        };
        NewOrganization {
            id: self.random.id(now).into(),
            name,
            slugs,
            membership_id: self.random.id(now).into(),
        }
    }
}

impl From<FoundingError> for AuthError {
    fn from(error: FoundingError) -> Self {
        match error {
            FoundingError::FounderGone => Self::Unauthenticated,
            FoundingError::NoFreeSlug => Self::Unexpected(error.to_string()),
            FoundingError::Store(error) => error.into(),
        }
    }
}
