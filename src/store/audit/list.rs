//! The security events of an account, the latest first.

use constcat::concat;

use super::event::{EVENT_COLUMNS, EventRow};
use crate::domain::{Page, PageRequest, SecurityEvent, UserId};
use crate::store::database::{Statement, Store, StoreError};

const PAGE_FROM_START: Statement =
    Statement::new(concat!(SELECT_PAGE, " ORDER BY id DESC LIMIT $4"));

const PAGE_FROM_END: Statement = Statement::new(concat!(SELECT_PAGE, " ORDER BY id ASC LIMIT $4"));

const SELECT_PAGE: &str = concat!(
    "SELECT ",
    EVENT_COLUMNS,
    " FROM security_events WHERE user_id = $1 AND id < $2 AND id > $3",
);

const COUNT: Statement =
    Statement::new("SELECT COUNT(*) AS count FROM security_events WHERE user_id = $1");

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("PAGE_FROM_START", PAGE_FROM_START),
    ("PAGE_FROM_END", PAGE_FROM_END),
    ("COUNT", COUNT),
];

impl Store {
    /// Lists the security events of a user, the latest first.
    pub async fn list_security_events(
        &self,
        user_id: UserId,
        request: &PageRequest,
    ) -> Result<Page<SecurityEvent>, StoreError> {
        let statement = if request.from_end {
            PAGE_FROM_END
        } else {
            PAGE_FROM_START
        };
        let (below, above) = request.bounds_of_latest_first();
        let rows: Vec<EventRow> = self
            .read
            .query(&statement)
            .bind(user_id)
            .bind(below)
            .bind(above)
            .bind(request.limit_and_one())
            .all()
            .await?;
        let events: Result<Vec<_>, _> = rows.into_iter().map(SecurityEvent::try_from).collect();
        Ok(Page::new(request, events?))
    }

    /// Counts the events that [`Store::list_security_events`] would list without a limit.
    pub async fn count_security_events(&self, user_id: UserId) -> Result<i64, StoreError> {
        self.read.query(&COUNT).bind(user_id).scalar().await
    }
}
