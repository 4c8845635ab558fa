//! Users: finding them, and changing what they are called and log in with.

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::pool::{Store, on, push_ids, statements, transaction};
use super::{StoreError, sessions};
use crate::domain::{DisplayName, EmailAddress, EndReason, SessionEnd, User, Username};

/// The columns of a [`UserRow`]; named apart from a session's, since the two are read together.
macro_rules! user_columns {
    () => {
        "users.id AS user_id, users.email, users.email_verified_at, users.username, \
         users.display_name, users.created_at AS user_created_at, \
         users.updated_at AS user_updated_at"
    };
}
pub(super) use user_columns;

statements! {
    CREDENTIALS_BY_EMAIL = concat!(
        "SELECT ", user_columns!(), ", users.password_hash, users.password_version \
         FROM users WHERE email_canonical = $1",
    );
    CREDENTIALS_BY_USERNAME = concat!(
        "SELECT ", user_columns!(), ", users.password_hash, users.password_version \
         FROM users WHERE username_canonical = $1",
    );
    CREDENTIALS_BY_ID = concat!(
        "SELECT ", user_columns!(), ", users.password_hash, users.password_version \
         FROM users WHERE id = $1",
    );
    /// Leaves the version alone: the password stays what it was.
    UPGRADE_HASH = "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_version = $2";
    SET_PASSWORD =
        "UPDATE users SET password_hash = $3, password_version = password_version + 1 \
         WHERE id = $1 AND password_version = $2";
    UPDATE_PROFILE = concat!(
        "UPDATE users SET username = COALESCE($2, username), \
             username_canonical = COALESCE($3, username_canonical), \
             display_name = CASE WHEN $4 THEN $5 ELSE display_name END, updated_at = $6 \
         WHERE id = $1 RETURNING ", user_columns!(),
    );
}

/// A user as the database has them.
#[derive(FromRow)]
pub(super) struct UserRow {
    user_id: Uuid,
    email: String,
    email_verified_at: Option<DateTime<Utc>>,
    username: String,
    display_name: Option<String>,
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

/// A user with what their password is checked against.
#[derive(Clone)]
pub struct Credentials {
    pub user: User,
    pub password_hash: String,
    /// Counts changes of the password. A session is only made for the version that was checked.
    pub password_version: i64,
}

#[derive(FromRow)]
struct CredentialsRow {
    #[sqlx(flatten)]
    user: UserRow,
    password_hash: String,
    password_version: i64,
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
    /// # Errors
    /// When the database fails.
    pub async fn find_credentials(
        &self,
        identifier: &Identifier,
    ) -> Result<Option<Credentials>, StoreError> {
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
            .fetch_optional(db)
            .await
        })?;
        Ok(row.map(|row| Credentials {
            user: row.user.into(),
            password_hash: row.password_hash,
            password_version: row.password_version,
        }))
    }

    /// Replaces the hash of an unchanged password, unless the password was changed meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn upgrade_password_hash(
        &self,
        user_id: Uuid,
        password_version: i64,
        password_hash: &str,
    ) -> Result<(), StoreError> {
        on!(&self.write, |db| {
            sqlx::query(UPGRADE_HASH)
                .bind(user_id)
                .bind(password_version)
                .bind(password_hash)
                .execute(db)
                .await
                .map(|_| ())
        })?;
        Ok(())
    }

    /// Sets a password if it still is the version that the caller checked, and ends the user's other
    /// sessions if asked to. Answers how many ended; `None` if the password had changed meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn change_password(
        &self,
        user_id: Uuid,
        password_version: i64,
        password_hash: &str,
        end_all_but: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Result<Option<u64>, StoreError> {
        let end = SessionEnd {
            at: now,
            reason: EndReason::PasswordChanged,
        };
        transaction!(&self.write, |tx| {
            let changed = sqlx::query(SET_PASSWORD)
                .bind(user_id)
                .bind(password_version)
                .bind(password_hash)
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if changed == 0 {
                return Ok(None);
            }
            match end_all_but {
                Some(kept) => Some(sessions::end_sessions!(tx, user_id, kept, end)),
                None => Some(0),
            }
        })
    }

    /// Answers the changed user; `None` if there is no such user any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn update_profile(
        &self,
        user_id: Uuid,
        change: &ProfileChange,
        now: DateTime<Utc>,
    ) -> Result<Result<Option<User>, UsernameTaken>, StoreError> {
        let row: Result<Option<UserRow>, sqlx::Error> = on!(&self.write, |db| {
            sqlx::query_as(UPDATE_PROFILE)
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
                .fetch_optional(db)
                .await
        });
        match row {
            Ok(row) => Ok(Ok(row.map(User::from))),
            // The statement writes one unique column, so there is one thing this can mean.
            Err(sqlx::Error::Database(refusal)) if refusal.is_unique_violation() => {
                Ok(Err(UsernameTaken))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The users with these ids, in no particular order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_users(&self, ids: &[Uuid]) -> Result<Vec<User>, StoreError> {
        let rows: Vec<UserRow> = on!(&self.read, |db| {
            by_ids(ids)
                .build_query_as()
                .persistent(false)
                .fetch_all(db)
                .await
        })?;
        Ok(rows.into_iter().map(User::from).collect())
    }
}

pub(super) fn by_ids<DB: sqlx::Database>(ids: &[Uuid]) -> sqlx::QueryBuilder<DB>
where
    Uuid: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
{
    let mut query = sqlx::QueryBuilder::new(concat!(
        "SELECT ",
        user_columns!(),
        " FROM users WHERE id IN "
    ));
    push_ids(&mut query, ids);
    query
}
