//! The end of an account. Nothing about the user is left but what tells their devices why they are signed out.

use chrono::{DateTime, Utc};
use constcat::concat;
use uuid::Uuid;

use super::StoreError;
use super::database::{Statement, Transaction};
use super::open::Store;
use super::organizations::{ORGANIZATION_COLUMNS, OrganizationRow};
use super::session_rows::{EPOCH_END_REASON, EPOCH_ENDED_AT, parse_reason};
use crate::domain::{EndReason, Organization, SessionEnd};

/// Locks all organizations that the user belongs to, as `membership_changes` locks one.
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

const BURY_SESSIONS: Statement = Statement::new(concat!(
    "INSERT INTO session_tombstones (id, ended_at, end_reason) \
     SELECT id, COALESCE(ended_at, ",
    EPOCH_ENDED_AT,
    ", $2), COALESCE(end_reason, ",
    EPOCH_END_REASON,
    ", $3) FROM sessions WHERE user_id = $1 ON CONFLICT DO NOTHING",
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

const LIST_UNVERIFIED: Statement = Statement::of_each(
    SELECT_UNVERIFIED,
    concat!(SELECT_UNVERIFIED, WAIT_FOR_VERIFICATION),
);

const SELECT_UNVERIFIED: &str = concat!(
    "SELECT users.id FROM users WHERE \
         (email_canonical = $1 OR username_canonical = $2) AND created_at < $3",
    IS_UNVERIFIED_AND_ALONE,
);

/// Finds those who make way for a user who has verified the address: an account with the address does, however new it is.
const LIST_SUPERSEDED: Statement = Statement::of_each(
    SELECT_SUPERSEDED,
    concat!(SELECT_SUPERSEDED, WAIT_FOR_VERIFICATION),
);

const SELECT_SUPERSEDED: &str = concat!(
    "SELECT users.id FROM users WHERE \
         (email_canonical = $1 OR (username_canonical = $2 AND created_at < $3))",
    IS_UNVERIFIED_AND_ALONE,
);

/// The rest of both: the condition that a user is unverified and shares no organization with others, since an account that
/// does was in use; and the order.
const IS_UNVERIFIED_AND_ALONE: &str = " AND email_verified_at IS NULL \
         AND NOT EXISTS (SELECT 1 FROM memberships AS own \
             JOIN memberships AS other ON other.organization_id = own.organization_id \
                 AND other.user_id <> own.user_id \
             WHERE own.user_id = users.id) \
     ORDER BY users.id";

/// Waits for those that are being verified at this moment. They are not found then.
const WAIT_FOR_VERIFICATION: &str = " FOR UPDATE OF users";

const LIST_CONCEALED: Statement = Statement::new(
    "SELECT id FROM users WHERE concealed_email IS NOT NULL AND created_at < $1 LIMIT 50",
);

const FIND_TOMBSTONE: Statement =
    Statement::new("SELECT ended_at, end_reason FROM session_tombstones WHERE id = $1");

#[cfg(test)]
pub(super) const STATEMENTS: &[(&str, Statement)] = &[
    ("LOCK_ORGANIZATIONS", LOCK_ORGANIZATIONS),
    ("LAST_OWNER_OF", LAST_OWNER_OF),
    ("BURY_SESSIONS", BURY_SESSIONS),
    ("DELETE_ORGANIZATIONS", DELETE_ORGANIZATIONS),
    ("LIST_CONCEALED_OF", LIST_CONCEALED_OF),
    ("DELETE_USER", DELETE_USER),
    ("DELETE_INVITATIONS_TO", DELETE_INVITATIONS_TO),
    ("DELETE_MAIL_TO", DELETE_MAIL_TO),
    ("LIST_UNVERIFIED", LIST_UNVERIFIED),
    ("LIST_SUPERSEDED", LIST_SUPERSEDED),
    ("LIST_CONCEALED", LIST_CONCEALED),
    ("FIND_TOMBSTONE", FIND_TOMBSTONE),
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
        self.query(&BURY_SESSIONS)
            .bind(user_id)
            .bind(now)
            .bind(EndReason::AccountDeleted.as_str())
            .execute()
            .await?;
        for statement in [&DELETE_ORGANIZATIONS, &DELETE_USER] {
            self.query(statement).bind(user_id).execute().await?;
        }
        Ok(())
    }

    /// Deletes everything about each of these users.
    pub(super) async fn delete_users(
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

    /// Finds the unverified users who have a name that somebody else wants, and who registered before a moment. The names
    /// are in their canonical forms.
    pub(super) async fn list_unverified(
        &mut self,
        email: &str,
        username: &str,
        before: DateTime<Utc>,
    ) -> Result<Vec<Uuid>, StoreError> {
        self.query(&LIST_UNVERIFIED)
            .bind(email)
            .bind(username)
            .bind(before)
            .all_scalars()
            .await
    }

    /// Finds the unverified users who have a name of somebody who has verified the address. Only those who have the
    /// username and not the address must have registered before the moment.
    pub(super) async fn list_superseded(
        &mut self,
        email: &str,
        username: &str,
        before: DateTime<Utc>,
    ) -> Result<Vec<Uuid>, StoreError> {
        self.query(&LIST_SUPERSEDED)
            .bind(email)
            .bind(username)
            .bind(before)
            .all_scalars()
            .await
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

    /// Finds when and why a session ended whose user is gone; `None` if there never was one, or long ago.
    pub async fn find_tombstone(&self, session_id: Uuid) -> Result<Option<SessionEnd>, StoreError> {
        let row: Option<(DateTime<Utc>, String)> = self
            .read
            .query(&FIND_TOMBSTONE)
            .bind(session_id)
            .optional()
            .await?;
        Ok(row.map(|(at, word)| SessionEnd {
            at,
            reason: parse_reason(&word),
        }))
    }

    /// Removes some of the registrations from before the given moment that have no claim on their
    /// address, and counts them. Few at a time, since it holds the one writer of SQLite.
    pub async fn delete_concealed_before(
        &self,
        cutoff: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let ids: Vec<Uuid> = tx.query(&LIST_CONCEALED).bind(cutoff).all_scalars().await?;
        tx.delete_users(&ids, now).await?;
        tx.commit(ids.len() as u64).await
    }
}
