//! The sessions of a user, live and ended.

use chrono::{DateTime, Utc};
use constcat::concat;

use super::row::{IS_LIVE_AT, SESSION_COLUMNS, SessionRow};
use crate::domain::{Page, PageRequest, Session, SessionId, UserId};
use crate::store::database::{Statement, Store, StoreError};

const FIND_OF_USER: Statement = Statement::new(concat!(
    "SELECT ",
    SESSION_COLUMNS,
    " FROM sessions WHERE id = $1 AND user_id = $2",
));

const PAGE_FROM_START: Statement =
    Statement::new(concat!(SELECT_PAGE, " ORDER BY id DESC LIMIT $6"));

const PAGE_FROM_END: Statement = Statement::new(concat!(SELECT_PAGE, " ORDER BY id ASC LIMIT $6"));

const SELECT_PAGE: &str = concat!(
    "SELECT ",
    SESSION_COLUMNS,
    " FROM sessions WHERE user_id = $1 AND ($2 OR (",
    IS_LIVE_AT,
    "$3)) AND id < $4 AND id > $5",
);

const COUNT: Statement = Statement::new(concat!(
    "SELECT COUNT(*) AS count FROM sessions WHERE user_id = $1 AND ($2 OR (",
    IS_LIVE_AT,
    "$3))",
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("FIND_OF_USER", FIND_OF_USER),
    ("PAGE_FROM_START", PAGE_FROM_START),
    ("PAGE_FROM_END", PAGE_FROM_END),
    ("COUNT", COUNT),
];

impl Store {
    /// Finds a session of this user, live or ended.
    pub async fn find_session_of_user(
        &self,
        session_id: SessionId,
        user_id: UserId,
    ) -> Result<Option<Session>, StoreError> {
        let row: Option<SessionRow> = self
            .read
            .query(&FIND_OF_USER)
            .bind(session_id)
            .bind(user_id)
            .optional()
            .await?;
        row.map(Session::try_from).transpose()
    }

    /// Lists a user's sessions, newest first; only live ones unless `include_ended`.
    pub async fn list_sessions(
        &self,
        user_id: UserId,
        include_ended: bool,
        request: &PageRequest,
        now: DateTime<Utc>,
    ) -> Result<Page<Session>, StoreError> {
        let statement = if request.from_end {
            PAGE_FROM_END
        } else {
            PAGE_FROM_START
        };
        let (below, above) = request.bounds_of_latest_first();
        let rows: Vec<SessionRow> = self
            .read
            .query(&statement)
            .bind(user_id)
            .bind(include_ended)
            .bind(now)
            .bind(below)
            .bind(above)
            .bind(request.limit_and_one())
            .all()
            .await?;
        let sessions: Result<Vec<_>, _> = rows.into_iter().map(Session::try_from).collect();
        Ok(Page::new(request, sessions?))
    }

    /// Counts the sessions that [`Store::list_sessions`] would list without a limit.
    pub async fn count_sessions(
        &self,
        user_id: UserId,
        include_ended: bool,
        now: DateTime<Utc>,
    ) -> Result<i64, StoreError> {
        self.read
            .query(&COUNT)
            .bind(user_id)
            .bind(include_ended)
            .bind(now)
            .scalar()
            .await
    }
}
