//! A person with an account.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Username;
use super::text::visible_line;

/// A registered person.
#[derive(Clone, Debug)]
pub struct User {
    pub id: Uuid,
    /// As the user wrote it; mail goes here.
    pub email: String,
    /// When the address was proved to be the user's; `None` until then.
    pub email_verified_at: Option<DateTime<Utc>>,
    pub username: String,
    pub display_name: Option<String>,
    /// Of mail to them, such as `de`: that of their latest own login or refresh; `None` if they never named one.
    pub language: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// How a user wants to be called: 1 to 100 characters of any script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayName(String);

impl DisplayName {
    /// # Errors
    /// Says, for a person, what is wrong with it.
    pub fn parse(raw: &str) -> Result<Self, String> {
        visible_line(raw, 100).map(Self)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a user changes about themselves. `None` keeps what is there.
#[derive(Clone, Debug, Default)]
pub struct ProfileChange {
    pub username: Option<Username>,
    /// `Some(None)` clears it.
    pub display_name: Option<Option<DisplayName>>,
}
