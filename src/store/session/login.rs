//! Logins: the session that a right password makes, with its event and the notice of a new device.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;
use uuid::Uuid;

use super::row::{ACTING_COLUMNS, ActingRow, SESSION_COLUMNS, SessionRow};
use crate::domain::{Acting, Deed, SecurityEventKind, Session};
use crate::store::account::notice::{NewNotice, Notified};
use crate::store::audit::event::EVENT_COLUMNS;
use crate::store::database::{Engine, Query, Statement, Store, StoreError, Transaction};
use crate::store::rate_limits::{GIVE_BACK, three_buckets};

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

/// Of two that log in at the same moment, one is the first: the other waits, and changes no row.
const END_FIRST_LOGIN: Statement = Statement::new(
    "UPDATE users SET awaits_first_login = FALSE WHERE id = $1 AND awaits_first_login",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] =
    &[("INSERT", INSERT), ("END_FIRST_LOGIN", END_FIRST_LOGIN)];

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
    /// Notes that somebody has logged in to an account. Returns whether nobody had before.
    pub async fn end_first_login(&mut self, user_id: Uuid) -> Result<bool, StoreError> {
        let query = self.query(&END_FIRST_LOGIN).bind(user_id);
        Ok(query.execute().await? > 0)
    }

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
        let is_first = tx.end_first_login(new.user_id).await?;
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
}
