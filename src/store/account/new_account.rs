//! The parts that registrations share: the user, the organization that they found, and the name for which a
//! registration is refused.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;
use uuid::Uuid;

use super::row::{USER_COLUMNS, UserRow};
use crate::domain::{Deed, DisplayName, EmailAddress, User, Username};
use crate::store::database::{Statement, StoreError, Transaction};
use crate::store::email::claim::AddressClaim;
use crate::store::organization::create::NewOrganization;

/// Makes no row if a name is taken. An address that its former owner may still take back is as good as taken.
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

/// Finds whether an account has the address, whether one has the username, and until when a former owner may take the
/// address back.
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
    pub user_id: Uuid,
    pub email: EmailAddress,
    pub username: Username,
    pub display_name: Option<DisplayName>,
    pub password_hash: String,
    /// The language in which to write to them.
    pub language: Option<String>,
    /// The organization that it founds, if it founds one.
    pub organization: Option<NewOrganization>,
    /// The registration as a deed: by which client, and when.
    pub deed: Deed,
    /// A registration from before this moment that is still unverified makes way.
    pub unverified_before: DateTime<Utc>,
}

/// A name that nobody else may register with.
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
            // Those who may know that the address is taken are told that first.
            _ if self.email_taken => NameTaken::Email(AddressClaim::Account),
            _ if self.username_taken => NameTaken::Username,
            Some(until) => NameTaken::Email(AddressClaim::FormerOwner { until }),
            None => NameTaken::Email(AddressClaim::Account),
        }
    }
}

impl Transaction {
    /// Inserts the user of a registration, with this canonical address; `None` if a name is taken.
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
            .bind(new.deed.at)
            .bind(concealed)
            .bind(new.language.as_deref())
            .bind(verified_at)
            .optional()
            .await?;
        Ok(row.map(User::from))
    }

    /// Inserts the user of a registration, and deletes the unverified accounts that have a name of theirs and make way for
    /// them. Returns those, too; no user if a name is taken.
    pub(super) async fn insert_user_in_place_of_unverified(
        &mut self,
        new: &NewAccount,
        verified_at: Option<DateTime<Utc>>,
    ) -> Result<(Option<User>, Vec<Uuid>), StoreError> {
        let (email, username) = (new.email.canonical(), new.username.canonical());
        let user = self.insert_user(new, email, None, verified_at).await?;
        if user.is_some() {
            return Ok((user, Vec::new()));
        }
        let before = new.unverified_before;
        let replaced = if verified_at.is_some() {
            self.list_superseded(email, username, before).await?
        } else {
            self.list_unverified(email, username, before).await?
        };
        self.delete_users(&replaced, new.deed.at).await?;
        // Also if nobody made way: who had the name may have left it while we waited.
        let user = self.insert_user(new, email, None, verified_at).await?;
        Ok((user, replaced))
    }

    /// Founds the organization of a registration, if it founds one.
    pub(super) async fn insert_own_organization(
        &mut self,
        new: &NewAccount,
    ) -> Result<(), StoreError> {
        if let Some(organization) = &new.organization {
            self.insert_founded_organization(organization, new.user_id, new.deed.at)
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
            .bind(new.deed.at)
            .one()
            .await?;
        Ok(row.name_taken())
    }
}
