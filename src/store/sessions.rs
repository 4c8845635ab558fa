//! Sessions: one row a signed-in device.

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::StoreError;
use super::known_devices::insert_device;
use super::pool::{Pool, Store, on, statements, transaction};
use super::security_events::{event_columns, insert_events};
use super::security_notices::{NewNotice, Notified, insert_notice};
use super::session_rows::{ActingRow, SessionRow, acting_columns, acting_role, session_columns};
use super::users::lock_user;
use crate::domain::{Acting, Deed, EndReason, Page, PageRequest, SecurityEventKind, Session};

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

/// Makes no row when the password is no longer the one that was checked, or the user does not belong to
/// the organization that the session shall act for.
macro_rules! insert_session {
    ($lock:literal) => {
        concat!(
            "INSERT INTO sessions (id, user_id, generation, rotated_at, received_at, device_id, \
                 device_name, device_type, user_agent, ip_address, created_at, last_used_at, \
                 expires_at, ends_at, organization_id) \
             SELECT $1, users.id, 1, $4, $4, $5, $6, $7, $8, $9, $4, $4, $10, $11, $12 \
             FROM users WHERE users.id = $2 AND users.password_version = $3 \
                 AND (EXISTS ",
            acting_role!("1", "users.id", "$12"),
            " OR $12 IS NULL)",
            $lock,
            " RETURNING ",
            session_columns!(),
        )
    };
}

/// One of the few statements that the engines do not share. PostgreSQL reads the user as of before a change
/// of password that is under way, and would make a session that the change then does not end. With
/// the lock it waits for the change, looks again, and makes none. SQLite has one writer at a time.
///
/// And PostgreSQL writes the event in the same breath, which spares each login a way to the server and
/// back; after the first parenthesis, `sessions` is the row that was made.
pub(super) const INSERT_ON_POSTGRES: &str = concat!(
    "WITH sessions AS (",
    insert_session!(" FOR SHARE OF users"),
    "), noted AS (INSERT INTO security_events (",
    event_columns!(),
    ") SELECT $13, user_id, $14, created_at, ip_address, device_id, device_name, device_type, \
         user_agent, id, NULL, NULL, NULL FROM sessions) \
     SELECT ",
    session_columns!(),
    ", ",
    acting_columns!("sessions.organization_id"),
    " FROM sessions",
);

statements! {
    INSERT = concat!(insert_session!(""), ", ", acting_columns!("sessions.organization_id"));
    /// Only of a live session.
    ACT_FOR = concat!(
        "UPDATE sessions SET organization_id = $2 \
         WHERE id = $1 AND ended_at IS NULL AND expires_at > $3 \
             AND (EXISTS ", acting_role!("1", "sessions.user_id", "$2"), " OR $2 IS NULL) \
         RETURNING ", acting_columns!("sessions.organization_id"),
    );
    END_ONE = concat!(
        "UPDATE sessions SET ended_at = $3, end_reason = $4 \
         WHERE id = $1 AND user_id = $2 AND ended_at IS NULL AND expires_at > $3 \
         RETURNING ", session_columns!(),
    );
    FIND_OF_USER = concat!(
        "SELECT ", session_columns!(), " FROM sessions WHERE id = $1 AND user_id = $2",
    );
    END_ALL_BUT =
        "UPDATE sessions SET ended_at = $2, end_reason = $3 \
         WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2 AND id <> $4 RETURNING id";
    PAGE_FROM_START = select_page!("DESC");
    PAGE_FROM_END = select_page!("ASC");
    COUNT =
        "SELECT COUNT(*) AS count FROM sessions \
         WHERE user_id = $1 AND ($2 OR (ended_at IS NULL AND expires_at > $3))";
}

/// Ends the sessions of a user, but for one if it is named, inside the caller's transaction, writes the
/// events of that, and names them.
macro_rules! end_sessions {
    ($tx:ident, $user_id:expr, $all_but:expr, $reason:expr, $deed:expr) => {{
        let all_but: Option<uuid::Uuid> = $all_but;
        let deed: &$crate::domain::Deed = $deed;
        let reason: $crate::domain::EndReason = $reason;
        let ended: Vec<uuid::Uuid> = sqlx::query_scalar($crate::store::sessions::END_ALL_BUT)
            .bind($user_id)
            .bind(deed.at)
            .bind(reason.word())
            .bind(all_but.unwrap_or_default()) // no session has the nil id
            .fetch_all(&mut *$tx)
            .await?;
        let events = deed.ends($user_id, &ended, reason);
        $crate::store::security_events::insert_events!($tx, &events);
        ended
    }};
}

pub(super) use end_sessions;

/// A session to be made by a login.
#[derive(Clone, Debug)]
pub struct NewSession {
    pub id: Uuid,
    pub user_id: Uuid,
    /// The version of the password that the login checked.
    pub password_version: i64,
    pub deed: Deed,
    pub expires_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    /// The organization that it shall act for.
    pub organization_id: Option<Uuid>,
}

/// A session that was made.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub session: Session,
    /// The organization that it acts for.
    pub acting: Option<Acting>,
    /// Where a notice of the new device went.
    pub notified: Notified,
}

#[derive(FromRow)]
struct SignedInRow {
    #[sqlx(flatten)]
    session: SessionRow,
    #[sqlx(flatten)]
    acting: ActingRow,
}

impl TryFrom<SignedInRow> for SignedIn {
    type Error = StoreError;

    fn try_from(row: SignedInRow) -> Result<Self, StoreError> {
        Ok(Self {
            session: row.session.try_into()?,
            acting: row.acting.acting()?,
            notified: Notified::default(),
        })
    }
}

