//! Users: finding them, holding one still, and changing what they are called.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::StoreError;
use super::pool::{Store, on, push_ids, statements, transaction};
use super::security_events::insert_events;
use crate::domain::{Device, DisplayName, EmailAddress, SecurityEvent, User, Username};

/// The columns of a [`UserRow`]; named apart from a session's, since the two are read together.
macro_rules! user_columns {
    () => {
        "users.id AS user_id, users.email, users.email_verified_at, users.username, \
         users.display_name, users.language, users.created_at AS user_created_at, \
         users.updated_at AS user_updated_at"
    };
}
pub(super) use user_columns;

/// The columns of a [`CredentialsRow`]. `$2` to `$5` are those of [`Recognition`], or NULL.
macro_rules! credentials_columns {
    () => {
        concat!(
            user_columns!(),
            ", users.password_hash, users.password_version, EXISTS (SELECT 1 FROM known_devices \
             WHERE known_devices.user_id = users.id AND known_devices.device = $2) AS device_known, \
             EXISTS (SELECT 1 FROM rate_limits \
             WHERE bucket IN ($3, $4) AND full_at > $5) AS mailbox_proved"
        )
    };
}

/// Begins the hash of a void password, which nothing matches, as in shadow(5).
pub(super) const NO_PASSWORD: &str = "!";

/// Reads a user's password version, and on PostgreSQL makes every other transaction wait that would
/// change the account.
macro_rules! lock_user_statement {
    ($lock:literal) => {
        concat!("SELECT password_version FROM users WHERE id = $1", $lock)
    };
}

/// What is read of an account in a transaction must still be so when it is written. SQLite has one
/// writer at a time. Of PostgreSQL's locks the one that rows which refer to the user do not wait for.
pub(super) const LOCK_ON_POSTGRES: &str = lock_user_statement!(" FOR NO KEY UPDATE");

/// The user whom mail to an address is for, held still like any account that is about to change.
macro_rules! find_recipient {
    ($condition:literal, $lock:literal) => {
        concat!(
            "SELECT id, email FROM users WHERE email_canonical = $1",
            $condition,
            $lock
        )
    };
}

pub(super) const FIND_RECIPIENT_ON_POSTGRES: &str = find_recipient!("", " FOR NO KEY UPDATE");
pub(super) const FIND_UNVERIFIED_ON_POSTGRES: &str =
    find_recipient!(" AND email_verified_at IS NULL", " FOR NO KEY UPDATE");

statements! {
    LOCK = lock_user_statement!("");
    FIND_RECIPIENT = find_recipient!("", "");
    FIND_UNVERIFIED = find_recipient!(" AND email_verified_at IS NULL", "");
    CREDENTIALS_BY_EMAIL = concat!(
        "SELECT ", credentials_columns!(), " FROM users WHERE email_canonical = $1",
    );
    CREDENTIALS_BY_USERNAME = concat!(
        "SELECT ", credentials_columns!(), " FROM users WHERE username_canonical = $1",
    );
    CREDENTIALS_BY_ID = concat!(
        "SELECT ", credentials_columns!(), " FROM users WHERE id = $1",
    );
    ANY = "SELECT EXISTS (SELECT 1 FROM users) AS found";
    /// What begins with `!` belongs to a void password.
    PASSWORD_HASHES =
        "SELECT id, password_hash FROM users WHERE id > $1 AND password_hash NOT LIKE '!%' \
         ORDER BY id LIMIT $2";
    UPDATE_PROFILE = concat!(
        "UPDATE users SET username = COALESCE($2, username), \
             username_canonical = COALESCE($3, username_canonical), \
             display_name = CASE WHEN $4 THEN $5 ELSE display_name END, updated_at = $6 \
         WHERE id = $1 RETURNING ", user_columns!(),
    );
    SET_LANGUAGE = "UPDATE users SET language = $2 WHERE id = $1";
}

/// Holds an account still inside the caller's transaction. Answers its password version; `None` if the
/// user is gone. To be done before anything else is locked, so that no two wait for one another.
macro_rules! lock_user {
    ($store:expr, $tx:ident, $user_id:expr) => {{
        let version: Option<i64> = sqlx::query_scalar($store.lock_user_statement())
            .bind($user_id)
            .fetch_optional(&mut *$tx)
            .await?;
        version
    }};
}
pub(super) use lock_user;

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
    /// Whether a pass is good: the account's mailbox was proved a while ago, from where this was asked.
    pub mailbox_proved: bool,
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
    mailbox_proved: bool,
}

/// What a user changes about themselves. `None` keeps what is there.
#[derive(Clone, Debug, Default)]
pub struct ProfileChange {
    pub username: Option<Username>,
    /// `Some(None)` clears it.
    pub display_name: Option<Option<DisplayName>>,
}

/// Somebody else has that username.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsernameTaken;

