//! Refreshes: each advances the generation of a session by one.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;

use super::refresh_charge::{CHARGE, IS_OPEN, RefreshCharge};
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

/// Advances a session's generation if it equals that of the token, and charges the refresh to the session.
const ROTATE: Statement = Statement::new(concat!(
    ADVANCE_GENERATION,
    "= $6 AND ",
    IF_USABLE,
    RETURNING_REFRESHED
));

pub(super) const ADVANCE_GENERATION: &str = concat!(
    "UPDATE sessions SET generation = CAST($6 AS BIGINT) + 1, rotated_at = $7, \
         received_at = NULL, replayed_at = NULL, \
         device_id = $8, device_name = $9, device_type = $10, user_agent = $11, \
         ip_address = $12, last_used_at = $7, \
         expires_at = CASE WHEN ends_at < $13 THEN ends_at ELSE $13 END, \
         organization_id = COALESCE($14, organization_id), ",
    CHARGE,
    " WHERE id = $1 AND generation ",
);

pub(super) const IF_USABLE: &str = concat!(
    IS_OPEN,
    " AND ",
    IS_LIVE_AT,
    "$7 AND (EXISTS (SELECT 1",
    OF_VERIFIED_MEMBER_IN,
    "$14) OR $14 IS NULL)",
);

pub(super) const RETURNING_REFRESHED: &str = concat!(
    " RETURNING ",
    SESSION_COLUMNS,
    ", ",
    ACTIVE_ORGANIZATION_COLUMNS,
    ", (SELECT users.username FROM users WHERE users.id = sessions.user_id) AS username, \
     (SELECT users.language FROM users WHERE users.id = sessions.user_id) AS language",
);

/// Charges a refresh that rotates nothing.
const CHARGE_REFRESH: Statement = Statement::new(concat!(
    "UPDATE sessions SET ",
    CHARGE,
    " WHERE id = $1 AND ",
    IS_OPEN,
));

const REFRESHES_FULL_AT: Statement =
    Statement::new("SELECT refreshes_full_at FROM sessions WHERE id = $1");

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("MARK_REPLAYED", MARK_REPLAYED),
    ("ROTATE", ROTATE),
    ("CHARGE_REFRESH", CHARGE_REFRESH),
    ("REFRESHES_FULL_AT", REFRESHES_FULL_AT),
];

/// One rotation of a session's tokens.
#[derive(Clone, Debug)]
pub struct Rotation {
    pub session_id: SessionId,
    pub charge: RefreshCharge,
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

/// The session of a refresh that rotated nothing.
#[derive(Clone, Debug)]
pub enum UnrotatedRefresh {
    /// Its bucket lets the refresh through.
    Passed(Box<RefreshedSession>),
    /// Its bucket is full until then.
    Refused { retry_at: DateTime<Utc> },
    /// It is not on record.
    Absent,
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
    rotation
        .charge
        .bind(query.bind(rotation.session_id))
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
    /// Rotates a live session, and charges the refresh to it. Returns `None` if its newest generation is another one, its
    /// bucket is full, or its user is not a verified member of the new active organization.
    pub async fn rotate_session(
        &self,
        rotation: &Rotation,
    ) -> Result<Option<RefreshedSession>, StoreError> {
        let rotate = bind_rotation(self.write.query(&ROTATE), rotation);
        let row: Option<RefreshedRow> = rotate.optional().await?;
        row.map(RefreshedSession::try_from).transpose()
    }

    /// Charges a refresh that rotates nothing to its session, live or ended.
    pub async fn charge_refresh(
        &self,
        session_id: SessionId,
        charge: RefreshCharge,
    ) -> Result<UnrotatedRefresh, StoreError> {
        let text = CHARGE_REFRESH.sql(self.engine());
        let mut query = self.write.relaxed_query().with_text(text);
        query.push(" AND ").push_relaxed_condition();
        query.push(RETURNING_REFRESHED);
        let row: Option<RefreshedRow> = charge.bind(query.bind(session_id)).optional().await?;
        if let Some(row) = row {
            return Ok(UnrotatedRefresh::Passed(Box::new(row.try_into()?)));
        }
        let query = self.read.query(&REFRESHES_FULL_AT).bind(session_id);
        let full_at: Option<i64> = query.optional_scalar().await?;
        Ok(full_at.map_or(UnrotatedRefresh::Absent, |full_at| {
            UnrotatedRefresh::Refused {
                retry_at: charge.retry_at(full_at),
            }
        }))
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
}
