//! Users, as others may see them.

use std::collections::HashMap;

use uuid::Uuid;

use crate::domain::User;
use crate::service::directory::Directory;
use crate::service::error::AuthError;

impl Directory {
    /// Returns those of these users whom `seen_by` may see; all, if it is `None`: something that the viewer may
    /// see names them.
    pub async fn users(
        &self,
        ids: &[Uuid],
        seen_by: Option<Uuid>,
    ) -> Result<HashMap<Uuid, User>, AuthError> {
        let users = self.store.list_users(ids, seen_by).await?;
        Ok(users.into_iter().map(|user| (user.id, user)).collect())
    }
}
