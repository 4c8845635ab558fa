//! Another address for an account: asked for, and confirmed.

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::StoreError;
use super::account_deletions::{delete_user, list_unproved};
use super::accounts::AddressClaim;
use super::outbox::{NewMessage, insert_message};
use super::password_resets::{NewReset, mail_reset};
use super::pool::{Store, on, statements, transaction};
use super::security_events::insert_events;
use super::security_notices::{NewNotice, Notified, insert_notice};
use super::users::{FIND_RECIPIENT, UserRow, lock_user, user_columns};
use crate::domain::{Deed, EmailAddress, HashedToken, SecurityEventKind, User};

statements! {
    /// Somebody has the address, or had it so lately that they may still take it back. Who never proved
    /// it and had long enough to, does not count.
    FIND_CLAIM =
        "SELECT EXISTS (SELECT 1 FROM users WHERE email_canonical = $1 AND id <> $2 \
                 AND (email_verified_at IS NOT NULL OR created_at >= $4)) AS is_taken, \
             (SELECT MAX(expires_at) FROM security_notices \
              WHERE email_canonical = $1 AND user_id <> $2 AND expires_at > $3) AS reserved_until";
    UPSERT =
        "INSERT INTO email_changes \
             (user_id, email, email_canonical, token_hash, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (user_id) DO UPDATE SET email = excluded.email, \
             email_canonical = excluded.email_canonical, token_hash = excluded.token_hash, \
             created_at = excluded.created_at, expires_at = excluded.expires_at";
    FIND = concat!(
        "SELECT ", user_columns!(), ", email_changes.email AS new_email \
         FROM email_changes JOIN users ON users.id = email_changes.user_id \
         WHERE email_changes.token_hash = $1 AND email_changes.expires_at > $2",
    );
    USE =
        "DELETE FROM email_changes WHERE token_hash = $1 AND expires_at > $2 \
             AND user_id = $3 RETURNING email, email_canonical";
    DELETE_OF_USER = "DELETE FROM email_changes WHERE user_id = $1";
    /// A link for the old address resets no password any more: see password_resets::FIND.
    CHANGE_USER = concat!(
        "UPDATE users SET email = $2, email_canonical = $3, email_verified_at = $4, \
             email_version = email_version + 1, updated_at = $4 \
         WHERE id = $1 RETURNING ", user_columns!(),
    );
}

/// A change of address that waits for its proof, and the mail that carries its link.
#[derive(Clone, Debug)]
pub struct NewEmailChange {
    pub user_id: Uuid,
    /// The version of the password that whoever asks has given.
    pub password_version: i64,
    pub email: EmailAddress,
    pub token: HashedToken,
    pub message: NewMessage,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// A change of address whose link was found good.
#[derive(Clone, Debug)]
pub struct PendingEmailChange {
    /// As they are before the change.
    pub user: User,
    pub new_email: String,
}

/// The outcome of a change of address.
#[derive(Clone, Debug)]
pub enum EmailChanged {
    Done {
        user: User,
        /// The old address.
        notified: Notified,
        /// Unverified accounts that had the new one, and that are deleted.
        replaced: Vec<Uuid>,
    },
    /// Somebody else has a claim on the address by now.
    Taken(AddressClaim),
    LinkInvalid,
}

#[derive(FromRow)]
pub(super) struct ClaimRow {
    is_taken: bool,
    reserved_until: Option<DateTime<Utc>>,
}

impl ClaimRow {
    pub(super) fn claim(&self) -> Option<AddressClaim> {
        match self.reserved_until {
            _ if self.is_taken => Some(AddressClaim::Account),
            reserved => reserved.map(|until| AddressClaim::FormerOwner { until }),
        }
    }
}

#[derive(FromRow)]
struct ChangeRow {
    #[sqlx(flatten)]
    user: UserRow,
    new_email: String,
}

impl Store {
    /// The claim that somebody but this user has on an address.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_address_claim(
        &self,
        email: &EmailAddress,
        user_id: Uuid,
        now: DateTime<Utc>,
        unproved_before: DateTime<Utc>,
    ) -> Result<Option<AddressClaim>, StoreError> {
        let row: ClaimRow = on!(&self.read, |db| {
            sqlx::query_as(FIND_CLAIM)
                .bind(email.canonical())
                .bind(user_id)
                .bind(now)
                .bind(unproved_before)
                .fetch_one(db)
                .await
        })?;
        Ok(row.claim())
    }

