//! Logins: the session of a right password, with its event and the notice of a new device.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;

use super::row::{ACTIVE_ORGANIZATION_COLUMNS, ActiveOrganizationRow, SESSION_COLUMNS, SessionRow};
use crate::domain::{
    ActiveOrganization, AuditContext, AuthenticationMethods, BucketName, OrganizationId,
    SecurityEvent, SecurityEventKind, Session, SessionId, UserId,
};
use crate::store::account::notice::NewNotice;
use crate::store::audit::event::EVENT_COLUMNS;
use crate::store::database::{
    Committed, Engine, Query, Record, Statement, Store, StoreError, Transaction,
};
use crate::store::rate_limits::{GIVE_BACK, three_buckets};
use crate::store::second_factor::{FactorProof, SpendError};

/// Inserts no row if the password has changed since it was checked, the account has a second factor and the login has none,
/// or the user is not a verified member of the organization that the session is for.
const INSERT_SESSION: &str = "INSERT INTO sessions (id, user_id, generation, rotated_at, received_at, device_id, \
         device_name, device_type, user_agent, ip_address, created_at, last_used_at, \
         expires_at, purge_at, ends_at, organization_id, authenticated_at, second_factor_at, methods, factor_epoch, epoch) \
     SELECT $1, users.id, 1, $4, $4, $5, $6, $7, $8, $9, $4, $4, $10, $10, $11, $12, $4, $13, $14, \
         users.factor_epoch, users.session_epoch \
     FROM users WHERE users.id = $2 AND users.password_version = $3 \
         AND (users.second_factor_since IS NULL OR CAST($13 AS TIMESTAMPTZ) IS NOT NULL) \
         AND (EXISTS (SELECT 1 FROM memberships JOIN users AS member ON member.id = memberships.user_id \
             WHERE member.email_verified_at IS NOT NULL AND memberships.user_id = users.id \
                 AND memberships.organization_id = $12) OR $12 IS NULL)";

const RETURNING_SESSION: &str = concat!(" RETURNING ", SESSION_COLUMNS);

/// One of the few statements that differ between the engines. PostgreSQL reads the user as before a change of password
/// that is in progress, and would make a session that the change does not end. With the lock it waits for the change,
/// reads the user again, and makes none. SQLite has one writer at a time.
///
/// The statement for PostgreSQL also writes the event and gives back the charges of the login, which saves two round
/// trips. After the first parenthesis, `sessions` is the new row.
const INSERT: Statement = Statement::of_each(
    concat!(
        INSERT_SESSION,
        RETURNING_SESSION,
        ", ",
        ACTIVE_ORGANIZATION_COLUMNS
    ),
    concat!(
        "WITH sessions AS (",
        INSERT_SESSION,
        " FOR SHARE OF users",
        RETURNING_SESSION,
        "), audited AS (INSERT INTO security_events (",
        EVENT_COLUMNS,
        ") SELECT $15, user_id, $16, created_at, ip_address, device_id, device_name, device_type, \
             user_agent, id, NULL, NULL, NULL FROM sessions), \
         given_back AS (UPDATE rate_limits SET full_at = full_at - step WHERE bucket IN \
             (SELECT bucket FROM rate_limits WHERE bucket IN ($17, $18, $19) \
                  AND EXISTS (SELECT 1 FROM sessions) ORDER BY bucket FOR UPDATE)) \
         SELECT ",
        SESSION_COLUMNS,
        ", ",
        ACTIVE_ORGANIZATION_COLUMNS,
        " FROM sessions",
    ),
);

/// Changes a row only for the first of two simultaneous logins: the other waits, and changes none.
const END_FIRST_LOGIN: Statement = Statement::new(
    "UPDATE users SET awaits_first_login = FALSE WHERE id = $1 AND awaits_first_login",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] =
    &[("INSERT", INSERT), ("END_FIRST_LOGIN", END_FIRST_LOGIN)];

/// The reasons why a login with the right password makes no session.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    #[error(
        "the password has changed since it was checked, a second factor is missing, or the user does not belong to the organization"
    )]
    Refused,
    #[error(transparent)]
    Factor(#[from] SpendError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The new session of a login.
#[derive(Clone, Debug)]
pub struct NewSession {
    pub id: SessionId,
    pub user_id: UserId,
    /// The version of the password that the login checked.
    pub password_version: i64,
    pub audit: AuditContext,
    pub expires_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    /// The active organization.
    pub organization_id: Option<OrganizationId>,
    pub methods: AuthenticationMethods,
    /// The second factor of the login, or the passkey that is both factors.
    pub second_factor: Option<FactorProof>,
    /// The buckets that the login was charged to. They get the charge back, because only wrong passwords count.
    pub charged: Vec<BucketName>,
}

impl NewSession {
    fn event(&self) -> SecurityEvent {
        let kind = SecurityEventKind::LoginSucceeded;
        self.audit.session_event(self.user_id, kind, self.id)
    }
}

/// A session that a login made.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub session: Session,
    /// The active organization of the session.
    pub active_organization: Option<ActiveOrganization>,
}

