//! A person with an account.

use chrono::{DateTime, Utc};

use super::text::{VisibleLineError, visible_line};
use super::{UserId, Username};

/// A registered person.
#[derive(Clone, Debug)]
pub struct User {
    pub id: UserId,
    /// The address as the user wrote it, to which mail is sent.
    pub email: String,
    /// When the user verified the address; `None` until then.
    pub email_verified_at: Option<DateTime<Utc>>,
    pub username: String,
    pub display_name: Option<String>,
    /// The language of mail to the user, such as `de`: that of their latest login or refresh; `None` if they never named one.
    pub language: Option<String>,
    /// When the user turned their second factor on; `None` while it is off.
    pub second_factor_since: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// The name that others see for a user: 1 to 100 characters of any script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayName(String);

impl DisplayName {
    /// Parses a name as a person typed it.
    pub fn parse(raw: &str) -> Result<Self, VisibleLineError> {
        visible_line(raw, 100).map(Self)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A change of a user's profile.
#[derive(Clone, Debug)]
pub struct ProfileChange {
    /// The new username; `None` keeps the old one.
    pub username: Option<Username>,
    pub display_name: Change<DisplayName>,
}

impl ProfileChange {
    /// Returns whether the profile stays as it is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.username.is_none() && matches!(self.display_name, Change::Keep)
    }
}

/// A change of a value that may be absent.
#[derive(Clone, Debug)]
pub enum Change<T> {
    Keep,
    Clear,
    Set(T),
}

#[cfg(test)]
mod tests {
    use super::DisplayName;
    use crate::domain::OrganizationName;
    use crate::domain::test_cases::{for_accepted, is_one_visible_line, names};

    #[test]
    fn a_valid_name_is_one_visible_line_and_has_one_form() {
        let parse = |text: &String| DisplayName::parse(text).ok();
        for_accepted(names(), parse, |text, name| {
            let shown = name.as_str();
            assert!((1..=100).contains(&shown.chars().count()));
            assert!(is_one_visible_line(shown));
            assert_eq!(shown.trim(), shown);
            assert_eq!(OrganizationName::parse(text).unwrap().as_str(), shown);
            assert_eq!(DisplayName::parse(shown), Ok(name));
        });
    }
}
