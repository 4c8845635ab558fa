//! What every request and every refresh ask of a session: who it is, and its counter.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;
use uuid::Uuid;

use super::StoreError;
use super::database::Statement;
use super::open::Store;
use super::query::Query;
use super::session_rows::{
    ACTING_COLUMNS, ActingRow, IS_LIVE_AT, IS_NOT_ENDED, OF_VERIFIED_MEMBER_IN, SESSION_COLUMNS,
    SessionRow,
};
use super::users::{USER_COLUMNS, UserRow};
use crate::domain::{Acting, Client, Deed, SecurityEvent, SecurityEventKind, Session, User};

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

/// Steps a session's counter if it stands behind the generation of the token.
const ROTATE_FROM_AHEAD: Statement = Statement::new(concat!(
    STEP_COUNTER,
    "< $2 AND ",
    IF_USABLE,
    RETURNING_REFRESHED
));

const STEP_COUNTER: &str = "UPDATE sessions SET generation = CAST($2 AS BIGINT) + 1, rotated_at = $3, \
         received_at = NULL, replayed_at = NULL, \
         device_id = $4, device_name = $5, device_type = $6, user_agent = $7, \
         ip_address = $8, last_used_at = $3, \
         expires_at = CASE WHEN ends_at < $9 THEN ends_at ELSE $9 END, \
         organization_id = COALESCE($10, organization_id) \
     WHERE id = $1 AND generation ";

const IF_USABLE: &str = concat!(
    IS_LIVE_AT,
    "$3 AND (EXISTS (SELECT 1",
    OF_VERIFIED_MEMBER_IN,
    "$10) OR $10 IS NULL)",
);

const RETURNING_REFRESHED: &str = concat!(
    " RETURNING ",
    SESSION_COLUMNS,
    ", ",
    ACTING_COLUMNS,
    ", (SELECT users.username FROM users WHERE users.id = sessions.user_id) AS username, \
     (SELECT users.language FROM users WHERE users.id = sessions.user_id) AS language",
);

const BRING_FORWARD: Statement = Statement::new(concat!(
    "UPDATE sessions SET generation = $2, rotated_at = $3, received_at = $3, \
         replayed_at = NULL, last_used_at = $3 \
     WHERE id = $1 AND generation < $2 AND ",
    IS_LIVE_AT,
    "$3",
));

const FIND_REFRESHED: Statement = Statement::new(concat!(
    "SELECT ",
    SESSION_COLUMNS,
    ", ",
    ACTING_COLUMNS,
    ", users.username, users.language \
     FROM sessions JOIN users ON users.id = sessions.user_id WHERE sessions.id = $1",
));

#[cfg(test)]
pub(super) const STATEMENTS: &[(&str, Statement)] = &[
    ("VIEWER", VIEWER),
    ("MARK_RECEIVED", MARK_RECEIVED),
    ("MARK_REPLAYED", MARK_REPLAYED),
    ("ROTATE", ROTATE),
    ("ROTATE_FROM_AHEAD", ROTATE_FROM_AHEAD),
    ("BRING_FORWARD", BRING_FORWARD),
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
struct RefreshedRow {
    #[sqlx(flatten)]
    session: SessionRow,
    #[sqlx(flatten)]
    acting: ActingRow,
    username: String,
    language: Option<String>,
}

#[derive(FromRow)]
struct ViewerRow {
    #[sqlx(flatten)]
    session: SessionRow,
    #[sqlx(flatten)]
    user: UserRow,
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

/// The event of a session that went on from a token ahead of the database.
fn recovered(deed: &Deed, user_id: Uuid, session_id: Uuid) -> SecurityEvent {
    deed.session_event(user_id, SecurityEventKind::SessionRecovered, session_id)
}

/// Binds what makes a step of the counter.
fn bind_rotation<'t>(query: Query<'t>, rotation: &Rotation) -> Query<'t> {
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
    /// Finds a session with its user, dead or alive.
    pub async fn find_viewer(
        &self,
        session_id: Uuid,
    ) -> Result<Option<(User, Session)>, StoreError> {
        let row: Option<ViewerRow> = self.read.query(&VIEWER).bind(session_id).optional().await?;
        row.map(|row| Ok((User::from(row.user), row.session.try_into()?)))
            .transpose()
    }

    /// Notes that a token of this generation was shown, which proves that the client received it.
    pub async fn mark_session_received(
        &self,
        session_id: Uuid,
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
