//! Sessions: one row a signed-in device.

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::StoreError;
use super::pool::{Pool, Store, on, statements};
use super::users::{UserRow, user_columns};
use crate::domain::{
    Client, Device, EndReason, Page, PageRequest, Session, SessionEnd, User, Viewer,
};

macro_rules! session_columns {
    () => {
        "sessions.id, sessions.user_id, sessions.generation, sessions.rotated_at, \
         sessions.received_at, sessions.device_id, sessions.device_name, sessions.device_type, \
         sessions.user_agent, sessions.ip_address, sessions.created_at, sessions.last_used_at, \
         sessions.expires_at, sessions.ends_at, sessions.ended_at, sessions.end_reason"
    };
}

/// The statement that lists a page, read from either end of the list.
macro_rules! select_page {
    ($order:literal) => {
        concat!(
            "SELECT ",
            session_columns!(),
            " FROM sessions \
             WHERE user_id = $1 AND ($2 OR (ended_at IS NULL AND expires_at > $3)) \
               AND id < $4 AND id > $5 \
             ORDER BY id ",
            $order,
            " LIMIT $6",
        )
    };
}

/// Makes no row when the password is no longer the one that was checked.
macro_rules! insert_session {
    ($lock:literal) => {
        concat!(
            "INSERT INTO sessions (id, user_id, generation, rotated_at, received_at, device_id, \
                 device_name, device_type, user_agent, ip_address, created_at, last_used_at, \
                 expires_at, ends_at) \
             SELECT $1, users.id, 1, $4, $4, $5, $6, $7, $8, $9, $4, $4, $10, $11 \
             FROM users WHERE users.id = $2 AND users.password_version = $3",
            $lock,
            " RETURNING ",
            session_columns!(),
        )
    };
}

/// The one statement that the engines do not share. PostgreSQL reads the user as of before a change
/// of password that is under way, and would make a session that the change then does not end. With
/// the lock it waits for the change, looks again, and makes none. SQLite has one writer at a time.
pub(super) const INSERT_ON_POSTGRES: &str = insert_session!(" FOR SHARE OF users");

statements! {
    INSERT = insert_session!("");
    VIEWER = concat!(
        "SELECT ", session_columns!(), ", ", user_columns!(), " \
         FROM sessions JOIN users ON users.id = sessions.user_id WHERE sessions.id = $1",
    );
    MARK_RECEIVED =
        "UPDATE sessions SET received_at = $3, last_used_at = $3 \
         WHERE id = $1 AND generation = $2 AND received_at IS NULL AND ended_at IS NULL";
    ROTATE = concat!(
        "UPDATE sessions SET generation = generation + 1, rotated_at = $3, received_at = NULL, \
             device_id = $4, device_name = $5, device_type = $6, user_agent = $7, \
             ip_address = $8, last_used_at = $3, \
             expires_at = CASE WHEN ends_at < $9 THEN ends_at ELSE $9 END \
         WHERE id = $1 AND generation = $2 AND ended_at IS NULL AND expires_at > $3 \
         RETURNING ", session_columns!(), ", \
             (SELECT users.username FROM users WHERE users.id = sessions.user_id) AS username",
    );
    FIND_REFRESHED = concat!(
        "SELECT ", session_columns!(), ", users.username \
         FROM sessions JOIN users ON users.id = sessions.user_id WHERE sessions.id = $1",
    );
    END_ONE = concat!(
        "UPDATE sessions SET ended_at = $3, end_reason = $4 \
         WHERE id = $1 AND user_id = $2 AND ended_at IS NULL AND expires_at > $3 \
         RETURNING ", session_columns!(),
    );
    FIND_OF_USER = concat!(
        "SELECT ", session_columns!(), " FROM sessions WHERE id = $1 AND user_id = $2",
    );
    END_ALL =
        "UPDATE sessions SET ended_at = $2, end_reason = $3 \
         WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2";
    END_ALL_BUT =
        "UPDATE sessions SET ended_at = $2, end_reason = $3 \
         WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2 AND id <> $4";
    PAGE_FROM_START = select_page!("DESC");
    PAGE_FROM_END = select_page!("ASC");
    COUNT =
        "SELECT COUNT(*) AS count FROM sessions \
         WHERE user_id = $1 AND ($2 OR (ended_at IS NULL AND expires_at > $3))";
    DELETE_OVER = "DELETE FROM sessions WHERE ended_at < $1 OR expires_at < $1";
}

