//! Reading users, and locking one.

use chrono::{DateTime, Utc};
use constcat::concat;
use uuid::Uuid;

use super::row::{USER_COLUMNS, UserRow};
use crate::domain::{HashedToken, User};
use crate::store::database::{Query, Statement, Store, StoreError, Transaction};

/// Makes every other transaction wait that would change the account: what is read of it in a transaction must still be so
/// when it is written. Of PostgreSQL's locks the one that rows which refer to the user do not wait for.
const LOCK: Statement = Statement::of_each(
    SELECT_VERSION,
    concat!(SELECT_VERSION, " FOR NO KEY UPDATE"),
);

const SELECT_VERSION: &str = "SELECT password_version FROM users WHERE id = $1";

/// Finds the user whom mail to an address is for.
pub const FIND_RECIPIENT: Statement = Statement::new(SELECT_RECIPIENT);

/// Locks that user, like any account that is about to change.
pub const LOCK_RECIPIENT: Statement = Statement::of_each(
    SELECT_RECIPIENT,
    concat!(SELECT_RECIPIENT, " FOR NO KEY UPDATE"),
);

/// Locks that user if the address is not verified.
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

impl Transaction {
    /// Locks an account and returns its password version; `None` if the user is gone. Comes before every other lock of a
    /// transaction, so that no two wait for one another.
    pub async fn lock_user(&mut self, user_id: Uuid) -> Result<Option<i64>, StoreError> {
        self.query(&LOCK).bind(user_id).optional_scalar().await
    }

    /// Finds the user of a mailed token, and locks the account; `None` if the token is unknown, used or expired. Others may
    /// have used the token before the lock was free.
    pub async fn lock_user_of_token(
        &mut self,
        find: &Statement,
        token: &HashedToken,
        now: DateTime<Utc>,
    ) -> Result<Option<Uuid>, StoreError> {
        let find = self.query(find).bind(token.0.as_slice()).bind(now);
        let user_id: Option<Uuid> = find.optional_scalar().await?;
        if let Some(user_id) = user_id {
            self.lock_user(user_id).await?;
        }
        Ok(user_id)
    }
}

impl Store {
    /// Whether there is any account.
    pub async fn has_users(&self) -> Result<bool, StoreError> {
        self.read.query(&ANY).scalar().await
    }

    /// Lists the users with these ids, in no particular order; only `seen_by` and those who share an
    /// organization with them, if it names a user.
    pub async fn list_users(
        &self,
        ids: &[Uuid],
        seen_by: Option<Uuid>,
    ) -> Result<Vec<User>, StoreError> {
        let mut query = self.read.empty_query();
        push_users(&mut query, ids, seen_by);
        let rows: Vec<UserRow> = query.all().await?;
        Ok(rows.into_iter().map(User::from).collect())
    }
}

/// Appends the statement of [`Store::list_users`].
pub fn push_users(query: &mut Query<'_>, ids: &[Uuid], seen_by: Option<Uuid>) {
    query
        .push(concat!("SELECT ", USER_COLUMNS, " FROM users WHERE id IN "))
        .push_ids(ids);
    if let Some(seen_by) = seen_by {
        query
            .push(" AND (id = ")
            .push_bind(seen_by)
            .push(
                " OR id IN (SELECT other.user_id FROM memberships AS own \
                     JOIN memberships AS other ON other.organization_id = own.organization_id \
                     WHERE own.user_id = ",
            )
            .push_bind(seen_by)
            .push(" AND other.user_id IN ")
            .push_ids(ids)
            .push("))");
    }
}