/// Binds what makes a session.
macro_rules! new_session {
    ($new:expr, $statement:expr) => {{
        let new: &NewSession = $new;
        let (at, device) = (new.deed.at, &new.deed.client.device);
        sqlx::query_as($statement)
            .bind(new.id)
            .bind(new.user_id)
            .bind(new.password_version)
            .bind(at)
            .bind(&device.id)
            .bind(&device.name)
            .bind(&device.kind)
            .bind(&device.user_agent)
            .bind(new.deed.client.address.to_string())
            .bind(new.expires_at)
            .bind(new.ends_at)
            .bind(new.organization_id)
    }};
}

/// Inserts a session and the event of it on PostgreSQL, in one statement.
macro_rules! insert_on_postgres {
    ($executor:expr, $new:expr) => {{
        let new: &NewSession = $new;
        let row: Option<SignedInRow> = new_session!(new, INSERT_ON_POSTGRES)
            .bind(new.deed.id)
            .bind(SecurityEventKind::LoginSucceeded.word())
            .fetch_optional($executor)
            .await?;
        row
    }};
}

/// Inserts a session and the event of it inside the caller's transaction; no row if the password has
/// changed.
macro_rules! insert_session_row {
    ($store:expr, $tx:ident, $new:expr) => {{
        let new: &NewSession = $new;
        let row: Option<SignedInRow> = if $store.is_postgres() {
            insert_on_postgres!(&mut *$tx, new)
        } else {
            let row = new_session!(new, INSERT).fetch_optional(&mut *$tx).await?;
            if row.is_some() {
                let kind = SecurityEventKind::LoginSucceeded;
                let event = new.deed.session_event(new.user_id, kind, new.id);
                insert_events!($tx, &[event]);
            }
            row
        };
        row.map(SignedIn::try_from).transpose()?
    }};
}

/// Ends a live session inside the caller's transaction, and writes the event of that.
macro_rules! end_one {
    ($tx:ident, $session_id:expr, $user_id:expr, $reason:expr, $deed:expr) => {{
        let deed: &Deed = $deed;
        let row: Option<SessionRow> = sqlx::query_as(END_ONE)
            .bind($session_id)
            .bind($user_id)
            .bind(deed.at)
            .bind($reason.word())
            .fetch_optional(&mut *$tx)
            .await?;
        if row.is_some() {
            insert_events!($tx, &deed.ends($user_id, &[$session_id], $reason));
        }
        row
    }};
}

impl Store {
    /// Makes a session, unless the password has changed since the login checked it, or the user does
    /// not belong to the organization that it shall act for: then `None`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_session(&self, new: &NewSession) -> Result<Option<SignedIn>, StoreError> {
        // A single statement there needs no transaction around it.
        if let Pool::Postgres(db) = &self.write {
            let row = insert_on_postgres!(db, new);
            return row.map(SignedIn::try_from).transpose();
        }
        transaction!(&self.write, |tx| { insert_session_row!(self, tx, new) })
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
        transaction!(&self.write, |tx| {
            let Some(mut signed_in) = insert_session_row!(self, tx, new) else {
                return Ok(None);
            };
            // Of two that sign in at the same moment, one is the first.
            let device = &new.deed.client.device;
            let is_new = insert_device!(tx, new.user_id, device, new.deed.at);
            if is_new > 0 {
                signed_in.notified = insert_notice!(self, tx, notice, new.user_id);
            }
            Some(signed_in)
        })
    }

    /// Lets a live session act for another organization of its user, or for none. `None` if the user
    /// does not belong to it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn act_for(
        &self,
        session_id: Uuid,
        organization_id: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Result<Option<Option<Acting>>, StoreError> {
        let row: Option<ActingRow> = on!(&self.write, |db| {
            sqlx::query_as(ACT_FOR)
                .bind(session_id)
                .bind(organization_id)
                .bind(now)
                .fetch_optional(db)
                .await
        })?;
        row.map(ActingRow::acting).transpose()
    }

    /// Ends a live session whose refresh token was copied, and writes a notice. `None` if something
    /// else ended it first; else where the notice went.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_reused_session(
        &self,
        session: &Session,
        deed: &Deed,
        notice: &NewNotice,
    ) -> Result<Option<Notified>, StoreError> {
        let reason = EndReason::RefreshTokenReused;
        transaction!(&self.write, |tx| {
            lock_user!(self, tx, session.user_id);
            if end_one!(tx, session.id, session.user_id, reason, deed).is_none() {
                return Ok(None);
            }
            let kind = SecurityEventKind::RefreshTokenReused;
            let event = deed.session_event(session.user_id, kind, session.id);
            insert_events!(tx, &[event]);
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
        reason: EndReason,
        deed: &Deed,
    ) -> Result<Option<Session>, StoreError> {
        transaction!(&self.write, |tx| {
            lock_user!(self, tx, user_id);
            let row = end_one!(tx, session_id, user_id, reason, deed);
            row.map(Session::try_from).transpose()?
        })
    }

    /// Ends every live session of a user, but for one if it is named, and answers which there were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_sessions(
        &self,
        user_id: Uuid,
        all_but: Option<Uuid>,
        reason: EndReason,
        deed: &Deed,
    ) -> Result<Vec<Uuid>, StoreError> {
        transaction!(&self.write, |tx| {
            lock_user!(self, tx, user_id);
            end_sessions!(tx, user_id, all_but, reason, deed)
        })
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
        let (below, above) = request.bounds_of_latest_first();
        let rows: Vec<SessionRow> = on!(&self.read, |db| {
            sqlx::query_as(statement)
                .bind(user_id)
                .bind(include_ended)
                .bind(now)
                .bind(below)
                .bind(above)
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