/// Ends the sessions of a user but one, inside the caller's transaction, and counts them.
macro_rules! end_sessions {
    ($tx:ident, $user_id:expr, $kept:expr, $end:expr) => {
        sqlx::query($crate::store::sessions::END_ALL_BUT)
            .bind($user_id)
            .bind($end.at)
            .bind($crate::store::sessions::reason_word($end.reason))
            .bind($kept)
            .execute(&mut *$tx)
            .await?
            .rows_affected()
    };
}
pub(super) use end_sessions;

/// A session to be made by a login.
#[derive(Clone, Debug)]
pub struct NewSession {
    pub id: Uuid,
    pub user_id: Uuid,
    /// The version of the password that the login checked.
    pub password_version: i64,
    pub client: Client,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
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
}

/// A session, and what else a new access token for it says.
#[derive(Clone, Debug)]
pub struct RefreshedSession {
    pub session: Session,
    pub username: String,
}

#[derive(FromRow)]
pub(super) struct SessionRow {
    id: Uuid,
    user_id: Uuid,
    generation: i64,
    rotated_at: DateTime<Utc>,
    received_at: Option<DateTime<Utc>>,
    device_id: Option<String>,
    device_name: Option<String>,
    device_type: String,
    user_agent: Option<String>,
    ip_address: String,
    created_at: DateTime<Utc>,
    last_used_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    end_reason: Option<String>,
}

#[derive(FromRow)]
struct RefreshedRow {
    #[sqlx(flatten)]
    session: SessionRow,
    username: String,
}

#[derive(FromRow)]
struct ViewerRow {
    #[sqlx(flatten)]
    session: SessionRow,
    #[sqlx(flatten)]
    user: UserRow,
}

impl TryFrom<SessionRow> for Session {
    type Error = StoreError;

    fn try_from(row: SessionRow) -> Result<Self, StoreError> {
        let ended = match (row.ended_at, row.end_reason) {
            (Some(at), Some(word)) => Some(SessionEnd {
                at,
                reason: parse_reason(word)?,
            }),
            _ => None,
        };
        Ok(Self {
            id: row.id,
            user_id: row.user_id,
            generation: row.generation,
            rotated_at: row.rotated_at,
            received_at: row.received_at,
            device: Device {
                id: row.device_id,
                name: row.device_name,
                kind: row.device_type,
                user_agent: row.user_agent,
            },
            ip_address: row.ip_address,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
            ends_at: row.ends_at,
            ended,
        })
    }
}

impl TryFrom<RefreshedRow> for RefreshedSession {
    type Error = StoreError;

    fn try_from(row: RefreshedRow) -> Result<Self, StoreError> {
        Ok(Self {
            session: row.session.try_into()?,
            username: row.username,
        })
    }
}

