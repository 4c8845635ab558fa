//! Sessions: one row a signed-in device.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;
use uuid::Uuid;

use super::StoreError;
use super::database::{Engine, Statement, Transaction};
use super::open::Store;
use super::query::Query;
use super::rate_limits::{GIVE_BACK, three_buckets};
use super::security_events::EVENT_COLUMNS;
use super::security_notices::{NewNotice, Notified};
use super::session_rows::{
    ACTING_COLUMNS, ActingRow, IS_LIVE_AT, OF_VERIFIED_MEMBER_IN, SESSION_COLUMNS, SessionRow,
};
use crate::domain::{Acting, Deed, Page, PageRequest, SecurityEventKind, Session};

/// Makes no row when the password is no longer the one that was checked, or the user does not belong to
/// the organization that the session shall act for.
const INSERT_SESSION: &str = "INSERT INTO sessions (id, user_id, generation, rotated_at, received_at, device_id, \
         device_name, device_type, user_agent, ip_address, created_at, last_used_at, \
         expires_at, ends_at, organization_id, epoch) \
     SELECT $1, users.id, 1, $4, $4, $5, $6, $7, $8, $9, $4, $4, $10, $11, $12, \
         users.session_epoch \
     FROM users WHERE users.id = $2 AND users.password_version = $3 \
         AND (EXISTS (SELECT 1 FROM memberships JOIN users AS acting ON acting.id = memberships.user_id \
             WHERE acting.email_verified_at IS NOT NULL AND memberships.user_id = users.id \
                 AND memberships.organization_id = $12) OR $12 IS NULL)";

const RETURNING_SESSION: &str = concat!(" RETURNING ", SESSION_COLUMNS);

/// One of the few statements that the engines do not share. PostgreSQL reads the user as of before a change
/// of password that is under way, and would make a session that the change then does not end. With
/// the lock it waits for the change, looks again, and makes none. SQLite has one writer at a time.
///
/// And PostgreSQL writes the event and gives back what the login was charged in the same breath, which spares
/// each login two ways to the server and back; after the first parenthesis, `sessions` is the row that was made.
const INSERT: Statement = Statement::of_each(
    concat!(INSERT_SESSION, RETURNING_SESSION, ", ", ACTING_COLUMNS),
    concat!(
        "WITH sessions AS (",
        INSERT_SESSION,
        " FOR SHARE OF users",
        RETURNING_SESSION,
        "), noted AS (INSERT INTO security_events (",
        EVENT_COLUMNS,
        ") SELECT $13, user_id, $14, created_at, ip_address, device_id, device_name, device_type, \
             user_agent, id, NULL, NULL, NULL FROM sessions), \
         given_back AS (UPDATE rate_limits SET full_at = full_at - step WHERE bucket IN \
             (SELECT bucket FROM rate_limits WHERE bucket IN ($15, $16, $17) \
                  AND EXISTS (SELECT 1 FROM sessions) ORDER BY bucket FOR UPDATE)) \
         SELECT ",
        SESSION_COLUMNS,
        ", ",
        ACTING_COLUMNS,
        " FROM sessions",
    ),
);

/// Only of a live session.
const ACT_FOR: Statement = Statement::new(concat!(
    "UPDATE sessions SET organization_id = $2 WHERE id = $1 AND ",
    IS_LIVE_AT,
    "$3 AND (EXISTS (SELECT 1",
    OF_VERIFIED_MEMBER_IN,
    "$2) OR $2 IS NULL) RETURNING ",
    ACTING_COLUMNS,
));

const FIND_OF_USER: Statement = Statement::new(concat!(
    "SELECT ",
    SESSION_COLUMNS,
    " FROM sessions WHERE id = $1 AND user_id = $2",
));

const PAGE_FROM_START: Statement =
    Statement::new(concat!(SELECT_PAGE, " ORDER BY id DESC LIMIT $6"));
const PAGE_FROM_END: Statement = Statement::new(concat!(SELECT_PAGE, " ORDER BY id ASC LIMIT $6"));
const SELECT_PAGE: &str = concat!(
    "SELECT ",
    SESSION_COLUMNS,
    " FROM sessions WHERE user_id = $1 AND ($2 OR (",
    IS_LIVE_AT,
    "$3)) AND id < $4 AND id > $5",
);

/// Of two that log in at the same moment, one is the first: the other waits, and changes no row.
pub(super) const END_FIRST_LOGIN: Statement = Statement::new(
    "UPDATE users SET awaits_first_login = FALSE WHERE id = $1 AND awaits_first_login",
);

const COUNT: Statement = Statement::new(concat!(
    "SELECT COUNT(*) AS count FROM sessions WHERE user_id = $1 AND ($2 OR (",
    IS_LIVE_AT,
    "$3))",
));

#[cfg(test)]
pub(super) const STATEMENTS: &[(&str, Statement)] = &[
    ("INSERT", INSERT),
    ("ACT_FOR", ACT_FOR),
    ("FIND_OF_USER", FIND_OF_USER),
    ("PAGE_FROM_START", PAGE_FROM_START),
    ("PAGE_FROM_END", PAGE_FROM_END),
    ("END_FIRST_LOGIN", END_FIRST_LOGIN),
    ("COUNT", COUNT),
];

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

