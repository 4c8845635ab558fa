//! Users, as far as the viewer may see them.

use std::collections::HashMap;

use uuid::Uuid;

use crate::domain::User;
use crate::service::directory::Directory;
use crate::service::error::AuthError;

impl Directory {
    /// Returns these users, as far as the viewer may see them. With `None`, returns all of them: use it for users to
    /// whom a visible object refers.
    pub async fn users(
        &self,
        ids: &[Uuid],
        viewer_id: Option<Uuid>,
    ) -> Result<HashMap<Uuid, User>, AuthError> {
        let users = self.core.store.list_users(ids, viewer_id).await?;
        Ok(users.into_iter().map(|user| (user.id, user)).collect())
    }
}
