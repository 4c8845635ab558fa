//! Changes of an account's address: requesting one, and confirming it.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;

use super::claim::AddressClaim;
use crate::domain::{
    AuditContext, Confirmation, EmailAddress, HashedToken, SecurityEventKind, User, UserId,
};
use crate::store::account::notice::NewNotice;
use crate::store::account::row::{USER_COLUMNS, UserRow};
use crate::store::account::user::{ConfirmationError, FIND_RECIPIENT};
use crate::store::database::{Committed, Statement, Store, StoreError, Transaction};
use crate::store::outbox::NewLink;

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

/// A reset link for the old address becomes invalid: see `FIND` in `password::reset_link`.
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
    pub user_id: UserId,
    pub confirmation: Confirmation,
    pub email: EmailAddress,
    pub link: NewLink,
}

/// A change of address that a link would confirm.
#[derive(Clone, Debug)]
pub struct PendingEmailChange {
    /// The user as they are before the change.
    pub user: User,
    pub new_email: String,
}

/// The reasons why a change of address is not confirmed.
#[derive(Debug, thiserror::Error)]
pub enum EmailChangeError {
    #[error("the link is unknown, used, replaced or expired")]
    LinkInvalid,
    /// Another account has a claim on the address now.
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
    /// Uses up the link of a locked user and returns the new address, as typed and in canonical form; `None` if the
    /// link is unknown, used, replaced or expired.
    async fn use_email_change(
        &mut self,
        token: &HashedToken,
        user_id: UserId,
        now: DateTime<Utc>,
    ) -> Result<Option<(String, String)>, StoreError> {
        self.query(&USE)
            .bind(token.as_bytes())
            .bind(now)
            .bind(user_id)
            .optional()
            .await
    }

    /// Sets the verified address of a user.
    async fn change_email(
        &mut self,
        user_id: UserId,
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
            // Another account took the address after the check.
            Err(error) if error.is_unique_violation() => {
                Err(EmailChangeError::Taken(AddressClaim::Account))
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl Store {
    /// Writes a requested change of address, with the mail to the new address and the notice to the old one. Replaces
    /// an earlier request.
    pub async fn insert_email_change(
        &self,
        change: &NewEmailChange,
        audit: &AuditContext,
        notice: &NewNotice,
    ) -> Result<Committed<()>, ConfirmationError> {
        let user_id = change.user_id;
        let mut tx = self.begin().await?;
        tx.lock_confirmed(user_id, &change.confirmation, audit.at)
            .await?;
        tx.query(&UPSERT)
            .bind(user_id)
            .bind(change.email.as_str())
            .bind(change.email.canonical())
            .bind(change.link.token.as_bytes())
            .bind(change.link.created_at)
            .bind(change.link.expires_at)
            .execute()
            .await?;
        tx.insert_message(&change.link.message, Some(user_id), change.email.as_str())
            .await?;
        let event = audit.event(user_id, SecurityEventKind::EmailChangeRequested);
        tx.insert_events(vec![event]).await?;
        tx.insert_notice(notice, user_id).await?;
        Ok(tx.commit(()).await?)
    }

    /// Does the same as [`Store::insert_email_change`] for an address that another account has, without revealing that:
    /// mails the owner of the address, and voids an earlier request.
    pub async fn insert_concealed_email_change(
        &self,
        email: &EmailAddress,
        reset: &NewLink,
        (user_id, confirmation): (UserId, &Confirmation),
        audit: &AuditContext,
        notice: &NewNotice,
    ) -> Result<Committed<()>, ConfirmationError> {
        let mut tx = self.begin().await?;
        tx.lock_confirmed(user_id, confirmation, audit.at).await?;
        tx.query(&DELETE_EMAIL_CHANGE)
            .bind(user_id)
            .execute()
            .await?;
        let event = audit.event(user_id, SecurityEventKind::EmailChangeRequested);
        tx.insert_events(vec![event]).await?;
        tx.mail_reset(reset, email.canonical(), &FIND_RECIPIENT)
            .await?;
        tx.insert_notice(notice, user_id).await?;
        Ok(tx.commit(()).await?)
    }

    /// Finds the change that a link would confirm; `None` if the link is unknown, used, replaced or expired.
    pub async fn find_email_change(
        &self,
        token: &HashedToken,
        now: DateTime<Utc>,
    ) -> Result<Option<PendingEmailChange>, StoreError> {
        let row: Option<ChangeRow> = self
            .read
            .query(&FIND)
            .bind(token.as_bytes())
            .bind(now)
            .optional()
            .await?;
        Ok(row.map(|row| PendingEmailChange {
            user: row.user.into(),
            new_email: row.new_email,
        }))
    }

    /// Uses up a link: sets the new address as verified, and writes a notice to the old one.
    pub async fn confirm_email_change(
        &self,
        user_id: UserId,
        token: &HashedToken,
        audit: &AuditContext,
        notice: &NewNotice,
        unverified_before: DateTime<Utc>,
    ) -> Result<Committed<User>, EmailChangeError> {
        let now = audit.at;
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
        tx.delete_users(&replaced, Some(user_id), audit).await?;
        // Before the change, so that the notice goes to the old address.
        tx.insert_notice(notice, user_id).await?;
        let user = tx.change_email(user_id, (&email, &canonical), now).await?;
        let event = audit.event(user_id, SecurityEventKind::EmailChanged);
        tx.insert_events(vec![event]).await?;
        Ok(tx.commit(user).await?)
    }
}
