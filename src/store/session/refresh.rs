//! Refreshes: each advances the generation of a session by one.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;

use super::row::{
    ACTIVE_ORGANIZATION_COLUMNS, ActiveOrganizationRow, IS_LIVE_AT, IS_NOT_ENDED,
    OF_VERIFIED_MEMBER_IN, SESSION_COLUMNS, SessionRow,
};
use crate::domain::{ActiveOrganization, Client, OrganizationId, Session, SessionId};
use crate::store::database::{Query, Statement, Store, StoreError};

const MARK_REPLAYED: Statement = Statement::new(concat!(
    "UPDATE sessions SET replayed_at = $3 WHERE id = $1 AND generation = $2 AND ",
    IS_NOT_ENDED,
));

/// Advances a session's generation if it equals that of the token.
const ROTATE: Statement = Statement::new(concat!(
    ADVANCE_GENERATION,
    "= $2 AND ",
    IF_USABLE,
    RETURNING_REFRESHED
));

pub(super) const ADVANCE_GENERATION: &str = "UPDATE sessions SET generation = CAST($2 AS BIGINT) + 1, rotated_at = $3, \
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
    ACTIVE_ORGANIZATION_COLUMNS,
    ", (SELECT users.username FROM users WHERE users.id = sessions.user_id) AS username, \
     (SELECT users.language FROM users WHERE users.id = sessions.user_id) AS language",
);

const FIND_REFRESHED: Statement = Statement::new(concat!(
    "SELECT ",
    SESSION_COLUMNS,
    ", ",
    ACTIVE_ORGANIZATION_COLUMNS,
    ", users.username, users.language \
     FROM sessions JOIN users ON users.id = sessions.user_id WHERE sessions.id = $1",
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("MARK_REPLAYED", MARK_REPLAYED),
    ("ROTATE", ROTATE),
    ("FIND_REFRESHED", FIND_REFRESHED),
];

/// One rotation of a session's tokens.
#[derive(Clone, Debug)]
pub struct Rotation {
    pub session_id: SessionId,
    /// The generation of the token, which must be the newest of the session.
    pub generation: i64,
    pub client: Client,
    pub now: DateTime<Utc>,
    /// The new end of the session unless it is refreshed. `ends_at` stays.
    pub expires_at: DateTime<Utc>,
    /// The new active organization; `None` keeps the current one.
    pub organization_id: Option<OrganizationId>,
}

/// A session, and the other contents of a new access token.
#[derive(Clone, Debug)]
pub struct RefreshedSession {
    pub session: Session,
    pub username: String,
    /// The language of mail to the user.
    pub language: Option<String>,
    /// The active organization of the session.
    pub active_organization: Option<ActiveOrganization>,
}

#[derive(FromRow)]
pub(super) struct RefreshedRow {
    #[sqlx(flatten)]
    session: SessionRow,
    #[sqlx(flatten)]
    active_organization: ActiveOrganizationRow,
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
            active_organization: row.active_organization.active_organization()?,
        })
    }
}

/// Binds the values of a rotation.
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
    /// Rotates a live session. Returns `None` if its newest generation is another one, or its user is not a verified
    /// member of the new active organization.
    pub async fn rotate_session(
        &self,
        rotation: &Rotation,
    ) -> Result<Option<RefreshedSession>, StoreError> {
        let rotate = bind_rotation(self.write.query(&ROTATE), rotation);
        let row: Option<RefreshedRow> = rotate.optional().await?;
        row.map(RefreshedSession::try_from).transpose()
    }

    /// Records that tokens of the newest generation are issued again, so late that the earlier response counts as lost.
    /// Returns whether the generation is still the newest, and the session has not been ended.
    pub async fn mark_session_replayed(
        &self,
        session_id: SessionId,
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

    /// Finds a session, live or ended, with the other contents of its access tokens.
    pub async fn find_refreshed_session(
        &self,
        session_id: SessionId,
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
