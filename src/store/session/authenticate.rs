//! The caller of a request: session and user, and the record that the client received its token.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;

use super::row::{IS_NOT_ENDED, SESSION_COLUMNS, SessionRow};
use crate::domain::{Session, SessionId, User};
use crate::store::account::row::{USER_COLUMNS, UserRow};
use crate::store::database::{Statement, Store, StoreError};

const VIEWER: Statement = Statement::new(concat!(
    "SELECT ",
    SESSION_COLUMNS,
    ", ",
    USER_COLUMNS,
    " FROM sessions JOIN users ON users.id = sessions.user_id WHERE sessions.id = $1",
));

const MARK_RECEIVED: Statement = Statement::new(concat!(
    "UPDATE sessions SET received_at = $3, last_used_at = $3 \
     WHERE id = $1 AND generation = $2 AND received_at IS NULL AND ",
    IS_NOT_ENDED,
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] =
    &[("VIEWER", VIEWER), ("MARK_RECEIVED", MARK_RECEIVED)];

#[derive(FromRow)]
struct ViewerRow {
    #[sqlx(flatten)]
    session: SessionRow,
    #[sqlx(flatten)]
    user: UserRow,
}

impl Store {
    /// Finds a session, live or ended, with its user.
    pub async fn find_viewer(
        &self,
        session_id: SessionId,
    ) -> Result<Option<(User, Session)>, StoreError> {
        let row: Option<ViewerRow> = self.read.query(&VIEWER).bind(session_id).optional().await?;
        row.map(|row| Ok((User::from(row.user), row.session.try_into()?)))
            .transpose()
    }

    /// Records that a token of this generation was presented, which proves that the client received it.
    pub async fn mark_session_received(
        &self,
        session_id: SessionId,
        generation: i64,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.write
            .query(&MARK_RECEIVED)
            .bind(session_id)
            .bind(generation)
            .bind(now)
            .execute()
            .await?;
        Ok(())
    }
}