    /// Writes a change of address, in the place of one that was asked for before, with the mail to the
    /// new address and the notice to the old one. Answers where the notice went; `None` if the password
    /// has changed since it was checked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_email_change(
        &self,
        change: &NewEmailChange,
        deed: &Deed,
        notice: &NewNotice,
    ) -> Result<Option<Notified>, StoreError> {
        transaction!(&self.write, |tx| {
            if lock_user!(self, tx, change.user_id) != Some(change.password_version) {
                return Ok(None);
            }
            sqlx::query(UPSERT)
                .bind(change.user_id)
                .bind(change.email.as_str())
                .bind(change.email.canonical())
                .bind(change.token.0.as_slice())
                .bind(change.created_at)
                .bind(change.expires_at)
                .execute(&mut *tx)
                .await?;
            let recipient = change.email.as_str();
            insert_message!(tx, &change.message, Some(change.user_id), recipient);
            let event = deed.event(change.user_id, SecurityEventKind::EmailChangeRequested);
            insert_events!(tx, &[event]);
            Some(insert_notice!(self, tx, notice, change.user_id))
        })
    }

    /// What [`Store::insert_email_change`] does where the new address is somebody else's and that must
    /// not be told: the owner hears of it, and a change that was asked for before is void likewise.
    /// Answers where that mail and the notice went.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_vain_email_change(
        &self,
        email: &EmailAddress,
        reset: &NewReset,
        (user_id, password_version): (Uuid, i64),
        deed: &Deed,
        notice: &NewNotice,
    ) -> Result<Option<(Option<String>, Notified)>, StoreError> {
        transaction!(&self.write, |tx| {
            if lock_user!(self, tx, user_id) != Some(password_version) {
                return Ok(None);
            }
            sqlx::query(DELETE_OF_USER)
                .bind(user_id)
                .execute(&mut *tx)
                .await?;
            let event = deed.event(user_id, SecurityEventKind::EmailChangeRequested);
            insert_events!(tx, &[event]);
            let recipient = mail_reset!(tx, reset, email.canonical(), FIND_RECIPIENT);
            let notified = insert_notice!(self, tx, notice, user_id);
            Some((recipient, notified))
        })
    }

    /// The change that a link would confirm; `None` if it is unknown, used, replaced or expired.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_email_change(
        &self,
        token: &HashedToken,
        now: DateTime<Utc>,
    ) -> Result<Option<PendingEmailChange>, StoreError> {
        let row: Option<ChangeRow> = on!(&self.read, |db| {
            sqlx::query_as(FIND)
                .bind(token.0.as_slice())
                .bind(now)
                .fetch_optional(db)
                .await
        })?;
        Ok(row.map(|row| PendingEmailChange {
            user: row.user.into(),
            new_email: row.new_email,
        }))
    }

    /// Uses up a link: the user has the new address, proved, and a notice goes to the old one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn confirm_email_change(
        &self,
        user_id: Uuid,
        token: &HashedToken,
        deed: &Deed,
        notice: &NewNotice,
        unproved_before: DateTime<Utc>,
    ) -> Result<EmailChanged, StoreError> {
        let now = deed.at;
        transaction!(&self.write, |tx| {
            lock_user!(self, tx, user_id);
            let pending: Option<(String, String)> = sqlx::query_as(USE)
                .bind(token.0.as_slice())
                .bind(now)
                .bind(user_id)
                .fetch_optional(&mut *tx)
                .await?;
            let Some((email, canonical)) = pending else {
                return Ok(EmailChanged::LinkInvalid);
            };
            let found: ClaimRow = sqlx::query_as(FIND_CLAIM)
                .bind(&canonical)
                .bind(user_id)
                .bind(now)
                .bind(unproved_before)
                .fetch_one(&mut *tx)
                .await?;
            if let Some(claim) = found.claim() {
                return Ok(EmailChanged::Taken(claim));
            }
            let replaced = list_unproved!(self, tx, &canonical, "", unproved_before);
            for stale in &replaced {
                delete_user!(tx, *stale, now);
            }
            // Before the change: it goes to the address that is about to be the old one.
            let notified = insert_notice!(self, tx, notice, user_id);
            let row: Result<UserRow, sqlx::Error> = sqlx::query_as(CHANGE_USER)
                .bind(user_id)
                .bind(&email)
                .bind(&canonical)
                .bind(now)
                .fetch_one(&mut *tx)
                .await;
            match row {
                Ok(row) => {
                    let event = deed.event(user_id, SecurityEventKind::EmailChanged);
                    insert_events!(tx, &[event]);
                    EmailChanged::Done {
                        user: row.into(),
                        notified,
                        replaced,
                    }
                }
                // Somebody took it since we looked.
                Err(sqlx::Error::Database(refusal)) if refusal.is_unique_violation() => {
                    return Ok(EmailChanged::Taken(AddressClaim::Account));
                }
                Err(error) => return Err(error.into()),
            }
        })
    }
}
