//! Organizations and who belongs to them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::text::visible_line;

/// A group of users.
#[derive(Clone, Debug)]
pub struct Organization {
    pub id: Uuid,
    pub name: String,
    /// Unique and fit for a URL.
    pub slug: String,
    pub created_at: DateTime<Utc>,
}

/// That one user belongs to one organization, and as what.
#[derive(Clone, Debug)]
pub struct Membership {
    pub id: Uuid,
    pub user_id: Uuid,
    pub organization_id: Uuid,
    pub role: Role,
    pub joined_at: DateTime<Utc>,
}

/// What a member may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Owner,
    Admin,
    Member,
}

/// An organization's name: 1 to 100 characters of any script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationName(String);

impl OrganizationName {
    const MAX_CHARS: usize = 100;

    /// # Errors
    /// Says, for a person, what is wrong with it.
    pub fn parse(raw: &str) -> Result<Self, String> {
        visible_line(raw, Self::MAX_CHARS).map(Self)
    }

    /// The name of somebody's first organization when they gave none.
    #[must_use]
    pub fn of_owner(owner: &str) -> Self {
        const SUFFIX: &str = "'s organization";
        let room = Self::MAX_CHARS - SUFFIX.len();
        Self(owner.chars().take(room).chain(SUFFIX.chars()).collect())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
