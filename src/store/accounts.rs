//! The start of an account: a user, their organization and their ownership of it, in one piece.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::StoreError;
use super::account_deletions::{delete_user, list_unproved};
use super::email_verifications::{NewVerification, insert_verification};
use super::known_devices::insert_device;
use super::organizations::role_word;
use super::password_resets::{NewReset, mail_reset};
use super::pool::{Store, statements, transaction};
use super::users::{FIND_RECIPIENT, UserRow, user_columns};
use crate::domain::{Device, DisplayName, EmailAddress, OrganizationName, Role, User, Username};

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
    INSERT_ORGANIZATION =
        "INSERT INTO organizations (id, name, slug, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT DO NOTHING";
    INSERT_MEMBERSHIP =
        "INSERT INTO memberships (id, user_id, organization_id, role, joined_at) \
         VALUES ($1, $2, $3, $4, $5)";
}

/// Everything that a registration writes.
#[derive(Clone)]
pub struct NewAccount {
    pub user_id: Uuid,
    pub email: EmailAddress,
    pub username: Username,
    pub display_name: Option<DisplayName>,
    pub password_hash: String,
    pub organization_id: Uuid,
    pub organization_name: OrganizationName,
    /// The slugs to try in turn. The last one is random enough to be free.
    pub organization_slugs: [String; 2],
    pub membership_id: Uuid,
    /// Where the user registered from: signing in from there is nothing new.
    pub device: Device,
    pub verification: NewVerification,
    /// What the owner of the address is mailed if it is taken and that must not be told.
    pub concealment: Option<NewReset>,
    pub created_at: DateTime<Utc>,
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
            .bind(new.created_at)
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
        for slug in &new.organization_slugs {
            let made = sqlx::query(INSERT_ORGANIZATION)
                .bind(new.organization_id)
                .bind(new.organization_name.as_str())
                .bind(slug)
                .bind(new.created_at)
                .execute(&mut *$tx)
                .await?
                .rows_affected();
            if made > 0 {
                break;
            }
        }
        sqlx::query(INSERT_MEMBERSHIP)
            .bind(new.membership_id)
            .bind(new.user_id)
            .bind(new.organization_id)
            .bind(role_word(Role::Owner))
            .bind(new.created_at)
            .execute(&mut *$tx)
            .await?;
        insert_device!($tx, new.user_id, &new.device, new.created_at);
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
                    delete_user!(tx, *user_id, new.created_at);
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
