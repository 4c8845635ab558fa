//! The address of an account that has never proved one: replaced at once, since there is nothing to lose.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::StoreError;
use super::account_deletions::{delete_user, list_unproved};
use super::accounts::AddressClaim;
use super::email_changes::{ClaimRow, FIND_CLAIM};
use super::email_verifications::{NewVerification, insert_verification};
use super::pool::{Store, statements, transaction};
use super::security_events::insert_events;
use super::users::lock_user;
use crate::domain::{Deed, EmailAddress, SecurityEventKind};

statements! {
    /// A link for the old address resets no password any more: see password_resets::FIND.
    REPLACE =
        "UPDATE users SET email = $2, email_canonical = $3, concealed_email = NULL, \
             email_version = email_version + 1, updated_at = $4 \
         WHERE id = $1 AND email_verified_at IS NULL";
    DELETE_LINKS = "DELETE FROM email_verifications WHERE user_id = $1";
    /// What is not on its way yet: its links are void.
    DELETE_UNSENT =
        "DELETE FROM outbox WHERE user_id = $1 AND template IN ('verify_email', 'reset_password') \
             AND sent_at IS NULL";
}

/// Another address for an account that has never proved one, and the link that proves it.
#[derive(Clone, Debug)]
pub struct NewAddress {
    pub user_id: Uuid,
    /// The version of the password that was checked.
    pub password_version: i64,
    pub email: EmailAddress,
    pub verification: NewVerification,
    /// A registration from before this moment that never proved its address makes way.
    pub unproved_before: DateTime<Utc>,
}

/// The outcome of replacing an address that was never proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressReplaced {
    Done {
        /// Unverified accounts that had the address, and that are deleted.
        replaced: Vec<Uuid>,
    },
    /// The password has changed since it was checked.
    Outdated,
    /// The address was verified since it was looked at.
    Verified,
    Taken(AddressClaim),
}

impl Store {
    /// Replaces the address of an account that has never proved one, makes the links to the old one void, and writes the
    /// mail that proves the new one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn replace_unverified_address(
        &self,
        new: &NewAddress,
        deed: &Deed,
    ) -> Result<AddressReplaced, StoreError> {
        let (user_id, now) = (new.user_id, deed.at);
        transaction!(&self.write, |tx| {
            if lock_user!(self, tx, user_id) != Some(new.password_version) {
                return Ok(AddressReplaced::Outdated);
            }
            let canonical = new.email.canonical();
            let found: ClaimRow = sqlx::query_as(FIND_CLAIM)
                .bind(canonical)
                .bind(user_id)
                .bind(now)
                .bind(new.unproved_before)
                .fetch_one(&mut *tx)
                .await?;
            if let Some(claim) = found.claim() {
                return Ok(AddressReplaced::Taken(claim));
            }
            let mut replaced = list_unproved!(self, tx, canonical, "", new.unproved_before);
            replaced.retain(|stale| *stale != user_id);
            for stale in &replaced {
                delete_user!(tx, *stale, now);
            }
            let updated = sqlx::query(REPLACE)
                .bind(user_id)
                .bind(new.email.as_str())
                .bind(canonical)
                .bind(now)
                .execute(&mut *tx)
                .await;
            match updated {
                Ok(done) if done.rows_affected() == 0 => return Ok(AddressReplaced::Verified),
                Ok(_) => {}
                // Somebody took it since we looked.
                Err(sqlx::Error::Database(refusal)) if refusal.is_unique_violation() => {
                    return Ok(AddressReplaced::Taken(AddressClaim::Account));
                }
                Err(error) => return Err(error.into()),
            }
            for forget in [DELETE_LINKS, DELETE_UNSENT] {
                sqlx::query(forget).bind(user_id).execute(&mut *tx).await?;
            }
            insert_verification!(
                tx,
                &new.verification,
                user_id,
                canonical,
                new.email.as_str()
            );
            let event = deed.event(user_id, SecurityEventKind::EmailChanged);
            insert_events!(tx, &[event]);
            AddressReplaced::Done { replaced }
        })
    }
}
