//! Users, as far as the viewer may see them.

use std::collections::HashMap;

use crate::domain::{User, UserId};
use crate::service::directory::Directory;
use crate::service::error::AuthError;

impl Directory {
    /// Returns these users, as far as the viewer may see them. With `None`, returns all of them: use it for users to
    /// whom a visible object refers.
    pub async fn users(
        &self,
        ids: &[UserId],
        viewer_id: Option<UserId>,
    ) -> Result<HashMap<UserId, User>, AuthError> {
        let users = self.core.store.list_users(ids, viewer_id).await?;
        Ok(users.into_iter().map(|user| (user.id, user)).collect())
    }
}
