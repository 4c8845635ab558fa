//! Accounts with an unverified address that are deleted: because another user wants their names, or because they never
//! had a claim on the address.

use chrono::{DateTime, Utc};
use constcat::concat;
use tokio::time::Instant;

use crate::domain::UserId;
use crate::store::database::{Statement, Store, StoreError, Transaction};
use crate::store::purge_batch::PurgeBatch;

const LIST_UNVERIFIED: Statement = Statement::of_each(
    SELECT_UNVERIFIED,
    concat!(SELECT_UNVERIFIED, WAIT_FOR_VERIFICATION),
);

const SELECT_UNVERIFIED: &str = concat!(
    "SELECT users.id FROM users WHERE \
         (email_canonical = $1 OR username_canonical = $2) AND created_at < $3",
    IS_UNVERIFIED_AND_ALONE,
);

/// Finds the accounts that a user with a verified address replaces. An account with the same address is replaced no
/// matter how new it is.
const LIST_SUPERSEDED: Statement = Statement::of_each(
    SELECT_SUPERSEDED,
    concat!(SELECT_SUPERSEDED, WAIT_FOR_VERIFICATION),
);

const SELECT_SUPERSEDED: &str = concat!(
    "SELECT users.id FROM users WHERE \
         (email_canonical = $1 OR (username_canonical = $2 AND created_at < $3))",
    IS_UNVERIFIED_AND_ALONE,
);

/// The end of both statements: the condition that a user is unverified and shares no organization with others, because
/// a shared organization shows that the account is in use; and the order.
const IS_UNVERIFIED_AND_ALONE: &str = " AND email_verified_at IS NULL \
         AND NOT EXISTS (SELECT 1 FROM memberships AS own \
             JOIN memberships AS other ON other.organization_id = own.organization_id \
                 AND other.user_id <> own.user_id \
             WHERE own.user_id = users.id) \
     ORDER BY users.id";

/// Waits for accounts that are being verified at this moment; they are then not found.
const WAIT_FOR_VERIFICATION: &str = " FOR UPDATE OF users";

const LIST_CONCEALED: Statement = Statement::new(
    "SELECT id FROM users WHERE concealed_email IS NOT NULL AND created_at < $1 LIMIT $2",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("LIST_UNVERIFIED", LIST_UNVERIFIED),
    ("LIST_SUPERSEDED", LIST_SUPERSEDED),
    ("LIST_CONCEALED", LIST_CONCEALED),
];

impl Transaction {
    /// Finds the unverified users with this address or username who registered before a moment. Both names are
    /// canonical.
    pub async fn list_unverified(
        &mut self,
        email: &str,
        username: &str,
        before: DateTime<Utc>,
    ) -> Result<Vec<UserId>, StoreError> {
        self.query(&LIST_UNVERIFIED)
            .bind(email)
            .bind(username)
            .bind(before)
            .all_scalars()
            .await
    }

    /// Finds the unverified users with this address or username, for a user who has verified the address. The moment
    /// applies only to users who have the username and not the address.
    pub(super) async fn list_superseded(
        &mut self,
        email: &str,
        username: &str,
        before: DateTime<Utc>,
    ) -> Result<Vec<UserId>, StoreError> {
        self.query(&LIST_SUPERSEDED)
            .bind(email)
            .bind(username)
            .bind(before)
            .all_scalars()
            .await
    }
}

impl Store {
    /// Deletes up to `size` registrations from before the given moment that have no claim on their address. The batch is
    /// the last one if there were fewer.
    pub async fn delete_concealed_before(
        &self,
        cutoff: DateTime<Utc>,
        now: DateTime<Utc>,
        size: u32,
    ) -> Result<PurgeBatch, StoreError> {
        let mut tx = self.begin().await?;
        let began = Instant::now();
        let ids: Vec<UserId> = tx
            .query(&LIST_CONCEALED)
            .bind(cutoff)
            .bind(i64::from(size))
            .all_scalars()
            .await?;
        tx.delete_concealed(&ids, now).await?;
        let rows = ids.len() as u64;
        tx.commit_batch(began, rows, rows < u64::from(size)).await
    }
}
