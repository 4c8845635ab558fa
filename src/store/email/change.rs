//! Another address for an account: requested, and confirmed.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;
use uuid::Uuid;

use super::claim::AddressClaim;
use crate::domain::{Deed, EmailAddress, HashedToken, SecurityEventKind, User};
use crate::store::account::notice::{NewNotice, Notified};
use crate::store::account::row::{USER_COLUMNS, UserRow};
use crate::store::account::user::FIND_RECIPIENT;
use crate::store::database::{Statement, Store, StoreError, Transaction};
use crate::store::outbox::NewMessage;
use crate::store::password::reset_link::NewReset;

const UPSERT: Statement = Statement::new(
    "INSERT INTO email_changes \
         (user_id, email, email_canonical, token_hash, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6) \
     ON CONFLICT (user_id) DO UPDATE SET email = excluded.email, \
         email_canonical = excluded.email_canonical, token_hash = excluded.token_hash, \
         created_at = excluded.created_at, expires_at = excluded.expires_at",
);

const FIND: Statement = Statement::new(concat!(
    "SELECT ",
    USER_COLUMNS,
    ", email_changes.email AS new_email \
     FROM email_changes JOIN users ON users.id = email_changes.user_id \
     WHERE email_changes.token_hash = $1 AND email_changes.expires_at > $2",
));

const USE: Statement = Statement::new(
    "DELETE FROM email_changes WHERE token_hash = $1 AND expires_at > $2 \
         AND user_id = $3 RETURNING email, email_canonical",
);

pub const DELETE_EMAIL_CHANGE: Statement =
    Statement::new("DELETE FROM email_changes WHERE user_id = $1");

