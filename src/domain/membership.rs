//! Memberships: the members of organizations, and their permissions.

use chrono::{DateTime, Utc};
use strum::{EnumString, IntoStaticStr};

use super::{MembershipId, OrganizationId, User, UserId};

/// The membership of one user in one organization.
#[derive(Clone, Debug)]
pub struct Membership {
    pub id: MembershipId,
    pub user_id: UserId,
    pub organization_id: OrganizationId,
    pub role: Role,
    pub joined_at: DateTime<Utc>,
}

/// A membership with its user.
#[derive(Clone, Debug)]
pub struct Member {
    pub membership: Membership,
    pub user: User,
    pub organization_name: String,
}

/// The role of a member, which determines their permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// May do everything.
    Owner,
    /// May manage members, but not owners.
    Admin,
    /// May read.
    Member,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Owner, Self::Admin, Self::Member];

    /// Returns the name of the role in the API, in the database, in tokens and in the log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns whether a member with this role may give, take and change another role.
    #[must_use]
    pub fn manages(self, other: Self) -> bool {
        match self {
            Self::Owner => true,
            Self::Admin => other != Self::Owner,
            Self::Member => false,
        }
    }

    /// Returns whether a member with this role may see the organization's invitations.
    #[must_use]
    pub fn sees_invitations(self) -> bool {
        self != Self::Member
    }
}

/// The active organization of a session, as its access tokens name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveOrganization {
    pub organization_id: OrganizationId,
    pub slug: String,
    pub role: Role,
}

/// The user who does something in an organization.
#[derive(Clone, Debug)]
pub struct Actor {
    pub user_id: UserId,
    /// The active organization that their access token names.
    pub active_organization: Option<ActiveOrganization>,
}

/// A reason why a user may not do something in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// They do not belong to it, so to them it does not exist.
    NotAMember,
    /// Their role has changed since their access token was issued.
    TokenStale,
    /// Their role does not allow it.
    RoleInsufficient,
}

impl Actor {
    /// Returns the user's role in an organization, given the one on record. Refuses an access token that names another role
    /// in this organization.
    pub fn role_in(
        &self,
        organization_id: OrganizationId,
        role: Option<Role>,
    ) -> Result<Role, Denied> {
        let active_organization = self.active_organization.as_ref();
        let here = active_organization
            .filter(|active_organization| active_organization.organization_id == organization_id);
        if here.is_some_and(|active_organization| Some(active_organization.role) != role) {
            return Err(Denied::TokenStale);
        }
        role.ok_or(Denied::NotAMember)
    }

    /// Returns the user's role in an organization if `may` allows it.
    pub fn with_role(
        &self,
        organization_id: OrganizationId,
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
