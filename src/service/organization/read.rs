//! Organizations, as far as the viewer may see them.

use std::collections::HashMap;

use crate::domain::{Organization, OrganizationId, UserId};
use crate::service::directory::Directory;
use crate::service::error::AuthError;

impl Directory {
    /// Returns these organizations, as far as the viewer may see them; all of them with `None`.
    pub async fn organizations(
        &self,
        ids: &[OrganizationId],
        viewer_id: Option<UserId>,
    ) -> Result<HashMap<OrganizationId, Organization>, AuthError> {
        let organizations = self.core.store.list_organizations(ids, viewer_id).await?;
        let by_id = |organization: Organization| (organization.id, organization);
        Ok(organizations.into_iter().map(by_id).collect())
    }
}
