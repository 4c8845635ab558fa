//! Users: reading them, and locking one.

use chrono::{DateTime, Utc};
use constcat::concat;

use super::row::{USER_COLUMNS, UserRow};
use crate::domain::{Confirmation, HashedToken, User, UserId};
use crate::store::database::{Query, Statement, Store, StoreError, Transaction};
use crate::store::session::freshness::FreshnessError;

/// Makes every other transaction that would change the account wait, so that what this transaction reads still holds
/// when it writes. Uses the PostgreSQL lock that does not block inserts of rows that refer to the user.
const LOCK: Statement = Statement::of_each(
    SELECT_VERSION,
    concat!(SELECT_VERSION, " FOR NO KEY UPDATE"),
);

const SELECT_VERSION: &str = "SELECT password_version FROM users WHERE id = $1";

/// Finds the user of an address.
pub const FIND_RECIPIENT: Statement = Statement::new(SELECT_RECIPIENT);

/// Finds and locks the user of an address.
pub const LOCK_RECIPIENT: Statement = Statement::of_each(
    SELECT_RECIPIENT,
    concat!(SELECT_RECIPIENT, " FOR NO KEY UPDATE"),
);

/// Finds and locks the user of an unverified address.
pub const LOCK_UNVERIFIED: Statement = Statement::of_each(
    SELECT_UNVERIFIED,
    concat!(SELECT_UNVERIFIED, " FOR NO KEY UPDATE"),
);

const SELECT_RECIPIENT: &str = "SELECT id, email FROM users WHERE email_canonical = $1";

const SELECT_UNVERIFIED: &str = concat!(SELECT_RECIPIENT, " AND email_verified_at IS NULL");

const ANY: Statement = Statement::new("SELECT EXISTS (SELECT 1 FROM users) AS found");

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("LOCK", LOCK),
    ("FIND_RECIPIENT", FIND_RECIPIENT),
    ("LOCK_RECIPIENT", LOCK_RECIPIENT),
    ("LOCK_UNVERIFIED", LOCK_UNVERIFIED),
    ("ANY", ANY),
];

/// The reasons why a mailed link is refused.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    #[error("the link is unknown, used, expired or void")]
    Invalid,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The reasons why a change is not made that its user has confirmed.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmationError {
    #[error("the password has changed since it was checked")]
    Outdated,
    #[error(transparent)]
    Freshness(#[from] FreshnessError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Transaction {
    /// Locks an account and returns its password version; `None` if the user is gone. Must come before every other lock
    /// of a transaction, to prevent deadlocks.
    pub async fn lock_user(&mut self, user_id: UserId) -> Result<Option<i64>, StoreError> {
        self.query(&LOCK).bind(user_id).optional_scalar().await
    }

    /// Locks a user, and checks that the confirmation still holds.
    pub async fn lock_confirmed(
        &mut self,
        user_id: UserId,
        confirmation: &Confirmation,
        now: DateTime<Utc>,
    ) -> Result<(), ConfirmationError> {
        let current = self.lock_user(user_id).await?;
        match confirmation {
            Confirmation::Password { version } if current != Some(*version) => {
                Err(ConfirmationError::Outdated)
            }
            Confirmation::Password { .. } => Ok(()),
            Confirmation::FreshSession(fresh) => Ok(self.require_fresh(fresh, now).await?),
        }
    }

    /// Finds the user of a mailed link, and locks the account. The link may have been used while this waited for the
    /// lock.
    pub async fn lock_user_of_token(
        &mut self,
        find: &Statement,
        token: &HashedToken,
        now: DateTime<Utc>,
    ) -> Result<UserId, LinkError> {
        let find = self.query(find).bind(token.as_bytes()).bind(now);
        let user_id: Option<UserId> = find.optional_scalar().await?;
        let user_id = user_id.ok_or(LinkError::Invalid)?;
        self.lock_user(user_id).await?;
        Ok(user_id)
    }
}

impl Store {
    /// Returns whether any account exists.
    pub async fn has_users(&self) -> Result<bool, StoreError> {
        self.read.query(&ANY).scalar().await
    }

    /// Lists the users with these ids, in no particular order. With a `viewer_id`, lists only the viewer and users who
    /// share an organization with them.
    pub async fn list_users(
        &self,
        ids: &[UserId],
        viewer_id: Option<UserId>,
    ) -> Result<Vec<User>, StoreError> {
        let mut query = self.read.empty_query();
        push_users(&mut query, ids, viewer_id);
        let rows: Vec<UserRow> = query.all().await?;
        Ok(rows.into_iter().map(User::from).collect())
    }
}

/// Appends the statement of [`Store::list_users`].
pub fn push_users(query: &mut Query<'_>, ids: &[UserId], viewer_id: Option<UserId>) {
    query
        .push(concat!("SELECT ", USER_COLUMNS, " FROM users WHERE id IN "))
        .push_ids(ids);
    if let Some(viewer_id) = viewer_id {
        query
            .push(" AND (id = ")
            .push_bind(viewer_id)
            .push(
                " OR id IN (SELECT other.user_id FROM memberships AS own \
                     JOIN memberships AS other ON other.organization_id = own.organization_id \
                     WHERE own.user_id = ",
            )
            .push_bind(viewer_id)
            .push(" AND other.user_id IN ")
            .push_ids(ids)
            .push("))");
    }
}
