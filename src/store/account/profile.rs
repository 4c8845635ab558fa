//! Changes of a profile: the username, the display name, and the language of mail.

use chrono::{DateTime, Utc};
use constcat::concat;

use super::row::{USER_COLUMNS, UserRow};
use crate::domain::{Change, ProfileChange, SecurityEvent, User, UserId, Username};
use crate::store::database::{Committed, Statement, Store, StoreError};

const UPDATE_PROFILE: Statement = Statement::new(concat!(
    "UPDATE users SET username = COALESCE($2, username), \
         username_canonical = COALESCE($3, username_canonical), \
         display_name = CASE WHEN $4 THEN $5 ELSE display_name END, updated_at = $6 \
     WHERE id = $1 RETURNING ",
    USER_COLUMNS,
));

const SET_LANGUAGE: Statement = Statement::new("UPDATE users SET language = $2 WHERE id = $1");

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("UPDATE_PROFILE", UPDATE_PROFILE),
    ("SET_LANGUAGE", SET_LANGUAGE),
];

/// The reasons why a profile is not changed.
#[derive(Debug, thiserror::Error)]
pub enum UpdateProfileError {
    #[error("another user has this username")]
    UsernameTaken,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Changes a profile, writes the event, and returns the changed user; `None` if the user no longer exists.
    pub async fn update_profile(
        &self,
        user_id: UserId,
        change: &ProfileChange,
        now: DateTime<Utc>,
        event: Option<SecurityEvent>,
    ) -> Result<Committed<Option<User>>, UpdateProfileError> {
        let (changes_name, display_name) = match &change.display_name {
            Change::Keep => (false, None),
            Change::Clear => (true, None),
            Change::Set(name) => (true, Some(name.as_str())),
        };
        let mut tx = self.begin().await?;
        let updated: Result<Option<UserRow>, StoreError> = tx
            .query(&UPDATE_PROFILE)
            .bind(user_id)
            .bind(change.username.as_ref().map(Username::as_str))
            .bind(change.username.as_ref().map(Username::canonical))
            .bind(changes_name)
            .bind(display_name)
            .bind(now)
            .optional()
            .await;
        let row = match updated {
            // The statement writes only one unique column, the username.
            Err(error) if error.is_unique_violation() => {
                return Err(UpdateProfileError::UsernameTaken);
            }
            updated => updated?,
        };
        if row.is_some() {
            tx.insert_events(event.into_iter().collect()).await?;
        }
        Ok(tx.commit(row.map(User::from)).await?)
    }

    /// Sets the language of mail to a user.
    pub async fn set_language(&self, user_id: UserId, language: &str) -> Result<(), StoreError> {
        self.write
            .query(&SET_LANGUAGE)
            .bind(user_id)
            .bind(language)
            .execute()
            .await?;
        Ok(())
    }
}
