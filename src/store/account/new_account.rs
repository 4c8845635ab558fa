//! The parts that both kinds of registration share: the user, their first organization, and the name that is taken.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;

use super::row::{USER_COLUMNS, UserRow};
use crate::domain::{AuditContext, DisplayName, EmailAddress, User, UserId, Username};
use crate::store::database::{Statement, StoreError, Transaction};
use crate::store::email::claim::AddressClaim;
use crate::store::organization::create::NewOrganization;

/// Inserts no row if a name is taken. An address that its former owner may still take back counts as taken.
const INSERT_USER: Statement = Statement::new(concat!(
    "INSERT INTO users (id, email, email_canonical, username, username_canonical, \
         display_name, password_hash, password_version, created_at, updated_at, \
         concealed_email, language, email_verified_at, awaits_first_login) \
     SELECT $1, $2, $3, $4, $5, $6, $7, 1, $8, $8, $9, $10, $11, TRUE \
     WHERE NOT EXISTS (SELECT 1 FROM security_notices \
         WHERE email_canonical = $3 AND expires_at > $8) \
     ON CONFLICT DO NOTHING RETURNING ",
    USER_COLUMNS,
));

/// Finds whether the address and the username are taken, and until when a former owner may take the address back.
const FIND_TAKEN_NAMES: Statement = Statement::new(
    "SELECT EXISTS (SELECT 1 FROM users WHERE email_canonical = $1) AS email_taken, \
         EXISTS (SELECT 1 FROM users WHERE username_canonical = $2) AS username_taken, \
         (SELECT MAX(expires_at) FROM security_notices \
          WHERE email_canonical = $1 AND expires_at > $3) AS reserved_until",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("INSERT_USER", INSERT_USER),
    ("FIND_TAKEN_NAMES", FIND_TAKEN_NAMES),
];

/// Everything that a registration writes.
#[derive(Clone)]
pub struct NewAccount {
    pub user_id: UserId,
    pub email: EmailAddress,
    pub username: Username,
    pub display_name: Option<DisplayName>,
    pub password_hash: String,
    /// The language of mail to the user.
    pub language: Option<String>,
    /// The organization that the user founds, if any.
    pub organization: Option<NewOrganization>,
    /// The client and the time of the registration.
    pub audit: AuditContext,
    /// An unverified registration from before this moment is replaced.
    pub unverified_before: DateTime<Utc>,
}

/// The name of a registration that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameTaken {
    Email(AddressClaim),
    Username,
}

#[derive(FromRow)]
struct TakenNamesRow {
    email_taken: bool,
    username_taken: bool,
    reserved_until: Option<DateTime<Utc>>,
}

impl TakenNamesRow {
    fn name_taken(&self) -> NameTaken {
        match self.reserved_until {
            // If both are taken, the address is reported first.
            _ if self.email_taken => NameTaken::Email(AddressClaim::Account),
            _ if self.username_taken => NameTaken::Username,
            Some(until) => NameTaken::Email(AddressClaim::FormerOwner { until }),
            None => NameTaken::Email(AddressClaim::Account),
        }
    }
}

impl Transaction {
    /// Inserts the user of a registration under a canonical address; `None` if a name is taken.
    pub(super) async fn insert_user(
        &mut self,
        new: &NewAccount,
        canonical: &str,
        concealed: Option<&str>,
        verified_at: Option<DateTime<Utc>>,
    ) -> Result<Option<User>, StoreError> {
        let row: Option<UserRow> = self
            .query(&INSERT_USER)
            .bind(new.user_id)
            .bind(new.email.as_str())
            .bind(canonical)
            .bind(new.username.as_str())
            .bind(new.username.canonical())
            .bind(new.display_name.as_ref().map(DisplayName::as_str))
            .bind(new.password_hash.as_str())
            .bind(new.audit.at)
            .bind(concealed)
            .bind(new.language.as_deref())
            .bind(verified_at)
            .optional()
            .await?;
        Ok(row.map(User::from))
    }

    /// Inserts the user of a registration in place of the unverified accounts that have one of their names and may be
    /// replaced; `None` if a name is taken.
    pub(super) async fn insert_user_in_place_of_unverified(
        &mut self,
        new: &NewAccount,
        verified_at: Option<DateTime<Utc>>,
    ) -> Result<Option<User>, StoreError> {
        let (email, username) = (new.email.canonical(), new.username.canonical());
        let user = self.insert_user(new, email, None, verified_at).await?;
        if user.is_some() {
            return Ok(user);
        }
        let before = new.unverified_before;
        let replaced = if verified_at.is_some() {
            self.list_superseded(email, username, before).await?
        } else {
            self.list_unverified(email, username, before).await?
        };
        self.delete_users(&replaced, Some(new.user_id), &new.audit)
            .await?;
        // Tries again even if no account was deleted: the name may have become free while the statement waited.
        self.insert_user(new, email, None, verified_at).await
    }

    /// Inserts the organization of a registration, if it founds one.
    pub(super) async fn insert_own_organization(
        &mut self,
        new: &NewAccount,
    ) -> Result<(), StoreError> {
        if let Some(organization) = &new.organization {
            self.insert_founded_organization(organization, new.user_id, new.audit.at)
                .await?;
        }
        Ok(())
    }

    /// Finds the name for which a registration was refused.
    pub(super) async fn find_name_taken(
        &mut self,
        new: &NewAccount,
    ) -> Result<NameTaken, StoreError> {
        let row: TakenNamesRow = self
            .query(&FIND_TAKEN_NAMES)
            .bind(new.email.canonical())
            .bind(new.username.canonical())
            .bind(new.audit.at)
            .one()
            .await?;
        Ok(row.name_taken())
    }
}
