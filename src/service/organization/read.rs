//! Organizations, as far as the viewer may see them.

use std::collections::HashMap;

use uuid::Uuid;

use crate::domain::Organization;
use crate::service::directory::Directory;
use crate::service::error::AuthError;

impl Directory {
    /// Returns these organizations, as far as the viewer may see them; all of them with `None`.
    pub async fn organizations(
        &self,
        ids: &[Uuid],
        viewer_id: Option<Uuid>,
    ) -> Result<HashMap<Uuid, Organization>, AuthError> {
        let organizations = self.core.store.list_organizations(ids, viewer_id).await?;
        let by_id = |organization: Organization| (organization.id, organization);
        Ok(organizations.into_iter().map(by_id).collect())
    }
}
