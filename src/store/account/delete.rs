//! Deletion of accounts. Only the tombstones of the user's sessions remain.

use chrono::{DateTime, Utc};
use constcat::concat;

use super::user::ConfirmationError;
use crate::domain::{AuditContext, Confirmation, Organization, UserId};
use crate::store::database::{Committed, Statement, Store, StoreError, Transaction};
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

/// Deletes the organizations without other members.
const DELETE_ORGANIZATIONS: Statement = Statement::new(
    "DELETE FROM organizations WHERE id IN \
         (SELECT organization_id FROM memberships WHERE user_id = $1) \
     AND NOT EXISTS (SELECT 1 FROM memberships AS other \
         WHERE other.organization_id = organizations.id AND other.user_id <> $1)",
);

/// Finds the concealed registrations that others made with the user's address: they store it, too.
const LIST_CONCEALED_OF: Statement = Statement::new(
    "SELECT concealed.id FROM users AS concealed \
     JOIN users AS owner ON owner.email_canonical = concealed.concealed_email \
     WHERE owner.id = $1",
);

/// Cascades to everything that refers to the user: sessions, memberships, links, mail.
const DELETE_USER: Statement = Statement::new("DELETE FROM users WHERE id = $1");

/// Deletes the invitations to the user's address, if it is verified. Anyone can register with a stranger's address, and
/// must not be able to delete the stranger's invitations.
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
    #[error(transparent)]
    Confirmation(#[from] ConfirmationError),
    /// These organizations have other members, and no other owner.
    #[error("other members would be left without an owner")]
    LastOwner(Vec<Organization>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Transaction {
    /// Deletes a user and everything about them.
    async fn delete_user(&mut self, user_id: UserId, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.bury_sessions(user_id, now).await?;
        for statement in [&DELETE_ORGANIZATIONS, &DELETE_USER] {
            self.query(statement).bind(user_id).execute().await?;
        }
        Ok(())
    }

    /// Deletes users and everything about them, and remembers them for the log. `replaced_by` is the user who takes over
    /// their address or username, if any.
    pub async fn delete_users(
        &mut self,
        user_ids: &[UserId],
        replaced_by: Option<UserId>,
        audit: &AuditContext,
    ) -> Result<(), StoreError> {
        for user_id in user_ids {
            self.delete_user(*user_id, audit.at).await?;
            self.remember_deletion(audit.deletion(*user_id, replaced_by));
        }
        Ok(())
    }

    /// Deletes registrations without a claim on their address, and everything about them. They are not logged:
    /// the account that has the address is.
    pub(super) async fn delete_concealed(
        &mut self,
        user_ids: &[UserId],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        for user_id in user_ids {
            self.delete_user(*user_id, now).await?;
        }
        Ok(())
    }

    /// Deletes a locked user, everything about them, and the concealed registrations with their address. Deletes
    /// nothing if the user is the last owner of organizations with other members, and returns these organizations.
    pub(super) async fn delete_account(
        &mut self,
        user_id: UserId,
        audit: &AuditContext,
    ) -> Result<Vec<Organization>, StoreError> {
        self.lock(&LOCK_ORGANIZATIONS, user_id).await?;
        let ownerless: Vec<OrganizationRow> =
            self.query(&LAST_OWNER_OF).bind(user_id).all().await?;
        if ownerless.is_empty() {
            let concealed: Vec<UserId> = self
                .query(&LIST_CONCEALED_OF)
                .bind(user_id)
                .all_scalars()
                .await?;
            for statement in [&DELETE_INVITATIONS_TO, &DELETE_MAIL_TO] {
                self.query(statement).bind(user_id).execute().await?;
            }
            self.delete_concealed(&concealed, audit.at).await?;
            self.delete_users(&[user_id], None, audit).await?;
        }
        Ok(ownerless.into_iter().map(Organization::from).collect())
    }
}

impl Store {
    /// Deletes a user and everything about them, unless they are the last owner of an organization with other members,
    /// or their confirmation no longer holds.
    pub async fn delete_account(
        &self,
        user_id: UserId,
        confirmation: &Confirmation,
        audit: &AuditContext,
    ) -> Result<Committed<()>, AccountDeletionError> {
        let mut tx = self.begin().await?;
        tx.lock_confirmed(user_id, confirmation, audit.at).await?;
        let ownerless = tx.delete_account(user_id, audit).await?;
        if !ownerless.is_empty() {
            return Err(AccountDeletionError::LastOwner(ownerless));
        }
        Ok(tx.commit(()).await?)
    }
}
