//! The users, organizations and memberships that a viewer may see. `account/user`, `organization/read`,
//! `membership/read` and `invitation/read` read them in batches.

use std::sync::Arc;

use uuid::Uuid;

use crate::domain::NodeKind;
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

    /// Finds the kind of object that an id names.
    pub async fn kind(&self, id: Uuid) -> Result<Option<NodeKind>, AuthError> {
        Ok(self.core.store.find_node_kind(id).await?)
    }
}