/// The reasons why a session does not act for an organization.
#[derive(Debug, thiserror::Error)]
pub enum ActForError {
    /// The session is over, or its user does not belong to the organization.
    #[error("the session cannot act for this organization")]
    NotAMember,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Binds what makes a session.
fn bind_session<'t>(query: Query<'t>, new: &NewSession) -> Query<'t> {
    let (at, device) = (new.deed.at, &new.deed.client.device);
    query
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
}

/// Binds what makes a session and the event of it on PostgreSQL, in one statement.
fn bind_session_with_event<'t>(query: Query<'t>, new: &NewSession) -> Query<'t> {
    let [first, second, third] = three_buckets(&new.charged);
    bind_session(query, new)
        .bind(new.deed.id)
        .bind(SecurityEventKind::LoginSucceeded.as_str())
        .bind(first)
        .bind(second)
        .bind(third)
}

impl Transaction {
    /// Makes a session and the event of it; `None` if the password has changed, or the user does not belong to the
    /// organization.
    async fn insert_session(&mut self, new: &NewSession) -> Result<Option<SignedIn>, StoreError> {
        let engine = self.engine();
        let insert = self.query(&INSERT);
        let row: Option<SignedInRow> = match engine {
            Engine::Postgres => bind_session_with_event(insert, new).optional().await?,
            Engine::Sqlite => bind_session(insert, new).optional().await?,
        };
        if engine == Engine::Sqlite && row.is_some() {
            let kind = SecurityEventKind::LoginSucceeded;
            let event = new.deed.session_event(new.user_id, kind, new.id);
            self.insert_events(&[event]).await?;
            let [first, second, third] = three_buckets(&new.charged);
            self.query(&GIVE_BACK)
                .bind(first)
                .bind(second)
                .bind(third)
                .execute()
                .await?;
        }
        row.map(SignedIn::try_from).transpose()
    }
}

impl Store {
    /// Makes a session, unless the password has changed since the login checked it, or the user does
    /// not belong to the organization that it shall act for: then `None`.
    pub async fn insert_session(&self, new: &NewSession) -> Result<Option<SignedIn>, StoreError> {
        if self.engine() == Engine::Postgres {
            // A single statement there needs no transaction around it.
            let insert = bind_session_with_event(self.write.query(&INSERT), new);
            let row: Option<SignedInRow> = insert.optional().await?;
            return row.map(SignedIn::try_from).transpose();
        }
        let mut tx = self.begin().await?;
        let signed_in = tx.insert_session(new).await?;
        tx.commit(signed_in).await
    }

    /// Makes a session on a device that the account does not know yet, as [`Store::insert_session`] does; remembers the
    /// device, and writes a notice unless nobody has logged in before.
    pub async fn insert_session_of_new_device(
        &self,
        new: &NewSession,
        notice: &NewNotice,
    ) -> Result<Option<SignedIn>, StoreError> {
        let mut tx = self.begin().await?;
        // Before the account's row is shared with other logins: each would wait for the other.
        let marked = tx
            .query(&END_FIRST_LOGIN)
            .bind(new.user_id)
            .execute()
            .await?;
        let is_first = marked > 0;
        let Some(mut signed_in) = tx.insert_session(new).await? else {
            return Ok(None);
        };
        let device = &new.deed.client.device;
        let is_new = tx.insert_device(new.user_id, device, new.deed.at).await?;
        if is_new && !is_first {
            signed_in.notified = tx.insert_notice(notice, new.user_id).await?;
        }
        tx.commit(Some(signed_in)).await
    }

    /// Lets a live session act for another organization of its user, or for none.
    pub async fn act_for(
        &self,
        session_id: Uuid,
        organization_id: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Result<Option<Acting>, ActForError> {
        let row: Option<ActingRow> = self
            .write
            .query(&ACT_FOR)
            .bind(session_id)
            .bind(organization_id)
            .bind(now)
            .optional()
            .await?;
        let row = row.ok_or(ActForError::NotAMember)?;
        Ok(row.acting()?)
    }

    /// Finds a session of this user, dead or alive.
    pub async fn find_session_of_user(
        &self,
        session_id: Uuid,
        user_id: Uuid,
    ) -> Result<Option<Session>, StoreError> {
        let row: Option<SessionRow> = self
            .read
            .query(&FIND_OF_USER)
            .bind(session_id)
            .bind(user_id)
            .optional()
            .await?;
        row.map(Session::try_from).transpose()
    }

    /// Lists a user's sessions, newest first; only the live ones unless `include_ended`.
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
        let rows: Vec<SessionRow> = self
            .read
            .query(&statement)
            .bind(user_id)
            .bind(include_ended)
            .bind(now)
            .bind(below)
            .bind(above)
            .bind(request.limit_and_one())
            .all()
            .await?;
        let sessions: Result<Vec<_>, _> = rows.into_iter().map(Session::try_from).collect();
        Ok(Page::new(request, sessions?))
    }

    /// Counts the sessions that [`Store::list_sessions`] would list without a limit.
    pub async fn count_sessions(
        &self,
        user_id: Uuid,
        include_ended: bool,
        now: DateTime<Utc>,
    ) -> Result<i64, StoreError> {
        self.read
            .query(&COUNT)
            .bind(user_id)
            .bind(include_ended)
            .bind(now)
            .scalar()
            .await
    }
}
