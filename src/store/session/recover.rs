//! The recovery of a session whose tokens are ahead of the database, which has lost its latest generations.

use constcat::concat;
use uuid::Uuid;

use super::refresh::{
    IF_USABLE, RETURNING_REFRESHED, RefreshedRow, RefreshedSession, Rotation, STEP_COUNTER,
    bind_rotation,
};
use super::row::IS_LIVE_AT;
use crate::domain::{Deed, SecurityEvent, SecurityEventKind};
use crate::store::database::{Statement, Store, StoreError};

/// Steps a session's counter if it stands behind the generation of the token.
const ROTATE_FROM_AHEAD: Statement = Statement::new(concat!(
    STEP_COUNTER,
    "< $2 AND ",
    IF_USABLE,
    RETURNING_REFRESHED
));

const BRING_FORWARD: Statement = Statement::new(concat!(
    "UPDATE sessions SET generation = $2, rotated_at = $3, received_at = $3, \
         replayed_at = NULL, last_used_at = $3 \
     WHERE id = $1 AND generation < $2 AND ",
    IS_LIVE_AT,
    "$3",
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("ROTATE_FROM_AHEAD", ROTATE_FROM_AHEAD),
    ("BRING_FORWARD", BRING_FORWARD),
];

/// The event of a session that went on from a token ahead of the database.
fn recovered(deed: &Deed, user_id: Uuid, session_id: Uuid) -> SecurityEvent {
    deed.session_event(user_id, SecurityEventKind::SessionRecovered, session_id)
}

impl Store {
    /// Steps the counter from a generation ahead of the newest, which the database has lost, and writes
    /// the event of that. `None` under the conditions of [`Store::rotate_session`], or if the session has
    /// reached that generation in the meantime.
    pub async fn rotate_from_ahead(
        &self,
        rotation: &Rotation,
        user_id: Uuid,
        deed: &Deed,
    ) -> Result<Option<RefreshedSession>, StoreError> {
        let mut tx = self.begin().await?;
        tx.lock_user(user_id).await?;
        let rotate = bind_rotation(tx.query(&ROTATE_FROM_AHEAD), rotation);
        let row: Option<RefreshedRow> = rotate.optional().await?;
        if row.is_some() {
            let event = recovered(deed, user_id, rotation.session_id);
            tx.insert_events(&[event]).await?;
        }
        let refreshed = row.map(RefreshedSession::try_from).transpose()?;
        tx.commit(refreshed).await
    }

    /// Brings a live session forward to a generation that the database has lost, and of which a token
    /// was received; and writes the event of that. Returns whether it was behind.
    pub async fn bring_session_forward(
        &self,
        session_id: Uuid,
        generation: i64,
        user_id: Uuid,
        deed: &Deed,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        tx.lock_user(user_id).await?;
        let brought = tx
            .query(&BRING_FORWARD)
            .bind(session_id)
            .bind(generation)
            .bind(deed.at)
            .execute()
            .await?;
        let was_behind = brought > 0;
        if was_behind {
            let event = recovered(deed, user_id, session_id);
            tx.insert_events(&[event]).await?;
        }
        tx.commit(was_behind).await
    }
}