impl Store {
    /// Whether there is any account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_users(&self) -> Result<bool, StoreError> {
        on!(&self.read, |db| {
            sqlx::query_scalar(ANY).fetch_one(db).await
        })
    }

    /// A page of the password hashes that are not void, with the accounts that they are of, from the account after
    /// this one on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_password_hashes(
        &self,
        after: Uuid,
        limit: u32,
    ) -> Result<Vec<(Uuid, String)>, StoreError> {
        on!(&self.read, |db| {
            sqlx::query_as(PASSWORD_HASHES)
                .bind(after)
                .bind(i64::from(limit))
                .fetch_all(db)
                .await
        })
    }

    pub(super) fn lock_user_statement(&self) -> &'static str {
        self.engines(LOCK, LOCK_ON_POSTGRES)
    }

    /// # Errors
    /// When the database fails.
    pub async fn find_credentials(
        &self,
        identifier: &Identifier,
        recognition: Option<Recognition<'_>>,
    ) -> Result<Option<Credentials>, StoreError> {
        let [first_pass, second_pass] = recognition
            .map_or([None; 2], |it| it.passes)
            .map(|pass| pass.map(|pass| pass.to_vec()));
        let row: Option<CredentialsRow> = on!(&self.read, |db| {
            match identifier {
                Identifier::Email(email) => {
                    sqlx::query_as(CREDENTIALS_BY_EMAIL).bind(email.canonical())
                }
                Identifier::Username(name) => {
                    sqlx::query_as(CREDENTIALS_BY_USERNAME).bind(name.canonical())
                }
                Identifier::Id(id) => sqlx::query_as(CREDENTIALS_BY_ID).bind(*id),
            }
            .bind(recognition.map(|it| it.device.fingerprint()))
            .bind(&first_pass)
            .bind(&second_pass)
            .bind(recognition.map(|it| it.now.timestamp_millis()))
            .fetch_optional(db)
            .await
        })?;
        Ok(row.map(|row| Credentials {
            user: row.user.into(),
            password_hash: (!row.password_hash.starts_with(NO_PASSWORD))
                .then_some(row.password_hash),
            password_version: row.password_version,
            device_known: row.device_known,
            mailbox_proved: row.mailbox_proved,
        }))
    }

    /// Changes a profile, and writes the events of that. Answers the changed user; `None` if there is no such user any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn update_profile(
        &self,
        user_id: Uuid,
        change: &ProfileChange,
        now: DateTime<Utc>,
        events: &[SecurityEvent],
    ) -> Result<Result<Option<User>, UsernameTaken>, StoreError> {
        transaction!(&self.write, |tx| {
            let row: Result<Option<UserRow>, sqlx::Error> = sqlx::query_as(UPDATE_PROFILE)
                .bind(user_id)
                .bind(change.username.as_ref().map(Username::as_str))
                .bind(change.username.as_ref().map(Username::canonical))
                .bind(change.display_name.is_some())
                .bind(
                    change
                        .display_name
                        .iter()
                        .flatten()
                        .map(DisplayName::as_str)
                        .next(),
                )
                .bind(now)
                .fetch_optional(&mut *tx)
                .await;
            let row = match row {
                Ok(row) => row,
                // The statement writes one unique column, so there is one thing this can mean.
                Err(sqlx::Error::Database(refusal)) if refusal.is_unique_violation() => {
                    return Ok(Err(UsernameTaken));
                }
                Err(error) => return Err(error.into()),
            };
            if row.is_some() {
                insert_events!(tx, events);
            }
            Ok(row.map(User::from))
        })
    }

    /// Notes in which language to write to a user.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_language(&self, user_id: Uuid, language: &str) -> Result<(), StoreError> {
        on!(&self.write, |db| {
            sqlx::query(SET_LANGUAGE)
                .bind(user_id)
                .bind(language)
                .execute(db)
                .await
                .map(|_| ())
        })
    }

    /// The users with these ids, in no particular order; only `seen_by` and those who share an
    /// organization with them, if it names anybody.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_users(
        &self,
        ids: &[Uuid],
        seen_by: Option<Uuid>,
    ) -> Result<Vec<User>, StoreError> {
        let rows: Vec<UserRow> = on!(&self.read, |db| {
            by_ids(ids, seen_by)
                .build_query_as()
                .persistent(false)
                .fetch_all(db)
                .await
        })?;
        Ok(rows.into_iter().map(User::from).collect())
    }
}

pub(super) fn by_ids<DB: sqlx::Database>(
    ids: &[Uuid],
    seen_by: Option<Uuid>,
) -> sqlx::QueryBuilder<DB>
where
    Uuid: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
{
    let mut query = sqlx::QueryBuilder::new(concat!(
        "SELECT ",
        user_columns!(),
        " FROM users WHERE id IN "
    ));
    push_ids(&mut query, ids);
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
            .push(" AND other.user_id IN ");
        push_ids(&mut query, ids);
        query.push("))");
    }
    query
}
