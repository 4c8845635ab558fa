//! The kinds of objects that ids belong to. An id is unique across all kinds, so one statement looks in all tables.

use uuid::Uuid;

use super::database::{Statement, Store, StoreError};
use crate::domain::{Id, NodeId};

const FIND_KIND: Statement = Statement::new(
    "SELECT 'USER' AS kind FROM users WHERE id = $1 \
     UNION ALL SELECT 'ORGANIZATION' FROM organizations WHERE id = $1 \
     UNION ALL SELECT 'SESSION' FROM sessions WHERE id = $1 \
     UNION ALL SELECT 'MEMBERSHIP' FROM memberships WHERE id = $1 \
     UNION ALL SELECT 'INVITATION' FROM invitations WHERE id = $1",
);

#[cfg(test)]
pub(super) const STATEMENTS: &[(&str, Statement)] = &[("FIND_KIND", FIND_KIND)];

impl Store {
    /// Finds the kind of object that an id belongs to; `None` if no object has it.
    pub async fn find_node(&self, id: Uuid) -> Result<Option<NodeId>, StoreError> {
        let kind: Option<String> = self
            .read
            .query(&FIND_KIND)
            .bind(id)
            .optional_scalar()
            .await?;
        let Some(kind) = kind else { return Ok(None) };
        Ok(Some(match kind.as_str() {
            "USER" => NodeId::User(Id::new(id)),
            "ORGANIZATION" => NodeId::Organization(Id::new(id)),
            "SESSION" => NodeId::Session(Id::new(id)),
            "MEMBERSHIP" => NodeId::Membership(Id::new(id)),
            "INVITATION" => NodeId::Invitation(Id::new(id)),
            _ => return Err(StoreError::Unknown(kind)),
        }))
    }
}
