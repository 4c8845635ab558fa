//! The kinds of objects that ids name. An id is unique across all kinds, so one statement looks in all tables.

use uuid::Uuid;

use super::database::{Statement, Store, StoreError};
use crate::domain::NodeKind;

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
    /// Finds the kind of object that an id names; `None` if it names nothing.
    pub async fn find_node_kind(&self, id: Uuid) -> Result<Option<NodeKind>, StoreError> {
        let kind: Option<String> = self
            .read
            .query(&FIND_KIND)
            .bind(id)
            .optional_scalar()
            .await?;
        kind.map(|kind| kind.parse().map_err(|_| StoreError::Unknown(kind)))
            .transpose()
    }
}
