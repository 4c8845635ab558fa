//! Organizations and who belongs to them.

use chrono::{DateTime, Utc};
use strum::{EnumString, IntoStaticStr};
use uuid::Uuid;

use super::User;
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

/// The membership of one user in one organization.
#[derive(Clone, Debug)]
pub struct Membership {
    pub id: Uuid,
    pub user_id: Uuid,
    pub organization_id: Uuid,
    pub role: Role,
    pub joined_at: DateTime<Utc>,
}

/// The role of a member, which says what they may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// Everything.
    Owner,
    /// Manage members, but no owners.
    Admin,
    /// Read.
    Member,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Owner, Self::Admin, Self::Member];

    /// The name of it in the API, in the database, in tokens and in the log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns whether somebody with this role may give, take and change another role.
    #[must_use]
    pub fn manages(self, other: Self) -> bool {
        match self {
            Self::Owner => true,
            Self::Admin => other != Self::Owner,
            Self::Member => false,
        }
    }
}

/// The organization that somebody acts for, and as what: what an access token says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acting {
    pub organization_id: Uuid,
    pub slug: String,
    pub role: Role,
}

/// Somebody who wants to do something in an organization.
#[derive(Clone, Debug)]
pub struct Actor {
    pub user_id: Uuid,
    /// The organization and the role that their access token names.
    pub acting: Option<Acting>,
}

/// The reasons why somebody may not do something in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// For them there is no such organization.
    NotAMember,
    /// Their role has changed since their access token was made.
    TokenStale,
    /// Their role does not let them.
    RoleInsufficient,
}

impl Actor {
    /// Returns their role in an organization, as it is on record.
    ///
    /// # Errors
    /// `TokenStale` when their access token is for that organization and says otherwise; `NotAMember`.
    pub fn role_in(&self, organization_id: Uuid, role: Option<Role>) -> Result<Role, Denied> {
        let acting = self.acting.as_ref();
        let here = acting.filter(|acting| acting.organization_id == organization_id);
        if here.is_some_and(|acting| Some(acting.role) != role) {
            return Err(Denied::TokenStale);
        }
        role.ok_or(Denied::NotAMember)
    }

    /// Returns their role in an organization if `may` allows it to do what they want.
    ///
    /// # Errors
    /// Those of [`Actor::role_in`], and `RoleInsufficient`.
    pub fn with_role(
        &self,
        organization_id: Uuid,
        role: Option<Role>,
        may: impl Fn(Role) -> bool,
    ) -> Result<Role, Denied> {
        let role = self.role_in(organization_id, role)?;
        if may(role) {
            Ok(role)
        } else {
            Err(Denied::RoleInsufficient)
        }
    }
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

    /// The name of somebody's first organization when they gave none, in their language. English stands in for one that
    /// has no words here.
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

/// A membership with its user.
#[derive(Clone, Debug)]
pub struct Member {
    pub membership: Membership,
    pub user: User,
    pub organization_name: String,
}
