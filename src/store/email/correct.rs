//! Corrections of unverified addresses. An unverified address is replaced at once, without a confirmation.

use chrono::{DateTime, Utc};

use super::claim::AddressClaim;
use super::verify::NewVerification;
use crate::domain::{AuditContext, Confirmation, EmailAddress, SecurityEventKind, UserId};
use crate::store::account::user::ConfirmationError;
use crate::store::database::{Committed, Statement, Store, StoreError, Transaction};

/// A reset link for the old address becomes invalid: see `FIND` in `password::reset_link`.
const REPLACE: Statement = Statement::new(
    "UPDATE users SET email = $2, email_canonical = $3, concealed_email = NULL, \
         email_version = email_version + 1, updated_at = $4 \
     WHERE id = $1 AND email_verified_at IS NULL",
);

const DELETE_LINKS: Statement =
    Statement::new("DELETE FROM email_verifications WHERE user_id = $1");

/// Deletes the mail that has not been sent yet, because its links are void.
const DELETE_UNSENT: Statement = Statement::new(
    "DELETE FROM outbox WHERE user_id = $1 AND template IN ('verify_email', 'reset_password') \
         AND sent_at IS NULL",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("REPLACE", REPLACE),
    ("DELETE_LINKS", DELETE_LINKS),
    ("DELETE_UNSENT", DELETE_UNSENT),
];

/// The new address of an account that has never verified one, and the link that verifies it.
#[derive(Clone, Debug)]
pub struct NewAddress {
    pub user_id: UserId,
    pub confirmation: Confirmation,
    pub email: EmailAddress,
    pub verification: NewVerification,
    /// An unverified registration from before this moment is replaced.
    pub unverified_before: DateTime<Utc>,
}

/// The reasons why an unverified address is not replaced.
#[derive(Debug, thiserror::Error)]
pub enum AddressReplacementError {
    #[error(transparent)]
    Confirmation(#[from] ConfirmationError),
    #[error("the address was verified after it was read")]
    Verified,
    #[error("the new address is taken: {0:?}")]
    Taken(AddressClaim),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Transaction {
    /// Sets another address of a user, if the current one is unverified.
    async fn replace_unverified_address(
        &mut self,
        user_id: UserId,
        email: &EmailAddress,
        now: DateTime<Utc>,
    ) -> Result<(), AddressReplacementError> {
        let replaced = self
            .query(&REPLACE)
            .bind(user_id)
            .bind(email.as_str())
            .bind(email.canonical())
            .bind(now)
            .execute()
            .await;
        match replaced {
            Ok(0) => Err(AddressReplacementError::Verified),
            Ok(_) => Ok(()),
            // Another account took the address after the check.
            Err(error) if error.is_unique_violation() => {
                Err(AddressReplacementError::Taken(AddressClaim::Account))
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl Store {
    /// Replaces an unverified address, voids the links to the old one, and writes the mail that verifies the new one.
    pub async fn replace_unverified_address(
        &self,
        new: &NewAddress,
        audit: &AuditContext,
    ) -> Result<Committed<()>, AddressReplacementError> {
        let (user_id, now) = (new.user_id, audit.at);
        let canonical = new.email.canonical();
        let mut tx = self.begin().await?;
        tx.lock_confirmed(user_id, &new.confirmation, now).await?;
        let claim = tx
            .find_claim(canonical, user_id, now, new.unverified_before)
            .await?;
        if let Some(claim) = claim {
            return Err(AddressReplacementError::Taken(claim));
        }
        let mut replaced = tx
            .list_unverified(canonical, "", new.unverified_before)
            .await?;
        replaced.retain(|stale| *stale != user_id);
        tx.delete_users(&replaced, Some(user_id), audit).await?;
        tx.replace_unverified_address(user_id, &new.email, now)
            .await?;
        for statement in [&DELETE_LINKS, &DELETE_UNSENT] {
            tx.query(statement).bind(user_id).execute().await?;
        }
        tx.insert_verification(&new.verification, user_id, canonical, new.email.as_str())
            .await?;
        let event = audit.event(user_id, SecurityEventKind::EmailChanged);
        tx.insert_events(vec![event]).await?;
        Ok(tx.commit(()).await?)
    }
}
