//! Creation of organizations.

use super::Organizations;
use crate::domain::{Client, Id, Organization, OrganizationName, Slug, Viewer};
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
        let user_id = viewer.user.id;
        self.core
            .rate_limits
            .charge_account(RateLimitedAction::CreateOrganization, client, user_id)
            .await?;
        let new = new_organization(&self.core, name);
        let audit = self.core.audit.begin(client);
        let store = &self.core.store;
        let founded = store.insert_organization(user_id, &new, &audit).await?;
        Ok(self.core.audit.publish(founded))
    }
}

/// Returns a new organization to be inserted. Its slug is derived from the name, or numbered if that slug is taken or
/// reserved.
pub fn new_organization(core: &Core, name: OrganizationName) -> NewOrganization {
    let now = core.clock.now();
    let slug = Slug::of_name(name.as_str());
    let numbered = || slug.numbered(u64::from_be_bytes(core.random.bytes()));
    let slugs = if core.policy.reserved_names.contains(slug.as_str()) {
        [numbered(), numbered()]
    } else {
        [slug.clone(), numbered()]
    };
    NewOrganization {
        id: Id::new(core.random.id(now)),
        name,
        slugs,
        membership_id: Id::new(core.random.id(now)),
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
