//! The row of a user.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use crate::domain::{User, UserId};

/// The columns of a [`UserRow`]. Their names differ from those of a session, because one statement reads both.
pub const USER_COLUMNS: &str = "users.id AS user_id, users.email, users.email_verified_at, users.username, \
     users.display_name, users.language, users.second_factor_since, users.created_at AS user_created_at, \
     users.updated_at AS user_updated_at";

/// A user as stored.
#[derive(FromRow)]
pub struct UserRow {
    user_id: UserId,
    email: String,
    email_verified_at: Option<DateTime<Utc>>,
    username: String,
    display_name: Option<String>,
    language: Option<String>,
    second_factor_since: Option<DateTime<Utc>>,
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
            second_factor_since: row.second_factor_since,
            created_at: row.user_created_at,
            updated_at: row.user_updated_at,
        }
    }
}
