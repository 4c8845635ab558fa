//! The start of an account: a user, their organization and their ownership of it, in one piece.

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::StoreError;
use super::account_deletions::{delete_user, list_unproved};
use super::email_verifications::{NewVerification, insert_verification};
use super::organizations::NewOrganization;
use super::password_resets::{NewReset, mail_reset};
use super::pool::{Store, statements, transaction};
use super::security_events::insert_events;
use super::users::{FIND_RECIPIENT, user_columns};
use crate::domain::{Deed, DisplayName, EmailAddress, SecurityEventKind, User, Username};

statements! {
    /// An address that its former owner may still take back is as good as taken.
    INSERT_USER = concat!(
        "INSERT INTO users (id, email, email_canonical, username, username_canonical, \
             display_name, password_hash, password_version, created_at, updated_at, \
             concealed_email, language, email_verified_at, awaits_first_login) \
         SELECT $1, $2, $3, $4, $5, $6, $7, 1, $8, $8, $9, $10, $11, TRUE \
         WHERE NOT EXISTS (SELECT 1 FROM security_notices \
             WHERE email_canonical = $3 AND expires_at > $8) \
         ON CONFLICT DO NOTHING RETURNING ", user_columns!(),
    );
    /// Who has the address, who has the username, and until when a former owner may take the address back.
    WHY_REFUSED =
        "SELECT EXISTS (SELECT 1 FROM users WHERE email_canonical = $1) AS email_taken, \
             EXISTS (SELECT 1 FROM users WHERE username_canonical = $2) AS username_taken, \
             (SELECT MAX(expires_at) FROM security_notices \
              WHERE email_canonical = $1 AND expires_at > $3) AS reserved_until";
}

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
    /// A registration from before this moment that never proved its address makes way.
    pub unproved_before: DateTime<Utc>,
}

/// The outcome of a registration.
#[derive(Clone, Debug)]
pub enum Registered {
    Done {
        user: User,
        /// Unverified accounts that had a name of this one, and that are deleted.
        replaced: Vec<Uuid>,
    },
    /// It looks like any other, and has no claim on the address, whose owner was mailed.
    Concealed {
        user: User,
        /// As with `Done`.
        replaced: Vec<Uuid>,
        /// Where the mail to the owner went.
        notified: Option<String>,
    },
    Refused(NameTaken),
}

/// Why nobody else may register with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameTaken {
    Email(AddressClaim),
    Username,
}

/// Who else has a claim on an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressClaim {
    /// An account has it.
    Account,
    /// An account had it, and may take it back until this moment.
    FormerOwner { until: DateTime<Utc> },
}

#[derive(FromRow)]
pub(super) struct RefusalRow {
    email_taken: bool,
    username_taken: bool,
    reserved_until: Option<DateTime<Utc>>,
}

impl RefusalRow {
    pub(super) fn name_taken(&self) -> NameTaken {
        match self.reserved_until {
            // Who may know that the address is taken hears of that first.
            _ if self.email_taken => NameTaken::Email(AddressClaim::Account),
            _ if self.username_taken => NameTaken::Username,
            Some(until) => NameTaken::Email(AddressClaim::FormerOwner { until }),
            None => NameTaken::Email(AddressClaim::Account),
        }
    }
}

/// Inserts the user of a registration; `None` if a name is taken.
macro_rules! insert_user {
    ($tx:ident, $new:expr, $canonical:expr, $concealed:expr, $verified_at:expr) => {{
        let new: &$crate::store::NewAccount = $new;
        let canonical: &str = $canonical;
        let concealed: Option<&str> = $concealed;
        let verified_at: Option<chrono::DateTime<chrono::Utc>> = $verified_at;
        let row: Option<$crate::store::users::UserRow> =
            sqlx::query_as($crate::store::accounts::INSERT_USER)
                .bind(new.user_id)
                .bind(new.email.as_str())
                .bind(canonical)
                .bind(new.username.as_str())
                .bind(new.username.canonical())
                .bind(
                    new.display_name
                        .as_ref()
                        .map($crate::domain::DisplayName::as_str),
                )
                .bind(&new.password_hash)
                .bind(new.deed.at)
                .bind(concealed)
                .bind(&new.language)
                .bind(verified_at)
                .fetch_optional(&mut *$tx)
                .await?;
        row
    }};
}

/// Founds the organization of a registration, if it founds one.
macro_rules! insert_own_organization {
    ($tx:ident, $new:expr) => {{
        let new: &$crate::store::NewAccount = $new;
        if let Some(organization) = &new.organization {
            $crate::store::organizations::insert_organization!(
                $tx,
                organization,
                new.user_id,
                new.deed.at
            );
        }
    }};
}

/// Finds out why a registration cannot have its names.
macro_rules! why_refused {
    ($tx:ident, $new:expr) => {{
        let new: &$crate::store::NewAccount = $new;
        let row: $crate::store::accounts::RefusalRow =
            sqlx::query_as($crate::store::accounts::WHY_REFUSED)
                .bind(new.email.canonical())
                .bind(new.username.canonical())
                .bind(new.deed.at)
                .fetch_one(&mut *$tx)
                .await?;
        row.name_taken()
    }};
}
pub(super) use {insert_own_organization, insert_user, why_refused};

impl Store {
    /// Writes a user, their organization, their ownership of it and the mail that proves their
    /// address: all of it or nothing. `concealment` is what the owner of the address is mailed if it is taken and that
    /// must not be told.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_account(
        &self,
        new: &NewAccount,
        verification: &NewVerification,
        concealment: Option<&NewReset>,
    ) -> Result<Registered, StoreError> {
        transaction!(&self.write, |tx| {
            let email = new.email.canonical();
            let registered = new.deed.event(new.user_id, SecurityEventKind::Registered);
            let mut replaced = Vec::new();
            let mut row = insert_user!(tx, new, email, None, None);
            if row.is_none() {
                let username = new.username.canonical();
                replaced = list_unproved!(self, tx, email, username, new.unproved_before);
                for user_id in &replaced {
                    delete_user!(tx, *user_id, new.deed.at);
                }
                // Also if nobody made way: who had the name may have left it while we waited.
                row = insert_user!(tx, new, email, None, None);
            }
            if let Some(row) = row {
                insert_own_organization!(tx, new);
                insert_events!(tx, &[registered]);
                let recipient = new.email.as_str();
                insert_verification!(tx, verification, new.user_id, email, recipient);
                Registered::Done {
                    user: row.into(),
                    replaced,
                }
            } else {
                let taken = why_refused!(tx, new);
                let Some(reset) = concealment.filter(|_| taken != NameTaken::Username) else {
                    return Ok(Registered::Refused(taken));
                };
                // No address begins like this, so it is nobody's.
                let nobodys = format!("!{}", new.user_id);
                let Some(row) = insert_user!(tx, new, &nobodys, Some(email), None) else {
                    return Ok(Registered::Refused(NameTaken::Username));
                };
                insert_own_organization!(tx, new);
                insert_events!(tx, &[registered]);
                Registered::Concealed {
                    user: row.into(),
                    replaced,
                    notified: mail_reset!(tx, reset, email, FIND_RECIPIENT),
                }
            }
        })
    }
}
