//! Users: finding them, holding one still, and changing what they are called.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;
use uuid::Uuid;

use super::StoreError;
use super::database::{Statement, Transaction};
use super::open::Store;
use super::query::Query;
use crate::domain::{Device, DisplayName, EmailAddress, SecurityEvent, User, Username};

/// Begins the hash of a void password, which nothing matches, as in shadow(5).
pub(super) const NO_PASSWORD: &str = "!";

/// The columns of a [`UserRow`]; named apart from a session's, since the two are read together.
pub(super) const USER_COLUMNS: &str = "users.id AS user_id, users.email, users.email_verified_at, users.username, \
     users.display_name, users.language, users.created_at AS user_created_at, \
     users.updated_at AS user_updated_at";

/// Reads a [`CredentialsRow`]. `$2` to `$5` are those of [`Recognition`], or NULL.
const SELECT_CREDENTIALS: &str = concat!(
    "SELECT ",
    USER_COLUMNS,
    ", users.password_hash, users.password_version, EXISTS (SELECT 1 FROM known_devices \
         WHERE known_devices.user_id = users.id AND known_devices.device = $2) AS device_known, \
     EXISTS (SELECT 1 FROM rate_limits \
         WHERE bucket IN ($3, $4) AND full_at > $5) AS mailbox_verified FROM users ",
);

const CREDENTIALS_BY_EMAIL: Statement =
    Statement::new(concat!(SELECT_CREDENTIALS, "WHERE email_canonical = $1"));
const CREDENTIALS_BY_USERNAME: Statement =
    Statement::new(concat!(SELECT_CREDENTIALS, "WHERE username_canonical = $1"));
const CREDENTIALS_BY_ID: Statement = Statement::new(concat!(SELECT_CREDENTIALS, "WHERE id = $1"));

/// Makes every other transaction wait that would change the account: what is read of it in a transaction must still be so
/// when it is written. Of PostgreSQL's locks the one that rows which refer to the user do not wait for.
const LOCK: Statement = Statement::of_each(
    SELECT_VERSION,
    concat!(SELECT_VERSION, " FOR NO KEY UPDATE"),
);
const SELECT_VERSION: &str = "SELECT password_version FROM users WHERE id = $1";

/// Finds the user whom mail to an address is for.
pub(super) const FIND_RECIPIENT: Statement = Statement::new(SELECT_RECIPIENT);
/// Locks that user, like any account that is about to change.
pub(super) const LOCK_RECIPIENT: Statement = Statement::of_each(
    SELECT_RECIPIENT,
    concat!(SELECT_RECIPIENT, " FOR NO KEY UPDATE"),
);
/// Locks that user if the address is not verified.
pub(super) const LOCK_UNVERIFIED: Statement = Statement::of_each(
    SELECT_UNVERIFIED,
    concat!(SELECT_UNVERIFIED, " FOR NO KEY UPDATE"),
);
const SELECT_RECIPIENT: &str = "SELECT id, email FROM users WHERE email_canonical = $1";
const SELECT_UNVERIFIED: &str = concat!(SELECT_RECIPIENT, " AND email_verified_at IS NULL");

const ANY: Statement = Statement::new("SELECT EXISTS (SELECT 1 FROM users) AS found");

/// The hash of a void password begins with `!`.
const PASSWORD_HASHES: Statement = Statement::new(
    "SELECT id, password_hash FROM users WHERE id > $1 AND password_hash NOT LIKE '!%' \
     ORDER BY id LIMIT $2",
);

const UPDATE_PROFILE: Statement = Statement::new(concat!(
    "UPDATE users SET username = COALESCE($2, username), \
         username_canonical = COALESCE($3, username_canonical), \
         display_name = CASE WHEN $4 THEN $5 ELSE display_name END, updated_at = $6 \
     WHERE id = $1 RETURNING ",
    USER_COLUMNS,
));

const SET_LANGUAGE: Statement = Statement::new("UPDATE users SET language = $2 WHERE id = $1");

