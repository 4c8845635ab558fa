//! The recovery of a session after the database has lost its latest generations: a token is ahead of the row.

use constcat::concat;

use super::refresh::{
    ADVANCE_GENERATION, IF_USABLE, RETURNING_REFRESHED, RefreshedRow, RefreshedSession, Rotation,
    bind_rotation,
};
use super::row::IS_LIVE_AT;
use crate::domain::{AuditContext, SecurityEvent, SecurityEventKind, SessionId, UserId};
use crate::store::database::{Committed, Statement, Store, StoreError};

/// Advances a session's generation if it is less than that of the token.
const ROTATE_FROM_AHEAD: Statement = Statement::new(concat!(
    ADVANCE_GENERATION,
    "< $6 AND ",
    IF_USABLE,
    RETURNING_REFRESHED
));

const ADVANCE: Statement = Statement::new(concat!(
    "UPDATE sessions SET generation = $2, rotated_at = $3, received_at = $3, \
         replayed_at = NULL, last_used_at = $3 \
     WHERE id = $1 AND generation < $2 AND ",
    IS_LIVE_AT,
    "$3",
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("ROTATE_FROM_AHEAD", ROTATE_FROM_AHEAD),
    ("ADVANCE", ADVANCE),
];

/// Returns the event of a session that was recovered from a token ahead of the database.
fn recovery_event(audit: &AuditContext, user_id: UserId, session_id: SessionId) -> SecurityEvent {
    audit.session_event(user_id, SecurityEventKind::SessionRecovered, session_id)
}

impl Store {
    /// Rotates a session from a generation that the database has lost, and writes the event. Returns `None` under the
    /// conditions of [`Store::rotate_session`], or if the session has reached that generation in the meantime.
    pub async fn rotate_from_ahead(
        &self,
        rotation: &Rotation,
        user_id: UserId,
        audit: &AuditContext,
    ) -> Result<Committed<Option<RefreshedSession>>, StoreError> {
        let mut tx = self.begin().await?;
        tx.lock_user(user_id).await?;
        let rotate = bind_rotation(tx.query(&ROTATE_FROM_AHEAD), rotation);
        let row: Option<RefreshedRow> = rotate.optional().await?;
        if row.is_some() {
            let event = recovery_event(audit, user_id, rotation.session_id);
            tx.insert_events(vec![event]).await?;
        }
        let refreshed = row.map(RefreshedSession::try_from).transpose()?;
        tx.commit(refreshed).await
    }

    /// Advances a live session to a generation that the database has lost and whose token the client received, and
    /// writes the event. Returns whether the session was behind.
    pub async fn advance_session(
        &self,
        session_id: SessionId,
        generation: i64,
        user_id: UserId,
        audit: &AuditContext,
    ) -> Result<Committed<bool>, StoreError> {
        let mut tx = self.begin().await?;
        tx.lock_user(user_id).await?;
        let advanced = tx
            .query(&ADVANCE)
            .bind(session_id)
            .bind(generation)
            .bind(audit.at)
            .execute()
            .await?;
        let was_behind = advanced > 0;
        if was_behind {
            let event = recovery_event(audit, user_id, session_id);
            tx.insert_events(vec![event]).await?;
        }
        tx.commit(was_behind).await
    }
}
