//! What every request and every refresh ask of a session: who it is, and its counter.

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::StoreError;
use super::pool::{Store, on, statements, transaction};
use super::security_events::insert_events;
use super::session_rows::{
    ActingRow, SessionRow, acting_columns, acting_role, is_live, is_not_ended, session_columns,
};
use super::users::{UserRow, lock_user, user_columns};
use crate::domain::{Acting, Client, Deed, SecurityEvent, SecurityEventKind, Session, User};

/// Steps a session's counter, if it stands as asked to the generation that the token has.
macro_rules! rotate {
    ($stands:literal) => {
        concat!(
            "UPDATE sessions SET generation = CAST($2 AS BIGINT) + 1, rotated_at = $3, \
                 received_at = NULL, replayed_at = NULL, \
                 device_id = $4, device_name = $5, device_type = $6, user_agent = $7, \
                 ip_address = $8, last_used_at = $3, \
                 expires_at = CASE WHEN ends_at < $9 THEN ends_at ELSE $9 END, \
                 organization_id = COALESCE($10, organization_id) \
             WHERE id = $1 AND generation ",
            $stands,
            " AND ",
            is_live!("$3"),
            " AND (EXISTS ",
            acting_role!("1", "sessions.user_id", "$10"),
            " OR $10 IS NULL) RETURNING ",
            session_columns!(),
            ", ",
            acting_columns!("sessions.organization_id"),
            ", (SELECT users.username FROM users WHERE users.id = sessions.user_id) AS username, \
             (SELECT users.language FROM users WHERE users.id = sessions.user_id) AS language",
        )
    };
}

/// Binds what makes a step of the counter.
macro_rules! bind_rotation {
    ($statement:expr, $rotation:expr) => {{
        let rotation: &Rotation = $rotation;
        let device = &rotation.client.device;
        sqlx::query_as($statement)
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
    }};
}

statements! {
    VIEWER = concat!(
        "SELECT ", session_columns!(), ", ", user_columns!(), " \
         FROM sessions JOIN users ON users.id = sessions.user_id WHERE sessions.id = $1",
    );
    MARK_RECEIVED = concat!(
        "UPDATE sessions SET received_at = $3, last_used_at = $3 \
         WHERE id = $1 AND generation = $2 AND received_at IS NULL AND ", is_not_ended!(),
    );
    MARK_REPLAYED = concat!(
        "UPDATE sessions SET replayed_at = $3 \
         WHERE id = $1 AND generation = $2 AND ", is_not_ended!(),
    );
    ROTATE = rotate!("= $2");
    ROTATE_FROM_AHEAD = rotate!("< $2");
    BRING_FORWARD = concat!(
        "UPDATE sessions SET generation = $2, rotated_at = $3, received_at = $3, \
             replayed_at = NULL, last_used_at = $3 \
         WHERE id = $1 AND generation < $2 AND ", is_live!("$3"),
    );
    FIND_REFRESHED = concat!(
        "SELECT ", session_columns!(), ", ",
        acting_columns!("sessions.organization_id"), ", users.username, users.language \
         FROM sessions JOIN users ON users.id = sessions.user_id WHERE sessions.id = $1",
    );
}

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

impl Store {
    /// A session with its user, dead or alive.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_viewer(
        &self,
        session_id: Uuid,
    ) -> Result<Option<(User, Session)>, StoreError> {
        let row: Option<ViewerRow> = on!(&self.read, |db| {
            sqlx::query_as(VIEWER)
                .bind(session_id)
                .fetch_optional(db)
                .await
        })?;
        row.map(|row| Ok((User::from(row.user), row.session.try_into()?)))
            .transpose()
    }

    /// Notes that a token of this generation was shown, which proves that the client received it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mark_session_received(
        &self,
        session_id: Uuid,
        generation: i64,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        on!(&self.write, |db| {
            sqlx::query(MARK_RECEIVED)
                .bind(session_id)
                .bind(generation)
                .bind(now)
                .execute(db)
                .await
                .map(|_| ())
        })?;
        Ok(())
    }

    /// Steps the counter of a live session if its newest generation is the one named, and its user
    /// belongs to the organization that it shall act for; else `None`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rotate_session(
        &self,
        rotation: &Rotation,
    ) -> Result<Option<RefreshedSession>, StoreError> {
        let row: Option<RefreshedRow> = on!(&self.write, |db| {
            bind_rotation!(ROTATE, rotation).fetch_optional(db).await
        })?;
        row.map(RefreshedSession::try_from).transpose()
    }

    /// Steps the counter from a generation ahead of the newest, which the database has lost, and writes
    /// the event of that. `None` under the conditions of [`Store::rotate_session`], or if the session has
    /// reached that generation in the meantime.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rotate_from_ahead(
        &self,
        rotation: &Rotation,
        user_id: Uuid,
        deed: &Deed,
    ) -> Result<Option<RefreshedSession>, StoreError> {
        transaction!(&self.write, |tx| {
            lock_user!(self, tx, user_id);
            let row: Option<RefreshedRow> = bind_rotation!(ROTATE_FROM_AHEAD, rotation)
                .fetch_optional(&mut *tx)
                .await?;
            if row.is_some() {
                insert_events!(tx, &[recovered(deed, user_id, rotation.session_id)]);
            }
            row.map(RefreshedSession::try_from).transpose()?
        })
    }

    /// Brings a live session forward to a generation that the database has lost, and of which a token
    /// was received; and writes the event of that. Answers whether it was behind.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn bring_session_forward(
        &self,
        session_id: Uuid,
        generation: i64,
        user_id: Uuid,
        deed: &Deed,
    ) -> Result<bool, StoreError> {
        transaction!(&self.write, |tx| {
            lock_user!(self, tx, user_id);
            let done = sqlx::query(BRING_FORWARD)
                .bind(session_id)
                .bind(generation)
                .bind(deed.at)
                .execute(&mut *tx)
                .await?;
            let was_behind = done.rows_affected() > 0;
            if was_behind {
                insert_events!(tx, &[recovered(deed, user_id, session_id)]);
            }
            was_behind
        })
    }

    /// Notes that the newest generation is handed out again so late that the answer before counts as
    /// lost. Answers whether it is the newest still, of a session that was not ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mark_session_replayed(
        &self,
        session_id: Uuid,
        generation: i64,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let rows = on!(&self.write, |db| {
            sqlx::query(MARK_REPLAYED)
                .bind(session_id)
                .bind(generation)
                .bind(now)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(rows > 0)
    }

    /// A session as a refresh sees it, dead or alive.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_refreshed_session(
        &self,
        session_id: Uuid,
    ) -> Result<Option<RefreshedSession>, StoreError> {
        let row: Option<RefreshedRow> = on!(&self.read, |db| {
            sqlx::query_as(FIND_REFRESHED)
                .bind(session_id)
                .fetch_optional(db)
                .await
        })?;
        row.map(RefreshedSession::try_from).transpose()
    }
}
