//! Refreshes: each steps the counter of a session, its generation.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;
use uuid::Uuid;

use super::row::{
    ACTING_COLUMNS, ActingRow, IS_LIVE_AT, IS_NOT_ENDED, OF_VERIFIED_MEMBER_IN, SESSION_COLUMNS,
    SessionRow,
};
use crate::domain::{Acting, Client, Session};
use crate::store::database::{Query, Statement, Store, StoreError};

const MARK_REPLAYED: Statement = Statement::new(concat!(
    "UPDATE sessions SET replayed_at = $3 WHERE id = $1 AND generation = $2 AND ",
    IS_NOT_ENDED,
));

/// Steps a session's counter if it stands at the generation of the token.
const ROTATE: Statement = Statement::new(concat!(
    STEP_COUNTER,
    "= $2 AND ",
    IF_USABLE,
    RETURNING_REFRESHED
));

pub(super) const STEP_COUNTER: &str = "UPDATE sessions SET generation = CAST($2 AS BIGINT) + 1, rotated_at = $3, \
         received_at = NULL, replayed_at = NULL, \
         device_id = $4, device_name = $5, device_type = $6, user_agent = $7, \
         ip_address = $8, last_used_at = $3, \
         expires_at = CASE WHEN ends_at < $9 THEN ends_at ELSE $9 END, \
         organization_id = COALESCE($10, organization_id) \
     WHERE id = $1 AND generation ";

pub(super) const IF_USABLE: &str = concat!(
    IS_LIVE_AT,
    "$3 AND (EXISTS (SELECT 1",
    OF_VERIFIED_MEMBER_IN,
    "$10) OR $10 IS NULL)",
);

pub(super) const RETURNING_REFRESHED: &str = concat!(
    " RETURNING ",
    SESSION_COLUMNS,
    ", ",
    ACTING_COLUMNS,
    ", (SELECT users.username FROM users WHERE users.id = sessions.user_id) AS username, \
     (SELECT users.language FROM users WHERE users.id = sessions.user_id) AS language",
);

const FIND_REFRESHED: Statement = Statement::new(concat!(
    "SELECT ",
    SESSION_COLUMNS,
    ", ",
    ACTING_COLUMNS,
    ", users.username, users.language \
     FROM sessions JOIN users ON users.id = sessions.user_id WHERE sessions.id = $1",
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("MARK_REPLAYED", MARK_REPLAYED),
    ("ROTATE", ROTATE),
    ("FIND_REFRESHED", FIND_REFRESHED),
];

/// One step of a session's counter.
#[derive(Clone, Debug)]
pub struct Rotation {
    pub session_id: Uuid,
    /// The generation that must be the newest for the step to be made.
    pub generation: i64,
    pub client: Client,
    pub now: DateTime<Utc>,
    /// The new idle deadline; the session's end in any case stays.
    pub expires_at: DateTime<Utc>,
    /// The organization to act for from now on; `None`: the same as before.
    pub organization_id: Option<Uuid>,
}

/// A session, and what else a new access token for it says.
#[derive(Clone, Debug)]
pub struct RefreshedSession {
    pub session: Session,
    pub username: String,
    /// Of mail to the user.
    pub language: Option<String>,
    /// The organization that it acts for.
    pub acting: Option<Acting>,
}

#[derive(FromRow)]
pub(super) struct RefreshedRow {
    #[sqlx(flatten)]
    session: SessionRow,
    #[sqlx(flatten)]
    acting: ActingRow,
    username: String,
    language: Option<String>,
}

impl TryFrom<RefreshedRow> for RefreshedSession {
    type Error = StoreError;

    fn try_from(row: RefreshedRow) -> Result<Self, StoreError> {
        Ok(Self {
            session: row.session.try_into()?,
            username: row.username,
            language: row.language,
            acting: row.acting.acting()?,
        })
    }
}

/// Binds what makes a step of the counter.
pub(super) fn bind_rotation<'t>(query: Query<'t>, rotation: &Rotation) -> Query<'t> {
    let device = &rotation.client.device;
    query
        .bind(rotation.session_id)
        .bind(rotation.generation)
        .bind(rotation.now)
        .bind(&device.id)
        .bind(&device.name)
        .bind(&device.kind)
        .bind(&device.user_agent)
        .bind(rotation.client.address.to_string())
        .bind(rotation.expires_at)
        .bind(rotation.organization_id)
}

impl Store {
    /// Steps the counter of a live session if its newest generation is the one named, and its user
    /// belongs to the organization that it shall act for; else `None`.
    pub async fn rotate_session(
        &self,
        rotation: &Rotation,
    ) -> Result<Option<RefreshedSession>, StoreError> {
        let rotate = bind_rotation(self.write.query(&ROTATE), rotation);
        let row: Option<RefreshedRow> = rotate.optional().await?;
        row.map(RefreshedSession::try_from).transpose()
    }

    /// Notes that the newest generation is handed out again so late that the answer before counts as
    /// lost. Returns whether it is the newest still, of a session that was not ended.
    pub async fn mark_session_replayed(
        &self,
        session_id: Uuid,
        generation: i64,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let marked = self
            .write
            .query(&MARK_REPLAYED)
            .bind(session_id)
            .bind(generation)
            .bind(now)
            .execute()
            .await?;
        Ok(marked > 0)
    }

    /// Finds a session as a refresh sees it, dead or alive.
    pub async fn find_refreshed_session(
        &self,
        session_id: Uuid,
    ) -> Result<Option<RefreshedSession>, StoreError> {
        let row: Option<RefreshedRow> = self
            .read
            .query(&FIND_REFRESHED)
            .bind(session_id)
            .optional()
            .await?;
        row.map(RefreshedSession::try_from).transpose()
    }
}
