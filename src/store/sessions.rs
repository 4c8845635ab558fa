//! Sessions: one row a signed-in device.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::StoreError;
use super::known_devices::insert_device;
use super::pool::{Store, on, statements, transaction};
use super::security_notices::{NewNotice, Notified, insert_notice};
use super::session_rows::{SessionRow, reason_word, session_columns};
use super::users::lock_user;
use crate::domain::{Client, Page, PageRequest, Session, SessionEnd};

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

/// One of the few statements that the engines do not share. PostgreSQL reads the user as of before a change
/// of password that is under way, and would make a session that the change then does not end. With
/// the lock it waits for the change, looks again, and makes none. SQLite has one writer at a time.
pub(super) const INSERT_ON_POSTGRES: &str = insert_session!(" FOR SHARE OF users");

statements! {
    INSERT = insert_session!("");
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
}

/// Ends the sessions of a user but one, inside the caller's transaction, and counts them.
macro_rules! end_sessions {
    ($tx:ident, $user_id:expr, $kept:expr, $end:expr) => {
        sqlx::query($crate::store::sessions::END_ALL_BUT)
            .bind($user_id)
            .bind($end.at)
            .bind($crate::store::session_rows::reason_word($end.reason))
            .bind($kept)
            .execute(&mut *$tx)
            .await?
            .rows_affected()
    };
}

/// Ends all sessions of a user, inside the caller's transaction, and counts them.
macro_rules! end_all_sessions {
    ($tx:ident, $user_id:expr, $end:expr) => {
        sqlx::query($crate::store::sessions::END_ALL)
            .bind($user_id)
            .bind($end.at)
            .bind($crate::store::session_rows::reason_word($end.reason))
            .execute(&mut *$tx)
            .await?
            .rows_affected()
    };
}
pub(super) use {end_all_sessions, end_sessions};

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

/// A session that was made.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub session: Session,
    /// Where a notice of the new device went.
    pub notified: Notified,
}

/// Inserts a session with whatever executes statements; no row if the password has changed.
macro_rules! insert_session_row {
    ($new:expr, $statement:expr, $executor:expr) => {{
        let new: &NewSession = $new;
        let device = &new.client.device;
        let row: Option<SessionRow> = sqlx::query_as($statement)
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
            .fetch_optional($executor)
            .await?;
        row.map(Session::try_from).transpose()
    }};
}

impl Store {
    /// Makes a session, unless the password has changed since the login checked it: then `None`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_session(&self, new: &NewSession) -> Result<Option<Session>, StoreError> {
        let statement = self.insert_session_statement();
        on!(&self.write, |db| insert_session_row!(new, statement, db))
    }

    /// Likewise for a device that the account does not know yet: remembers it, and writes a notice.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_session_of_new_device(
        &self,
        new: &NewSession,
        notice: &NewNotice,
    ) -> Result<Option<SignedIn>, StoreError> {
        let statement = self.insert_session_statement();
        transaction!(&self.write, |tx| {
            let Some(session) = insert_session_row!(new, statement, &mut *tx)? else {
                return Ok(None);
            };
            // Of two that sign in at the same moment, one is the first.
            let is_new = insert_device!(tx, new.user_id, &new.client.device, new.created_at);
            let notified = if is_new > 0 {
                insert_notice!(self, tx, notice, new.user_id)
            } else {
                Notified::default()
            };
            Some(SignedIn { session, notified })
        })
    }

    fn insert_session_statement(&self) -> &'static str {
        self.engines(INSERT, INSERT_ON_POSTGRES)
    }

    /// Ends a live session whose refresh token was copied, and writes a notice. `None` if something
    /// else ended it first; else where the notice went.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_reused_session(
        &self,
        session: &Session,
        end: SessionEnd,
        notice: &NewNotice,
    ) -> Result<Option<Notified>, StoreError> {
        transaction!(&self.write, |tx| {
            lock_user!(self, tx, session.user_id);
            let row: Option<SessionRow> = sqlx::query_as(END_ONE)
                .bind(session.id)
                .bind(session.user_id)
                .bind(end.at)
                .bind(reason_word(end.reason))
                .fetch_optional(&mut *tx)
                .await?;
            if row.is_none() {
                return Ok(None);
            }
            Some(insert_notice!(self, tx, notice, session.user_id))
        })
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
}