#[cfg(test)]
pub(super) const STATEMENTS: &[(&str, Statement)] = &[
    ("CREDENTIALS_BY_EMAIL", CREDENTIALS_BY_EMAIL),
    ("CREDENTIALS_BY_USERNAME", CREDENTIALS_BY_USERNAME),
    ("CREDENTIALS_BY_ID", CREDENTIALS_BY_ID),
    ("LOCK", LOCK),
    ("FIND_RECIPIENT", FIND_RECIPIENT),
    ("LOCK_RECIPIENT", LOCK_RECIPIENT),
    ("LOCK_UNVERIFIED", LOCK_UNVERIFIED),
    ("ANY", ANY),
    ("PASSWORD_HASHES", PASSWORD_HASHES),
    ("UPDATE_PROFILE", UPDATE_PROFILE),
    ("SET_LANGUAGE", SET_LANGUAGE),
];

/// A user as the database has them.
#[derive(FromRow)]
pub(super) struct UserRow {
    user_id: Uuid,
    email: String,
    email_verified_at: Option<DateTime<Utc>>,
    username: String,
    display_name: Option<String>,
    language: Option<String>,
    user_created_at: DateTime<Utc>,
    user_updated_at: DateTime<Utc>,
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self {
            id: row.user_id,
            email: row.email,
            email_verified_at: row.email_verified_at,
            username: row.username,
            display_name: row.display_name,
            language: row.language,
            created_at: row.user_created_at,
            updated_at: row.user_updated_at,
        }
    }
}

/// What a login names its user by.
#[derive(Clone, Debug)]
pub enum Identifier {
    Email(EmailAddress),
    Username(Username),
    Id(Uuid),
}

impl Identifier {
    /// The form in which it names one user.
    #[must_use]
    pub fn canonical(&self) -> Cow<'_, str> {
        match self {
            Self::Email(email) => email.canonical().into(),
            Self::Username(name) => name.canonical().into(),
            Self::Id(id) => id.to_string().into(),
        }
    }
}

/// A user with what their password is checked against.
#[derive(Clone)]
pub struct Credentials {
    pub user: User,
    /// A PHC string; `None` if the password is void until it is reset.
    pub password_hash: Option<String>,
    /// Counts changes of the password. A session is only made for the version that was checked.
    pub password_version: i64,
    /// Whether the device that asked has signed in to this account before.
    pub device_known: bool,
    /// Whether a pass is good: the account's mailbox was verified a while ago, from where this was asked.
    pub mailbox_verified: bool,
}

/// By what an account may know the client that asks for its credentials.
#[derive(Clone, Copy, Debug)]
pub struct Recognition<'a> {
    pub device: &'a Device,
    /// See [`Store::insert_passes`].
    pub passes: [Option<[u8; 32]>; 2],
    pub now: DateTime<Utc>,
}

#[derive(FromRow)]
struct CredentialsRow {
    #[sqlx(flatten)]
    user: UserRow,
    password_hash: String,
    password_version: i64,
    device_known: bool,
    mailbox_verified: bool,
}

/// What a user changes about themselves. `None` keeps what is there.
#[derive(Clone, Debug, Default)]
pub struct ProfileChange {
    pub username: Option<Username>,
    /// `Some(None)` clears it.
    pub display_name: Option<Option<DisplayName>>,
}

/// The reasons why a profile is not changed.
#[derive(Debug, thiserror::Error)]
pub enum UpdateProfileError {
    #[error("another user has this username")]
    UsernameTaken,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<CredentialsRow> for Credentials {
    fn from(row: CredentialsRow) -> Self {
        Self {
            user: row.user.into(),
            password_hash: (!row.password_hash.starts_with(NO_PASSWORD))
                .then_some(row.password_hash),
            password_version: row.password_version,
            device_known: row.device_known,
            mailbox_verified: row.mailbox_verified,
        }
    }
}

impl Transaction {
    /// Locks an account and returns its password version; `None` if the user is gone. Comes before every other lock of a
    /// transaction, so that no two wait for one another.
    pub(super) async fn lock_user(&mut self, user_id: Uuid) -> Result<Option<i64>, StoreError> {
        self.query(&LOCK).bind(user_id).optional_scalar().await
    }
}

impl Store {
    /// Whether there is any account.
    pub async fn has_users(&self) -> Result<bool, StoreError> {
        self.read.query(&ANY).scalar().await
    }

