//! The start of an account: a user, their organization and their ownership of it, in one piece.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::StoreError;
use super::account_deletions::{delete_user, list_unproved};
use super::email_verifications::{NewVerification, insert_verification};
use super::known_devices::insert_device;
use super::organizations::{NewOrganization, insert_organization};
use super::password_resets::{NewReset, mail_reset};
use super::pool::{Store, statements, transaction};
use super::security_events::insert_events;
use super::users::{FIND_RECIPIENT, UserRow, user_columns};
use crate::domain::{Deed, DisplayName, EmailAddress, SecurityEventKind, User, Username};

statements! {
    /// An address that its former owner may still take back is as good as taken.
    INSERT_USER = concat!(
        "INSERT INTO users (id, email, email_canonical, username, username_canonical, \
             display_name, password_hash, password_version, created_at, updated_at, \
             concealed_email) \
         SELECT $1, $2, $3, $4, $5, $6, $7, 1, $8, $8, $9 \
         WHERE NOT EXISTS (SELECT 1 FROM security_notices \
             WHERE email_canonical = $3 AND expires_at > $8) \
         ON CONFLICT DO NOTHING RETURNING ", user_columns!(),
    );
    USERNAME_EXISTS =
        "SELECT EXISTS (SELECT 1 FROM users WHERE username_canonical = $1) AS taken";
}

/// Everything that a registration writes.
#[derive(Clone)]
pub struct NewAccount {
    pub user_id: Uuid,
    pub email: EmailAddress,
    pub username: Username,
    pub display_name: Option<DisplayName>,
    pub password_hash: String,
    pub organization: NewOrganization,
    /// By whom, and when: signing in from that device is nothing new.
    pub deed: Deed,
    pub verification: NewVerification,
    /// What the owner of the address is mailed if it is taken and that must not be told.
    pub concealment: Option<NewReset>,
    /// A registration from before this moment that never proved its address makes way.
    pub unproved_before: DateTime<Utc>,
}

/// What became of a registration.
#[derive(Clone, Debug)]
pub enum Registered {
    Done(User),
    /// It looks like any other, and has no claim on the address, whose owner was mailed.
    Concealed {
        user: User,
        /// Where the mail to the owner went.
        notified: Option<String>,
    },
    EmailTaken,
    UsernameTaken,
}

/// Inserts the user of a registration; `None` if a name is taken.
macro_rules! insert_user {
    ($tx:ident, $new:expr, $canonical:expr, $concealed:expr) => {{
        let new: &NewAccount = $new;
        let canonical: &str = $canonical;
        let concealed: Option<&str> = $concealed;
        let row: Option<UserRow> = sqlx::query_as(INSERT_USER)
            .bind(new.user_id)
            .bind(new.email.as_str())
            .bind(canonical)
            .bind(new.username.as_str())
            .bind(new.username.canonical())
            .bind(new.display_name.as_ref().map(DisplayName::as_str))
            .bind(&new.password_hash)
            .bind(new.deed.at)
            .bind(concealed)
            .fetch_optional(&mut *$tx)
            .await?;
        row
    }};
}

/// Inserts what every new user has: an organization, the ownership of it, a known device.
macro_rules! insert_belongings {
    ($tx:ident, $new:expr) => {{
        let new: &NewAccount = $new;
        insert_organization!($tx, &new.organization, new.user_id, new.deed.at);
        let event = new.deed.event(new.user_id, SecurityEventKind::Registered);
        insert_events!($tx, &[event]);
        insert_device!($tx, new.user_id, &new.deed.client.device, new.deed.at);
    }};
}

impl Store {
    /// Writes a user, their organization, their ownership of it and the mail that proves their
    /// address: all of it or nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_account(&self, new: &NewAccount) -> Result<Registered, StoreError> {
        transaction!(&self.write, |tx| {
            let email = new.email.canonical();
            let mut row = insert_user!(tx, new, email, None);
            if row.is_none() {
                let username = new.username.canonical();
                let stale = list_unproved!(self, tx, email, username, new.unproved_before);
                for user_id in &stale {
                    delete_user!(tx, *user_id, new.deed.at);
                }
                if !stale.is_empty() {
                    row = insert_user!(tx, new, email, None);
                }
            }
            if let Some(row) = row {
                insert_belongings!(tx, new);
                let recipient = new.email.as_str();
                insert_verification!(tx, &new.verification, new.user_id, email, recipient);
                Registered::Done(row.into())
            } else {
                let username_taken: bool = sqlx::query_scalar(USERNAME_EXISTS)
                    .bind(new.username.canonical())
                    .fetch_one(&mut *tx)
                    .await?;
                match &new.concealment {
                    // Who may know that the address is taken hears of that first.
                    None if username_taken => {
                        let owner: Option<(Uuid, String)> = sqlx::query_as(FIND_RECIPIENT)
                            .bind(email)
                            .fetch_optional(&mut *tx)
                            .await?;
                        return Ok(match owner {
                            Some(_) => Registered::EmailTaken,
                            None => Registered::UsernameTaken,
                        });
                    }
                    None => return Ok(Registered::EmailTaken),
                    Some(_) if username_taken => return Ok(Registered::UsernameTaken),
                    Some(reset) => {
                        // No address begins like this, so it is nobody's.
                        let nobodys = format!("!{}", new.user_id);
                        let Some(row) = insert_user!(tx, new, &nobodys, Some(email)) else {
                            return Ok(Registered::UsernameTaken);
                        };
                        insert_belongings!(tx, new);
                        Registered::Concealed {
                            user: row.into(),
                            notified: mail_reset!(tx, reset, email, FIND_RECIPIENT),
                        }
                    }
                }
            }
        })
    }
}
