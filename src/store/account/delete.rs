//! Deletions of accounts. Nothing about the user is left but the tombstones of their sessions.

use chrono::{DateTime, Utc};
use constcat::concat;
use uuid::Uuid;

use crate::domain::Organization;
use crate::store::database::{Statement, Store, StoreError, Transaction};
use crate::store::organization::row::{ORGANIZATION_COLUMNS, OrganizationRow};

/// Locks all organizations that the user belongs to, as `membership::authorize` locks one.
const LOCK_ORGANIZATIONS: Statement = Statement::row_lock(
    "SELECT id FROM organizations WHERE id IN \
         (SELECT organization_id FROM memberships WHERE user_id = $1) \
     ORDER BY id FOR NO KEY UPDATE",
);

const LAST_OWNER_OF: Statement = Statement::new(concat!(
    "SELECT ",
    ORGANIZATION_COLUMNS,
    " FROM organizations \
     WHERE EXISTS (SELECT 1 FROM memberships AS own \
             WHERE own.organization_id = organizations.id AND own.user_id = $1 \
                 AND own.role = 'OWNER') \
         AND EXISTS (SELECT 1 FROM memberships AS other \
             WHERE other.organization_id = organizations.id AND other.user_id <> $1) \
         AND NOT EXISTS (SELECT 1 FROM memberships AS owner \
             WHERE owner.organization_id = organizations.id AND owner.user_id <> $1 \
                 AND owner.role = 'OWNER') \
     ORDER BY id",
));

/// Deletes the organizations that nobody else belongs to.
const DELETE_ORGANIZATIONS: Statement = Statement::new(
    "DELETE FROM organizations WHERE id IN \
         (SELECT organization_id FROM memberships WHERE user_id = $1) \
     AND NOT EXISTS (SELECT 1 FROM memberships AS other \
         WHERE other.organization_id = organizations.id AND other.user_id <> $1)",
);

/// Finds the registrations that others tried with the user's address: they hold it, too.
const LIST_CONCEALED_OF: Statement = Statement::new(
    "SELECT concealed.id FROM users AS concealed \
     JOIN users AS owner ON owner.email_canonical = concealed.concealed_email \
     WHERE owner.id = $1",
);

/// Everything that refers to the user goes with them: sessions, memberships, links, mail.
const DELETE_USER: Statement = Statement::new("DELETE FROM users WHERE id = $1");

/// Deletes the invitations to the user's address, if it is verified. Anybody can register with a stranger's address, and
/// must not take from them what was sent to it.
const DELETE_INVITATIONS_TO: Statement = Statement::new(
    "DELETE FROM invitations WHERE email_canonical = \
         (SELECT email_canonical FROM users WHERE id = $1 AND email_verified_at IS NOT NULL)",
);

/// Deletes the mail to the user's address that belongs to no account, under the same condition.
const DELETE_MAIL_TO: Statement = Statement::new(
    "DELETE FROM outbox WHERE user_id IS NULL AND LOWER(recipient) = \
         (SELECT email_canonical FROM users WHERE id = $1 AND email_verified_at IS NOT NULL)",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("LOCK_ORGANIZATIONS", LOCK_ORGANIZATIONS),
    ("LAST_OWNER_OF", LAST_OWNER_OF),
    ("DELETE_ORGANIZATIONS", DELETE_ORGANIZATIONS),
    ("LIST_CONCEALED_OF", LIST_CONCEALED_OF),
    ("DELETE_USER", DELETE_USER),
    ("DELETE_INVITATIONS_TO", DELETE_INVITATIONS_TO),
    ("DELETE_MAIL_TO", DELETE_MAIL_TO),
];

/// The reasons why an account is not deleted.
#[derive(Debug, thiserror::Error)]
pub enum AccountDeletionError {
    #[error("the password has changed since it was checked, or the account is gone")]
    Outdated,
    /// These organizations have other members, and no other owner.
    #[error("other members would be left without an owner")]
    LastOwner(Vec<Organization>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Transaction {
    /// Deletes everything about a user.
    pub(super) async fn delete_user(
        &mut self,
        user_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.bury_sessions(user_id, now).await?;
        for statement in [&DELETE_ORGANIZATIONS, &DELETE_USER] {
            self.query(statement).bind(user_id).execute().await?;
        }
        Ok(())
    }

    /// Deletes everything about each of these users.
    pub async fn delete_users(
        &mut self,
        user_ids: &[Uuid],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        for user_id in user_ids {
            self.delete_user(*user_id, now).await?;
        }
        Ok(())
    }

    /// Deletes a locked user, everything about them and the registrations that others tried with their address. Returns
    /// the organizations that others belong to and that have no other owner: if there are any, nothing is deleted.
    pub(super) async fn delete_account(
        &mut self,
        user_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Vec<Organization>, StoreError> {
        self.lock(&LOCK_ORGANIZATIONS, user_id).await?;
        let ownerless: Vec<OrganizationRow> =
            self.query(&LAST_OWNER_OF).bind(user_id).all().await?;
        if ownerless.is_empty() {
            let mut deleted: Vec<Uuid> = self
                .query(&LIST_CONCEALED_OF)
                .bind(user_id)
                .all_scalars()
                .await?;
            for statement in [&DELETE_INVITATIONS_TO, &DELETE_MAIL_TO] {
                self.query(statement).bind(user_id).execute().await?;
            }
            deleted.push(user_id);
            self.delete_users(&deleted, now).await?;
        }
        Ok(ownerless.into_iter().map(Organization::from).collect())
    }
}

impl Store {
    /// Deletes a user with everything about them, unless they are the last owner of an organization
    /// that others belong to, or their password is no longer the one that was checked.
    pub async fn delete_account(
        &self,
        user_id: Uuid,
        password_version: i64,
        now: DateTime<Utc>,
    ) -> Result<(), AccountDeletionError> {
        let mut tx = self.begin().await?;
        if tx.lock_user(user_id).await? != Some(password_version) {
            return Err(AccountDeletionError::Outdated);
        }
        let ownerless = tx.delete_account(user_id, now).await?;
        if !ownerless.is_empty() {
            return Err(AccountDeletionError::LastOwner(ownerless));
        }
        Ok(tx.commit(()).await?)
    }
}
