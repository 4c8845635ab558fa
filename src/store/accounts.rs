//! The start of an account: a user, their organization and their ownership of it, in one piece.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;
use uuid::Uuid;

use super::StoreError;
use super::database::{Statement, Transaction};
use super::email_verifications::NewVerification;
use super::open::Store;
use super::organizations::NewOrganization;
use super::password_resets::NewReset;
use super::users::{FIND_RECIPIENT, USER_COLUMNS, UserRow};
use crate::domain::{Deed, DisplayName, EmailAddress, SecurityEventKind, User, Username};

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
pub(super) const STATEMENTS: &[(&str, Statement)] = &[
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
    /// In which to write to them.
    pub language: Option<String>,
    /// The organization that it founds, if it founds one.
    pub organization: Option<NewOrganization>,
    /// By whom, and when.
    pub deed: Deed,
    /// A registration from before this moment that is still unverified makes way.
    pub unverified_before: DateTime<Utc>,
}

/// An account that a registration has made.
#[derive(Clone, Debug)]
pub struct Registered {
    pub user: User,
    /// Unverified accounts that had a name of this one, and that are deleted.
    pub replaced: Vec<Uuid>,
    /// Present if the account looks like any other, but has no claim on its address.
    pub concealed: Option<Concealed>,
}

/// The concealment of the fact that a registration's address is taken.
#[derive(Clone, Debug)]
pub struct Concealed {
    /// Where the mail to the owner of the address went.
    pub notified: Option<String>,
}

/// The reasons why a registration makes no account.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    #[error("a name is taken: {0:?}")]
    NameTaken(NameTaken),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A name that nobody else may register with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameTaken {
    Email(AddressClaim),
    Username,
}

/// A claim of somebody else on an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressClaim {
    /// An account has it.
    Account,
    /// An account had it, and may take it back until this moment.
    FormerOwner { until: DateTime<Utc> },
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

    /// Inserts the user of a registration, and deletes the unverified accounts that had a name of it. Returns those, too;
    /// no user if a name is taken.
    async fn insert_unverified_user(
        &mut self,
        new: &NewAccount,
    ) -> Result<(Option<User>, Vec<Uuid>), StoreError> {
        let email = new.email.canonical();
        let user = self.insert_user(new, email, None, None).await?;
        if user.is_some() {
            return Ok((user, Vec::new()));
        }
        let username = new.username.canonical();
        let replaced = self
            .list_unverified(email, username, new.unverified_before)
            .await?;
        self.delete_users(&replaced, new.deed.at).await?;
        // Also if nobody made way: who had the name may have left it while we waited.
        let user = self.insert_user(new, email, None, None).await?;
        Ok((user, replaced))
    }

    /// Inserts the user of a registration whose address is taken, and mails the owner of that. The user has no claim on
    /// the address.
    async fn insert_concealed_user(
        &mut self,
        new: &NewAccount,
        concealment: Option<&NewReset>,
    ) -> Result<(User, Concealed), RegistrationError> {
        let taken = self.find_name_taken(new).await?;
        let Some(reset) = concealment.filter(|_| taken != NameTaken::Username) else {
            return Err(RegistrationError::NameTaken(taken));
        };
        let email = new.email.canonical();
        // No address begins like this, so it is nobody's.
        let nobodys = format!("!{}", new.user_id);
        let user = self.insert_user(new, &nobodys, Some(email), None).await?;
        let user = user.ok_or(RegistrationError::NameTaken(NameTaken::Username))?;
        self.insert_start(new).await?;
        let notified = self.mail_reset(reset, email, &FIND_RECIPIENT).await?;
        Ok((user, Concealed { notified }))
    }

    /// Writes what every registration comes with: its organization and its event.
    async fn insert_start(&mut self, new: &NewAccount) -> Result<(), StoreError> {
        self.insert_own_organization(new).await?;
        let event = new.deed.event(new.user_id, SecurityEventKind::Registered);
        self.insert_events(&[event]).await
    }
}

impl Store {
    /// Writes a user, their organization, their ownership of it and the mail that verifies their
    /// address: all of it or nothing. `concealment` is what the owner of the address is mailed if it is taken and that
    /// must not be told.
    pub async fn insert_account(
        &self,
        new: &NewAccount,
        verification: &NewVerification,
        concealment: Option<&NewReset>,
    ) -> Result<Registered, RegistrationError> {
        let mut tx = self.begin().await?;
        let (user, replaced) = tx.insert_unverified_user(new).await?;
        let (user, concealed) = if let Some(user) = user {
            tx.insert_start(new).await?;
            let (canonical, recipient) = (new.email.canonical(), new.email.as_str());
            tx.insert_verification(verification, new.user_id, canonical, recipient)
                .await?;
            (user, None)
        } else {
            let (user, concealed) = tx.insert_concealed_user(new, concealment).await?;
            (user, Some(concealed))
        };
        let registered = Registered {
            user,
            replaced,
            concealed,
        };
        Ok(tx.commit(registered).await?)
    }
}
