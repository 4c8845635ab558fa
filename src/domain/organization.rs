//! Organizations.

use chrono::{DateTime, Utc};

use super::OrganizationId;
use super::text::{VisibleLineError, visible_line};

/// A group of users.
#[derive(Clone, Debug)]
pub struct Organization {
    pub id: OrganizationId,
    pub name: String,
    /// The part of a URL that names the organization; unique.
    pub slug: String,
    pub created_at: DateTime<Utc>,
}

/// An organization's name: 1 to 100 characters of any script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationName(String);

impl OrganizationName {
    const MAX_CHARS: usize = 100;

    /// Parses a name as a person typed it.
    pub fn parse(raw: &str) -> Result<Self, VisibleLineError> {
        visible_line(raw, Self::MAX_CHARS).map(Self)
    }

    /// Returns the name of a user's first organization if they gave none, in their language, or else in English.
    #[must_use]
    pub fn of_owner(owner: &str, language: Option<&str>) -> Self {
        let (before, after) = match language.and_then(|tag| tag.split('-').next()) {
            Some("de") => ("Organisation von ", ""),
            _ => ("", "'s organization"),
        };
        let room = Self::MAX_CHARS - before.len() - after.len();
        let owner: String = owner.chars().take(room).collect();
        Self(format!("{before}{}{after}", owner.trim_end()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::OrganizationName;
    use crate::domain::DisplayName;
    use crate::domain::test_cases::{for_accepted, names};

    #[test]
    fn an_organization_that_is_named_after_its_owner_has_a_valid_name() {
        let parse = |text: &String| DisplayName::parse(text).ok();
        for_accepted(names(), parse, |_, owner| {
            for language in [None, Some("en"), Some("de")] {
                let name = OrganizationName::of_owner(owner.as_str(), language);
                assert_eq!(OrganizationName::parse(name.as_str()), Ok(name));
            }
        });
    }
}