impl Store {
    /// Makes a session, unless the password has changed since the login checked it: then `None`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_session(&self, new: &NewSession) -> Result<Option<Session>, StoreError> {
        let device = &new.client.device;
        let statement = match &self.write {
            Pool::Sqlite(_) => INSERT,
            Pool::Postgres(_) => INSERT_ON_POSTGRES,
        };
        let row: Option<SessionRow> = on!(&self.write, |db| {
            sqlx::query_as(statement)
                .bind(new.id)
                .bind(new.user_id)
                .bind(new.password_version)
                .bind(new.created_at)
                .bind(&device.id)
                .bind(&device.name)
                .bind(&device.kind)
                .bind(&device.user_agent)
                .bind(new.client.address.to_string())
                .bind(new.expires_at)
                .bind(new.ends_at)
                .fetch_optional(db)
                .await
        })?;
        row.map(Session::try_from).transpose()
    }

    /// A session with its user, dead or alive.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_viewer(&self, session_id: Uuid) -> Result<Option<Viewer>, StoreError> {
        let row: Option<ViewerRow> = on!(&self.read, |db| {
            sqlx::query_as(VIEWER)
                .bind(session_id)
                .fetch_optional(db)
                .await
        })?;
        row.map(|row| {
            Ok(Viewer {
                user: User::from(row.user),
                session: row.session.try_into()?,
            })
        })
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

    /// Steps the counter of a live session if its newest generation is the one named; else `None`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rotate_session(
        &self,
        rotation: &Rotation,
    ) -> Result<Option<RefreshedSession>, StoreError> {
        let device = &rotation.client.device;
        let row: Option<RefreshedRow> = on!(&self.write, |db| {
            sqlx::query_as(ROTATE)
                .bind(rotation.session_id)
                .bind(rotation.generation)
                .bind(rotation.now)
                .bind(&device.id)
                .bind(&device.name)
                .bind(&device.kind)
                .bind(&device.user_agent)
                .bind(rotation.client.address.to_string())
                .bind(rotation.expires_at)
                .fetch_optional(db)
                .await
        })?;
        row.map(RefreshedSession::try_from).transpose()
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

    /// Ends a live session of this user and answers it; `None` if there is no such live one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_session(
        &self,
        session_id: Uuid,
        user_id: Uuid,
        end: SessionEnd,
    ) -> Result<Option<Session>, StoreError> {
        let row: Option<SessionRow> = on!(&self.write, |db| {
            sqlx::query_as(END_ONE)
                .bind(session_id)
                .bind(user_id)
                .bind(end.at)
                .bind(reason_word(end.reason))
                .fetch_optional(db)
                .await
        })?;
        row.map(Session::try_from).transpose()
    }

    /// Ends every live session of a user and answers how many there were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_sessions(&self, user_id: Uuid, end: SessionEnd) -> Result<u64, StoreError> {
        Ok(on!(&self.write, |db| {
            sqlx::query(END_ALL)
                .bind(user_id)
                .bind(end.at)
                .bind(reason_word(end.reason))
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?)
    }

    /// A session of this user, dead or alive.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_session_of_user(
        &self,
        session_id: Uuid,
        user_id: Uuid,
    ) -> Result<Option<Session>, StoreError> {
        let row: Option<SessionRow> = on!(&self.read, |db| {
            sqlx::query_as(FIND_OF_USER)
                .bind(session_id)
                .bind(user_id)
                .fetch_optional(db)
                .await
        })?;
        row.map(Session::try_from).transpose()
    }

    /// A user's sessions, newest first; only the live ones unless `include_ended`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_sessions(
        &self,
        user_id: Uuid,
        include_ended: bool,
        request: &PageRequest,
        now: DateTime<Utc>,
    ) -> Result<Page<Session>, StoreError> {
        let statement = if request.from_end {
            PAGE_FROM_END
        } else {
            PAGE_FROM_START
        };
        let rows: Vec<SessionRow> = on!(&self.read, |db| {
            sqlx::query_as(statement)
                .bind(user_id)
                .bind(include_ended)
                .bind(now)
                // The list runs backwards in time, so what comes after is less.
                .bind(request.after.unwrap_or(Uuid::max()))
                .bind(request.before.unwrap_or(Uuid::nil()))
                .bind(request.limit_and_one())
                .fetch_all(db)
                .await
        })?;
        let sessions: Result<Vec<_>, _> = rows.into_iter().map(Session::try_from).collect();
        Ok(Page::new(request, sessions?))
    }

    /// How many sessions [`Store::list_sessions`] would list without a limit.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_sessions(
        &self,
        user_id: Uuid,
        include_ended: bool,
        now: DateTime<Utc>,
    ) -> Result<i64, StoreError> {
        Ok(on!(&self.read, |db| {
            sqlx::query_scalar(COUNT)
                .bind(user_id)
                .bind(include_ended)
                .bind(now)
                .fetch_one(db)
                .await
        })?)
    }

    /// Removes the sessions that were over before the given moment, and counts them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_sessions_over_before(
        &self,
        cutoff: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        Ok(on!(&self.write, |db| {
            sqlx::query(DELETE_OVER)
                .bind(cutoff)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?)
    }
}

/// The word under which a reason is stored: its name in the API.
pub(super) fn reason_word(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Logout => "LOGOUT",
        EndReason::LogoutAll => "LOGOUT_ALL",
        EndReason::Revoked => "REVOKED",
        EndReason::PasswordChanged => "PASSWORD_CHANGED",
        EndReason::PasswordReset => "PASSWORD_RESET",
        EndReason::RefreshTokenReused => "REFRESH_TOKEN_REUSED",
        EndReason::Idle => "IDLE",
        EndReason::Expired => "EXPIRED",
        EndReason::AccountDeleted => "ACCOUNT_DELETED",
    }
}

fn parse_reason(word: String) -> Result<EndReason, StoreError> {
    EndReason::ALL
        .into_iter()
        .find(|reason| reason_word(*reason) == word)
        .ok_or(StoreError::Unknown(word))
}
