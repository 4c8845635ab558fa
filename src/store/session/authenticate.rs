//! The caller of a request: session and user, and the record that the client received its token.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;

use super::row::{IS_NOT_ENDED, SESSION_COLUMNS, SessionRow};
use crate::domain::{Session, SessionId, User};
use crate::platform::statement_count;
use crate::store::account::row::{USER_COLUMNS, UserRow};
use crate::store::database::{Engine, Pool, Statement, Store, StoreError};

const VIEWER: Statement = Statement::new(concat!(SELECT_VIEWER, "= $1"));

/// Runs the plan for a single id once for each id of an array. PostgreSQL makes that plan once for each connection,
/// because the inner `SELECT` hides the number of ids. It would make a plan for `= ANY($1)` anew for every short array,
/// which takes longer than to run it, and a plan that was made for small tables would read them whole when they have
/// grown.
const VIEWERS: Statement = Statement::of_each(
    "",
    concat!(
        "SELECT viewer.* FROM unnest((SELECT $1::uuid[])) AS requested (id) CROSS JOIN LATERAL (",
        SELECT_VIEWER,
        "= requested.id LIMIT 1) AS viewer"
    ),
);

const SELECT_VIEWER: &str = concat!(
    "SELECT ",
    SESSION_COLUMNS,
    ", ",
    USER_COLUMNS,
    " FROM sessions JOIN users ON users.id = sessions.user_id WHERE sessions.id ",
);

const MARK_RECEIVED: Statement = Statement::new(concat!(
    "UPDATE sessions SET received_at = $3, last_used_at = $3 \
     WHERE id = $1 AND generation = $2 AND received_at IS NULL AND ",
    IS_NOT_ENDED,
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("VIEWER", VIEWER),
    ("VIEWERS", VIEWERS),
    ("MARK_RECEIVED", MARK_RECEIVED),
];

#[derive(FromRow)]
struct ViewerRow {
    #[sqlx(flatten)]
    session: SessionRow,
    #[sqlx(flatten)]
    user: UserRow,
}

impl ViewerRow {
    fn into_viewer(self) -> Result<(User, Session), StoreError> {
        Ok((self.user.into(), self.session.try_into()?))
    }
}

impl Store {
    /// Finds a session, live or ended, with its user. On PostgreSQL, requests that arrive together share a statement. A
    /// file gains nothing from that.
    pub async fn find_viewer(
        &self,
        session_id: SessionId,
    ) -> Result<Option<(User, Session)>, StoreError> {
        match self.engine() {
            Engine::Sqlite => {
                let query = self.read.query(&VIEWER).bind(session_id);
                let row: Option<ViewerRow> = query.optional().await?;
                row.map(ViewerRow::into_viewer).transpose()
            }
            Engine::Postgres => {
                // The statement counts for each request that it answers.
                statement_count::executed();
                let deadline = self.read.retry.deadline();
                let read = self.read.clone();
                let find_all = move |ids| find_viewers(read.clone(), ids);
                self.viewers.find(session_id, deadline, find_all).await
            }
        }
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

/// Finds the sessions with these ids, each with its user.
async fn find_viewers(
    read: Pool,
    ids: Vec<SessionId>,
) -> Result<HashMap<SessionId, (User, Session)>, StoreError> {
    let rows: Vec<ViewerRow> = read.query(&VIEWERS).bind_array(ids).all().await?;
    let viewers = rows.into_iter().map(|row| {
        let viewer = row.into_viewer()?;
        Ok((viewer.1.id, viewer))
    });
    viewers.collect()
}
