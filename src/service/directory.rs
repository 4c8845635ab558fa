//! The users, organizations and memberships that a viewer may see. `account/user`, `organization/read`,
//! `membership/read` and `invitation/read` read them in batches.

use std::sync::Arc;

use uuid::Uuid;

use crate::domain::NodeId;
use crate::service::core::Core;
use crate::service::error::AuthError;

/// The data that a viewer may see: themselves, their organizations, and the other members of these. Cheap to clone.
#[derive(Clone)]
pub struct Directory {
    pub(in crate::service) core: Arc<Core>,
}

impl Directory {
    #[must_use]
    pub fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Finds the kind of object that an id belongs to; `None` if no object has it.
    pub async fn node(&self, id: Uuid) -> Result<Option<NodeId>, AuthError> {
        Ok(self.core.store.find_node(id).await?)
    }
}
