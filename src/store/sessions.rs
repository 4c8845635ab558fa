//! Sessions: one row a signed-in device.

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::StoreError;
use super::known_devices::insert_device;
use super::pool::{Store, on, statements, transaction};
use super::rate_limits::{GIVE_BACK, bind_buckets};
use super::security_events::{event_columns, insert_events};
use super::security_notices::{NewNotice, Notified, insert_notice};
use super::session_rows::{
    ActingRow, SessionRow, acting_columns, acting_role, is_live, session_columns,
};
use crate::domain::{Acting, Deed, Page, PageRequest, SecurityEventKind, Session};

/// The statement that lists a page, read from either end of the list.
macro_rules! select_page {
    ($order:literal) => {
        concat!(
            "SELECT ",
            session_columns!(),
            " FROM sessions WHERE user_id = $1 AND ($2 OR (",
            is_live!("$3"),
            ")) AND id < $4 AND id > $5 ORDER BY id ",
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
                 expires_at, ends_at, organization_id, epoch) \
             SELECT $1, users.id, 1, $4, $4, $5, $6, $7, $8, $9, $4, $4, $10, $11, $12, \
                 users.session_epoch \
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
/// And PostgreSQL writes the event and gives back what the login was charged in the same breath, which spares
/// each login two ways to the server and back; after the first parenthesis, `sessions` is the row that was made.
pub(super) const INSERT_ON_POSTGRES: &str = concat!(
    "WITH sessions AS (",
    insert_session!(" FOR SHARE OF users"),
    "), noted AS (INSERT INTO security_events (",
    event_columns!(),
    ") SELECT $13, user_id, $14, created_at, ip_address, device_id, device_name, device_type, \
         user_agent, id, NULL, NULL, NULL FROM sessions), \
     given_back AS (UPDATE rate_limits SET full_at = full_at - step WHERE bucket IN \
         (SELECT bucket FROM rate_limits WHERE bucket IN ($15, $16, $17) \
              AND EXISTS (SELECT 1 FROM sessions) ORDER BY bucket FOR UPDATE)) \
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
         WHERE id = $1 AND ", is_live!("$3"), " AND (EXISTS ", acting_role!("1", "sessions.user_id", "$2"), " OR $2 IS NULL) \
         RETURNING ", acting_columns!("sessions.organization_id"),
    );
    FIND_OF_USER = concat!(
        "SELECT ", session_columns!(), " FROM sessions WHERE id = $1 AND user_id = $2",
    );
    PAGE_FROM_START = select_page!("DESC");
    PAGE_FROM_END = select_page!("ASC");
    /// Of two that log in at the same moment, one is the first: the other waits, and changes no row.
    END_FIRST_LOGIN =
        "UPDATE users SET awaits_first_login = FALSE WHERE id = $1 AND awaits_first_login";
    COUNT = concat!(
        "SELECT COUNT(*) AS count FROM sessions WHERE user_id = $1 AND ($2 OR (", is_live!("$3"), "))",
    );
}

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
    /// The buckets that the login was charged to, which get it back: only wrong passwords count.
    pub charged: Vec<[u8; 32]>,
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

/// Binds what makes a session and the event of it on PostgreSQL, in one statement.
macro_rules! new_session_on_postgres {
    ($new:expr) => {{
        let new: &NewSession = $new;
        let insert = new_session!(new, INSERT_ON_POSTGRES)
            .bind(new.deed.id)
            .bind(SecurityEventKind::LoginSucceeded.word());
        bind_buckets!(insert, &new.charged)
    }};
}

/// Inserts a session and the event of it inside the caller's transaction; no row if the password has
/// changed.
macro_rules! insert_session_row {
    ($store:expr, $tx:ident, $new:expr) => {{
        let new: &NewSession = $new;
        let row: Option<SignedInRow> = if $store.is_postgres() {
            new_session_on_postgres!(new)
                .fetch_optional(&mut *$tx)
                .await?
        } else {
            let row = new_session!(new, INSERT).fetch_optional(&mut *$tx).await?;
            if row.is_some() {
                let kind = SecurityEventKind::LoginSucceeded;
                let event = new.deed.session_event(new.user_id, kind, new.id);
                insert_events!($tx, &[event]);
                bind_buckets!(sqlx::query(GIVE_BACK), &new.charged)
                    .execute(&mut *$tx)
                    .await?;
            }
            row
        };
        row.map(SignedIn::try_from).transpose()?
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
        if self.is_postgres() {
            let row: Option<SignedInRow> = on!(&self.write, |db| {
                new_session_on_postgres!(new).fetch_optional(db).await
            })?;
            return row.map(SignedIn::try_from).transpose();
        }
        transaction!(&self.write, |tx| { insert_session_row!(self, tx, new) })
    }

    /// Likewise for a device that the account does not know yet: remembers it, and writes a notice unless nobody has
    /// logged in before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_session_of_new_device(
        &self,
        new: &NewSession,
        notice: &NewNotice,
    ) -> Result<Option<SignedIn>, StoreError> {
        transaction!(&self.write, |tx| {
            // Before the account's row is shared with whoever else logs in: each would wait for the other.
            let marked = sqlx::query(END_FIRST_LOGIN)
                .bind(new.user_id)
                .execute(&mut *tx)
                .await?;
            let is_first = marked.rows_affected() > 0;
            let Some(mut signed_in) = insert_session_row!(self, tx, new) else {
                return Ok(None);
            };
            let device = &new.deed.client.device;
            let is_new = insert_device!(tx, new.user_id, device, new.deed.at);
            if is_new > 0 && !is_first {
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
        on!(&self.read, |db| {
            sqlx::query_scalar(COUNT)
                .bind(user_id)
                .bind(include_ended)
                .bind(now)
                .fetch_one(db)
                .await
        })
    }
}