/// A link for the old address resets no password any more: see the link that `password::reset_link` finds.
const CHANGE_USER: Statement = Statement::new(concat!(
    "UPDATE users SET email = $2, email_canonical = $3, email_verified_at = $4, \
         email_version = email_version + 1, updated_at = $4 \
     WHERE id = $1 RETURNING ",
    USER_COLUMNS,
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("UPSERT", UPSERT),
    ("FIND", FIND),
    ("USE", USE),
    ("DELETE_EMAIL_CHANGE", DELETE_EMAIL_CHANGE),
    ("CHANGE_USER", CHANGE_USER),
];

/// A change of address that waits for its confirmation, and the mail that carries its link.
#[derive(Clone, Debug)]
pub struct NewEmailChange {
    pub user_id: Uuid,
    /// The version of the password that was checked.
    pub password_version: i64,
    pub email: EmailAddress,
    pub token: HashedToken,
    pub message: NewMessage,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// A change of address that a link would confirm.
#[derive(Clone, Debug)]
pub struct PendingEmailChange {
    /// The user as they are before the change.
    pub user: User,
    pub new_email: String,
}

/// A change of address that is done.
#[derive(Clone, Debug)]
pub struct EmailChanged {
    pub user: User,
    /// The old address.
    pub notified: Notified,
    /// Unverified accounts that had the new one, and that are deleted.
    pub replaced: Vec<Uuid>,
}

/// The reasons why a link changes no address.
#[derive(Debug, thiserror::Error)]
pub enum EmailChangeError {
    #[error("the link is unknown, used, replaced or expired")]
    LinkInvalid,
    /// Somebody else has a claim on the address by now.
    #[error("the new address is taken: {0:?}")]
    Taken(AddressClaim),
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(FromRow)]
struct ChangeRow {
    #[sqlx(flatten)]
    user: UserRow,
    new_email: String,
}

impl Transaction {
    /// Uses up the link of a locked user and returns the new address, as written and in its canonical form; `None` if the
    /// link is unknown, used, replaced or expired.
    async fn use_email_change(
        &mut self,
        token: &HashedToken,
        user_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Option<(String, String)>, StoreError> {
        self.query(&USE)
            .bind(token.0.as_slice())
            .bind(now)
            .bind(user_id)
            .optional()
            .await
    }

    /// Gives a user an address that is verified.
    async fn change_email(
        &mut self,
        user_id: Uuid,
        (email, canonical): (&str, &str),
        now: DateTime<Utc>,
    ) -> Result<User, EmailChangeError> {
        let row: Result<UserRow, StoreError> = self
            .query(&CHANGE_USER)
            .bind(user_id)
            .bind(email)
            .bind(canonical)
            .bind(now)
            .one()
            .await;
        match row {
            Ok(row) => Ok(row.into()),
            // Somebody took it since we looked.
            Err(error) if error.is_unique_violation() => {
                Err(EmailChangeError::Taken(AddressClaim::Account))
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl Store {
    /// Writes a change of address, in the place of one that was requested before, with the mail to the
    /// new address and the notice to the old one. Returns where the notice went; `None` if the password
    /// has changed since it was checked.
    pub async fn insert_email_change(
        &self,
        change: &NewEmailChange,
        deed: &Deed,
        notice: &NewNotice,
    ) -> Result<Option<Notified>, StoreError> {
        let user_id = change.user_id;
        let mut tx = self.begin().await?;
        if tx.lock_user(user_id).await? != Some(change.password_version) {
            return Ok(None);
        }
        tx.query(&UPSERT)
            .bind(user_id)
            .bind(change.email.as_str())
            .bind(change.email.canonical())
            .bind(change.token.0.as_slice())
            .bind(change.created_at)
            .bind(change.expires_at)
            .execute()
            .await?;
        tx.insert_message(&change.message, Some(user_id), change.email.as_str())
            .await?;
        let event = deed.event(user_id, SecurityEventKind::EmailChangeRequested);
        tx.insert_events(&[event]).await?;
        let notified = tx.insert_notice(notice, user_id).await?;
        tx.commit(Some(notified)).await
    }

    /// Does what [`Store::insert_email_change`] does where the new address is somebody else's and that must
    /// not be told: the owner is mailed, and a change that was requested before is void all the same.
    /// Returns where that mail and the notice went.
    pub async fn insert_concealed_email_change(
        &self,
        email: &EmailAddress,
        reset: &NewReset,
        (user_id, password_version): (Uuid, i64),
        deed: &Deed,
        notice: &NewNotice,
    ) -> Result<Option<(Option<String>, Notified)>, StoreError> {
        let mut tx = self.begin().await?;
        if tx.lock_user(user_id).await? != Some(password_version) {
            return Ok(None);
        }
        tx.query(&DELETE_EMAIL_CHANGE)
            .bind(user_id)
            .execute()
            .await?;
        let event = deed.event(user_id, SecurityEventKind::EmailChangeRequested);
        tx.insert_events(&[event]).await?;
        let recipient = tx
            .mail_reset(reset, email.canonical(), &FIND_RECIPIENT)
            .await?;
        let notified = tx.insert_notice(notice, user_id).await?;
        tx.commit(Some((recipient, notified))).await
    }

    /// Finds the change that a link would confirm; `None` if it is unknown, used, replaced or expired.
    pub async fn find_email_change(
        &self,
        token: &HashedToken,
        now: DateTime<Utc>,
    ) -> Result<Option<PendingEmailChange>, StoreError> {
        let row: Option<ChangeRow> = self
            .read
            .query(&FIND)
            .bind(token.0.as_slice())
            .bind(now)
            .optional()
            .await?;
        Ok(row.map(|row| PendingEmailChange {
            user: row.user.into(),
            new_email: row.new_email,
        }))
    }

    /// Uses up a link: the user has the new address, verified, and a notice goes to the old one.
    pub async fn confirm_email_change(
        &self,
        user_id: Uuid,
        token: &HashedToken,
        deed: &Deed,
        notice: &NewNotice,
        unverified_before: DateTime<Utc>,
    ) -> Result<EmailChanged, EmailChangeError> {
        let now = deed.at;
        let mut tx = self.begin().await?;
        tx.lock_user(user_id).await?;
        let pending = tx.use_email_change(token, user_id, now).await?;
        let (email, canonical) = pending.ok_or(EmailChangeError::LinkInvalid)?;
        let claim = tx
            .find_claim(&canonical, user_id, now, unverified_before)
            .await?;
        if let Some(claim) = claim {
            return Err(EmailChangeError::Taken(claim));
        }
        let replaced = tx
            .list_unverified(&canonical, "", unverified_before)
            .await?;
        tx.delete_users(&replaced, now).await?;
        // Before the change: it goes to the address that is about to be the old one.
        let notified = tx.insert_notice(notice, user_id).await?;
        let user = tx.change_email(user_id, (&email, &canonical), now).await?;
        let event = deed.event(user_id, SecurityEventKind::EmailChanged);
        tx.insert_events(&[event]).await?;
        let changed = EmailChanged {
            user,
            notified,
            replaced,
        };
        Ok(tx.commit(changed).await?)
    }
}