    /// Lists the password hashes that are not void, with the accounts that they are of, from the account after
    /// this one on.
    pub async fn list_password_hashes(
        &self,
        after: Uuid,
        limit: u32,
    ) -> Result<Vec<(Uuid, String)>, StoreError> {
        self.read
            .query(&PASSWORD_HASHES)
            .bind(after)
            .bind(i64::from(limit))
            .all()
            .await
    }

    /// Finds a user with what their password is checked against.
    pub async fn find_credentials(
        &self,
        identifier: &Identifier,
        recognition: Option<Recognition<'_>>,
    ) -> Result<Option<Credentials>, StoreError> {
        let [first_pass, second_pass] = recognition
            .map_or([None; 2], |client| client.passes)
            .map(|pass| pass.map(|pass| pass.to_vec()));
        let query = match identifier {
            Identifier::Email(email) => self
                .read
                .query(&CREDENTIALS_BY_EMAIL)
                .bind(email.canonical()),
            Identifier::Username(name) => self
                .read
                .query(&CREDENTIALS_BY_USERNAME)
                .bind(name.canonical()),
            Identifier::Id(id) => self.read.query(&CREDENTIALS_BY_ID).bind(*id),
        };
        let row: Option<CredentialsRow> = query
            .bind(recognition.map(|client| client.device.fingerprint()))
            .bind(first_pass)
            .bind(second_pass)
            .bind(recognition.map(|client| client.now.timestamp_millis()))
            .optional()
            .await?;
        Ok(row.map(Credentials::from))
    }

    /// Changes a profile, writes the events of that, and returns the changed user; `None` if there is no such user any
    /// more.
    pub async fn update_profile(
        &self,
        user_id: Uuid,
        change: &ProfileChange,
        now: DateTime<Utc>,
        events: &[SecurityEvent],
    ) -> Result<Option<User>, UpdateProfileError> {
        let display_name = change.display_name.as_ref();
        let mut tx = self.begin().await?;
        let updated: Result<Option<UserRow>, StoreError> = tx
            .query(&UPDATE_PROFILE)
            .bind(user_id)
            .bind(change.username.as_ref().map(Username::as_str))
            .bind(change.username.as_ref().map(Username::canonical))
            .bind(display_name.is_some())
            .bind(display_name.and_then(|name| name.as_ref().map(DisplayName::as_str)))
            .bind(now)
            .optional()
            .await;
        let row = match updated {
            // The statement writes one unique column, so there is one thing this can mean.
            Err(error) if error.is_unique_violation() => {
                return Err(UpdateProfileError::UsernameTaken);
            }
            updated => updated?,
        };
        if row.is_some() {
            tx.insert_events(events).await?;
        }
        Ok(tx.commit(row.map(User::from)).await?)
    }

    /// Notes in which language to write to a user.
    pub async fn set_language(&self, user_id: Uuid, language: &str) -> Result<(), StoreError> {
        self.write
            .query(&SET_LANGUAGE)
            .bind(user_id)
            .bind(language)
            .execute()
            .await?;
        Ok(())
    }

    /// Lists the users with these ids, in no particular order; only `seen_by` and those who share an
    /// organization with them, if it names a user.
    pub async fn list_users(
        &self,
        ids: &[Uuid],
        seen_by: Option<Uuid>,
    ) -> Result<Vec<User>, StoreError> {
        let mut query = self.read.empty_query();
        push_users(&mut query, ids, seen_by);
        let rows: Vec<UserRow> = query.all().await?;
        Ok(rows.into_iter().map(User::from).collect())
    }
}

/// Appends the statement of [`Store::list_users`].
pub(super) fn push_users(query: &mut Query<'_>, ids: &[Uuid], seen_by: Option<Uuid>) {
    query
        .push(concat!("SELECT ", USER_COLUMNS, " FROM users WHERE id IN "))
        .push_ids(ids);
    if let Some(seen_by) = seen_by {
        query
            .push(" AND (id = ")
            .push_bind(seen_by)
            .push(
                " OR id IN (SELECT other.user_id FROM memberships AS own \
                     JOIN memberships AS other ON other.organization_id = own.organization_id \
                     WHERE own.user_id = ",
            )
            .push_bind(seen_by)
            .push(" AND other.user_id IN ")
            .push_ids(ids)
            .push("))");
    }
}
