//! Organizations, as their members may see them.

use std::collections::HashMap;

use uuid::Uuid;

use crate::domain::Organization;
use crate::service::directory::Directory;
use crate::service::error::AuthError;

impl Directory {
    /// Returns those of these organizations that `seen_by` may see; all, if it is `None`.
    pub async fn organizations(
        &self,
        ids: &[Uuid],
        seen_by: Option<Uuid>,
    ) -> Result<HashMap<Uuid, Organization>, AuthError> {
        let found = self.store.list_organizations(ids, seen_by).await?;
        Ok(found.into_iter().map(|one| (one.id, one)).collect())
    }
}
