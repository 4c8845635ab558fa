//! The users, organizations and memberships that a viewer may see: `account/user`, `organization/read`,
//! `membership/read` and `invitation/read` read it in batches.

use uuid::Uuid;

use crate::domain::NodeKind;
use crate::platform::clock::Clock;
use crate::service::error::AuthError;
use crate::store::Store;

/// The part of the data that a viewer may see of others: themselves, the organizations that they belong to, and who else
/// belongs to those. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Directory {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
}

impl Directory {
    /// Finds the kind of object that an id names.
    pub async fn kind(&self, id: Uuid) -> Result<Option<NodeKind>, AuthError> {
        Ok(self.store.find_node_kind(id).await?)
    }
}