#[derive(FromRow)]
struct SignedInRow {
    #[sqlx(flatten)]
    session: SessionRow,
    #[sqlx(flatten)]
    active_organization: ActiveOrganizationRow,
}

impl TryFrom<SignedInRow> for SignedIn {
    type Error = StoreError;

    fn try_from(row: SignedInRow) -> Result<Self, StoreError> {
        Ok(Self {
            session: row.session.try_into()?,
            active_organization: row.active_organization.active_organization()?,
        })
    }
}

/// Binds the values of a session.
fn bind_session<'t>(query: Query<'t>, new: &NewSession) -> Query<'t> {
    let (at, device) = (new.audit.at, &new.audit.client.device);
    query
        .bind(new.id)
        .bind(new.user_id)
        .bind(new.password_version)
        .bind(at)
        .bind(&device.id)
        .bind(&device.name)
        .bind(&device.kind)
        .bind(&device.user_agent)
        .bind(new.audit.client.address.to_string())
        .bind(new.expires_at)
        .bind(new.ends_at)
        .bind(new.organization_id)
        .bind(new.second_factor.as_ref().map(|_| at))
        .bind(new.methods.to_string())
}

/// Binds the values of a session, its event and the charges to give back, for PostgreSQL.
fn bind_session_with_event<'t>(query: Query<'t>, new: &NewSession) -> Query<'t> {
    let [first, second, third] = three_buckets(&new.charged);
    bind_session(query, new)
        .bind(new.audit.id)
        .bind(SecurityEventKind::LoginSucceeded.as_str())
        .bind(first)
        .bind(second)
        .bind(third)
}

impl Transaction {
    /// Records that an account has been logged in to. Returns whether this is the first login.
    pub async fn end_first_login(&mut self, user_id: UserId) -> Result<bool, StoreError> {
        let query = self.query(&END_FIRST_LOGIN).bind(user_id);
        Ok(query.execute().await? > 0)
    }

    /// Uses up the second factor of a login that has one.
    async fn use_second_factor(&mut self, new: &NewSession) -> Result<(), LoginError> {
        if let Some(proof) = &new.second_factor {
            self.lock_user(new.user_id).await?;
            self.use_factor(new.user_id, proof, &new.audit).await?;
        }
        Ok(())
    }

    /// Inserts a session and its event, and gives back the charges of the login.
    async fn insert_session(&mut self, new: &NewSession) -> Result<SignedIn, LoginError> {
        let engine = self.engine();
        let insert = self.query(&INSERT);
        let row: Option<SignedInRow> = match engine {
            Engine::Postgres => bind_session_with_event(insert, new).optional().await?,
            Engine::Sqlite => bind_session(insert, new).optional().await?,
        };
        let signed_in = SignedIn::try_from(row.ok_or(LoginError::Refused)?)?;
        if engine == Engine::Postgres {
            self.remember_events([new.event()]); // the statement has written it
        } else {
            self.insert_events(vec![new.event()]).await?;
            let [first, second, third] = three_buckets(&new.charged);
            self.query(&GIVE_BACK)
                .bind(first)
                .bind(second)
                .bind(third)
                .execute()
                .await?;
        }
        Ok(signed_in)
    }
}

impl Store {
    /// Makes a session, unless the password has changed since it was checked, or the user is not a verified member of
    /// the organization that the session is for.
    pub async fn insert_session(
        &self,
        new: &NewSession,
    ) -> Result<Committed<SignedIn>, LoginError> {
        if self.engine() == Engine::Postgres && new.second_factor.is_none() {
            // A single statement needs no transaction.
            let insert = bind_session_with_event(self.write.query(&INSERT), new);
            let row: Option<SignedInRow> = insert.optional().await?;
            return Ok(Committed {
                value: SignedIn::try_from(row.ok_or(LoginError::Refused)?)?,
                record: Record {
                    events: vec![new.event()],
                    ..Record::default()
                },
            });
        }
        let mut tx = self.begin().await?;
        tx.use_second_factor(new).await?;
        let signed_in = tx.insert_session(new).await?;
        Ok(tx.commit(signed_in).await?)
    }

    /// Makes a session as [`Store::insert_session`] does, on a device that is new to the account. Records the device,
    /// and writes a notice unless this is the first login.
    pub async fn insert_session_of_new_device(
        &self,
        new: &NewSession,
        notice: &NewNotice,
    ) -> Result<Committed<SignedIn>, LoginError> {
        let mut tx = self.begin().await?;
        tx.use_second_factor(new).await?;
        // Before `insert_session` takes a shared lock on the user: two logins would deadlock.
        let is_first = tx.end_first_login(new.user_id).await?;
        let signed_in = tx.insert_session(new).await?;
        let device = &new.audit.client.device;
        let is_new = tx.insert_device(new.user_id, device, new.audit.at).await?;
        if is_new && !is_first {
            tx.insert_notice(notice, new.user_id).await?;
        }
        Ok(tx.commit(signed_in).await?)
    }
}
