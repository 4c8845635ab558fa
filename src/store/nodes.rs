//! What an id names. Ids are of one space, so that one question answers for every kind of object.

use uuid::Uuid;

use super::StoreError;
use super::pool::{Store, on, statements};
use crate::domain::NodeKind;

statements! {
    FIND_KIND =
        "SELECT 'USER' AS kind FROM users WHERE id = $1 \
         UNION ALL SELECT 'ORGANIZATION' FROM organizations WHERE id = $1 \
         UNION ALL SELECT 'SESSION' FROM sessions WHERE id = $1 \
         UNION ALL SELECT 'MEMBERSHIP' FROM memberships WHERE id = $1 \
         UNION ALL SELECT 'INVITATION' FROM invitations WHERE id = $1";
}

impl Store {
    /// The kind of object that an id names; `None` if it names nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_node_kind(&self, id: Uuid) -> Result<Option<NodeKind>, StoreError> {
        let word: Option<String> = on!(&self.read, |db| {
            sqlx::query_scalar(FIND_KIND)
                .bind(id)
                .fetch_optional(db)
                .await
        })?;
        word.map(|word| NodeKind::parse(&word).ok_or(StoreError::Unknown(word)))
            .transpose()
    }
}
