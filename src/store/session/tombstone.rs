//! The tombstones of sessions: the ends of sessions whose user is deleted.

use chrono::{DateTime, Utc};
use constcat::concat;

use super::row::{EPOCH_END_REASON, EPOCH_ENDED_AT, parse_reason};
use crate::domain::{EndReason, SessionEnd, SessionId, UserId};
use crate::store::database::{Statement, Store, StoreError, Transaction};

const BURY_SESSIONS: Statement = Statement::new(concat!(
    "INSERT INTO session_tombstones (id, ended_at, end_reason) \
     SELECT id, COALESCE(ended_at, ",
    EPOCH_ENDED_AT,
    ", $2), COALESCE(end_reason, ",
    EPOCH_END_REASON,
    ", $3) FROM sessions WHERE user_id = $1 ON CONFLICT DO NOTHING",
));

const FIND_TOMBSTONE: Statement =
    Statement::new("SELECT ended_at, end_reason FROM session_tombstones WHERE id = $1");

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("BURY_SESSIONS", BURY_SESSIONS),
    ("FIND_TOMBSTONE", FIND_TOMBSTONE),
];

impl Transaction {
    /// Inserts the tombstones of the sessions of a user who is about to be deleted.
    pub async fn bury_sessions(
        &mut self,
        user_id: UserId,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.query(&BURY_SESSIONS)
            .bind(user_id)
            .bind(now)
            .bind(EndReason::AccountDeleted.as_str())
            .execute()
            .await?;
        Ok(())
    }
}

impl Store {
    /// Finds the end of a session whose user is deleted; `None` if there was no such session, or its tombstone has been
    /// purged.
    pub async fn find_tombstone(
        &self,
        session_id: SessionId,
    ) -> Result<Option<SessionEnd>, StoreError> {
        let row: Option<(DateTime<Utc>, String)> = self
            .read
            .query(&FIND_TOMBSTONE)
            .bind(session_id)
            .optional()
            .await?;
        Ok(row.map(|(at, reason)| SessionEnd {
            at,
            reason: parse_reason(&reason),
        }))
    }
}
