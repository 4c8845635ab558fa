//! The correction of an address that was never verified. It is replaced at once, since there is nothing to lose.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::claim::AddressClaim;
use super::verify::NewVerification;
use crate::domain::{Deed, EmailAddress, SecurityEventKind};
use crate::store::database::{Statement, Store, StoreError, Transaction};

/// A link for the old address resets no password any more: see the link that `password::reset_link` finds.
const REPLACE: Statement = Statement::new(
    "UPDATE users SET email = $2, email_canonical = $3, concealed_email = NULL, \
         email_version = email_version + 1, updated_at = $4 \
     WHERE id = $1 AND email_verified_at IS NULL",
);

const DELETE_LINKS: Statement =
    Statement::new("DELETE FROM email_verifications WHERE user_id = $1");

/// Deletes the mail that is not on its way yet: its links are void.
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

/// Another address for an account that has never verified one, and the link that verifies it.
#[derive(Clone, Debug)]
pub struct NewAddress {
    pub user_id: Uuid,
    /// The version of the password that was checked.
    pub password_version: i64,
    pub email: EmailAddress,
    pub verification: NewVerification,
    /// A registration from before this moment that is still unverified makes way.
    pub unverified_before: DateTime<Utc>,
}

/// The reasons why an unverified address is not replaced.
#[derive(Debug, thiserror::Error)]
pub enum AddressReplacementError {
    #[error("the password has changed since it was checked")]
    Outdated,
    #[error("the address was verified since it was looked at")]
    Verified,
    #[error("the new address is taken: {0:?}")]
    Taken(AddressClaim),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Transaction {
    /// Gives an unverified user another address.
    async fn replace_unverified_address(
        &mut self,
        user_id: Uuid,
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
            // Somebody took it since we looked.
            Err(error) if error.is_unique_violation() => {
                Err(AddressReplacementError::Taken(AddressClaim::Account))
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl Store {
    /// Replaces the address of an account that has never verified one, makes the links to the old one void, and writes the
    /// mail that verifies the new one. Returns the unverified accounts that had the new one, and that are deleted.
    pub async fn replace_unverified_address(
        &self,
        new: &NewAddress,
        deed: &Deed,
    ) -> Result<Vec<Uuid>, AddressReplacementError> {
        let (user_id, now) = (new.user_id, deed.at);
        let canonical = new.email.canonical();
        let mut tx = self.begin().await?;
        if tx.lock_user(user_id).await? != Some(new.password_version) {
            return Err(AddressReplacementError::Outdated);
        }
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
        tx.delete_users(&replaced, now).await?;
        tx.replace_unverified_address(user_id, &new.email, now)
            .await?;
        for statement in [&DELETE_LINKS, &DELETE_UNSENT] {
            tx.query(statement).bind(user_id).execute().await?;
        }
        tx.insert_verification(&new.verification, user_id, canonical, new.email.as_str())
            .await?;
        let event = deed.event(user_id, SecurityEventKind::EmailChanged);
        tx.insert_events(&[event]).await?;
        Ok(tx.commit(replaced).await?)
    }
}
