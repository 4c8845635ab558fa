//! The end of an account: of everything about a user, nothing is left but what tells their devices
//! why they are signed out.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::StoreError;
use super::organizations::organization_columns;
use super::pool::{Store, on, statements, transaction};
use super::session_rows::{end_of_epoch, parse_reason};
use super::users::lock_user;
use crate::domain::{Organization, SessionEnd};

/// Likewise as `membership_changes::LOCK_ON_POSTGRES`, all that the user belongs to.
pub(super) const LOCK_ORGANIZATIONS_ON_POSTGRES: &str = "SELECT id FROM organizations WHERE id IN \
         (SELECT organization_id FROM memberships WHERE user_id = $1) \
     ORDER BY id FOR NO KEY UPDATE";

/// Not those that others share an organization with: they were in use.
macro_rules! list_unproved_statement {
    ($names:literal, $lock:literal) => {
        concat!(
            "SELECT users.id FROM users WHERE ",
            $names,
            " AND email_verified_at IS NULL \
                 AND NOT EXISTS (SELECT 1 FROM memberships AS own \
                     JOIN memberships AS other ON other.organization_id = own.organization_id \
                         AND other.user_id <> own.user_id \
                     WHERE own.user_id = users.id) \
             ORDER BY users.id",
            $lock,
        )
    };
}

/// On PostgreSQL, one that is being verified at this moment is waited for, and then stays.
pub(super) const LIST_UNPROVED_ON_POSTGRES: &str = list_unproved_statement!(
    "(email_canonical = $1 OR username_canonical = $2) AND created_at < $3",
    " FOR UPDATE OF users"
);
pub(super) const LIST_DISPROVED_ON_POSTGRES: &str = list_unproved_statement!(
    "(email_canonical = $1 OR (username_canonical = $2 AND created_at < $3))",
    " FOR UPDATE OF users"
);

statements! {
    LAST_OWNER_OF = concat!(
        "SELECT ", organization_columns!(), " FROM organizations \
         WHERE EXISTS (SELECT 1 FROM memberships AS own \
                 WHERE own.organization_id = organizations.id AND own.user_id = $1 \
                     AND own.role = 'OWNER') \
             AND EXISTS (SELECT 1 FROM memberships AS other \
                 WHERE other.organization_id = organizations.id AND other.user_id <> $1) \
             AND NOT EXISTS (SELECT 1 FROM memberships AS owner \
                 WHERE owner.organization_id = organizations.id AND owner.user_id <> $1 \
                     AND owner.role = 'OWNER') \
         ORDER BY id",
    );
    BURY_SESSIONS = concat!(
        "INSERT INTO session_tombstones (id, ended_at, end_reason) \
         SELECT id, COALESCE(ended_at, ", end_of_epoch!("ended_at"), ", $2), \
             COALESCE(end_reason, ", end_of_epoch!("end_reason"), ", $3) \
         FROM sessions WHERE user_id = $1 ON CONFLICT DO NOTHING",
    );
    /// What nobody else belongs to goes with its only member.
    DELETE_ORGANIZATIONS =
        "DELETE FROM organizations WHERE id IN \
             (SELECT organization_id FROM memberships WHERE user_id = $1) \
         AND NOT EXISTS (SELECT 1 FROM memberships AS other \
             WHERE other.organization_id = organizations.id AND other.user_id <> $1)";
    /// Registrations that others tried with the user's address: they hold it, too.
    LIST_CONCEALED_OF =
        "SELECT concealed.id FROM users AS concealed \
         JOIN users AS owner ON owner.email_canonical = concealed.concealed_email \
         WHERE owner.id = $1";
    /// Everything that refers to the user goes with them: sessions, memberships, links, mail.
    DELETE_USER = "DELETE FROM users WHERE id = $1";
    /// What was sent to the user's address without their account, if the address is proved: anybody can
    /// register with a stranger's, and must not take from them what was sent to it.
    DELETE_INVITATIONS_TO =
        "DELETE FROM invitations WHERE email_canonical = \
             (SELECT email_canonical FROM users WHERE id = $1 AND email_verified_at IS NOT NULL)";
    DELETE_MAIL_TO =
        "DELETE FROM outbox WHERE user_id IS NULL AND LOWER(recipient) = \
             (SELECT email_canonical FROM users WHERE id = $1 AND email_verified_at IS NOT NULL)";
    LIST_UNPROVED = list_unproved_statement!(
        "(email_canonical = $1 OR username_canonical = $2) AND created_at < $3",
        ""
    );
    /// Likewise when somebody else has proved the address: whoever has it makes way, however new they are.
    LIST_DISPROVED = list_unproved_statement!(
        "(email_canonical = $1 OR (username_canonical = $2 AND created_at < $3))",
        ""
    );
    LIST_CONCEALED =
        "SELECT id FROM users WHERE concealed_email IS NOT NULL AND created_at < $1 LIMIT 50";
    FIND_TOMBSTONE = "SELECT ended_at, end_reason FROM session_tombstones WHERE id = $1";
}

/// What became of a wish to be deleted.
#[derive(Clone, Debug)]
pub enum AccountDeleted {
    Done,
    /// The password has changed since it was checked, or the account is gone.
    Outdated,
    /// These organizations have other members, and no other owner.
    LastOwner(Vec<Organization>),
}

/// Deletes everything about a user, inside the caller's transaction.
macro_rules! delete_user {
    ($tx:ident, $user_id:expr, $now:expr) => {{
        use $crate::store::account_deletions as deletions;
        let user_id: uuid::Uuid = $user_id;
        sqlx::query(deletions::BURY_SESSIONS)
            .bind(user_id)
            .bind($now)
            .bind($crate::domain::EndReason::AccountDeleted.word())
            .execute(&mut *$tx)
            .await?;
        for statement in [deletions::DELETE_ORGANIZATIONS, deletions::DELETE_USER] {
            sqlx::query(statement)
                .bind(user_id)
                .execute(&mut *$tx)
                .await?;
        }
    }};
}

/// Deletes a user, everything about them and the registrations that others tried with their address, inside the
/// caller's transaction, which holds the user still. Answers the organizations that others belong to and that have no
/// other owner: if there are any, nothing is deleted.
macro_rules! delete_account {
    ($store:expr, $tx:ident, $user_id:expr, $now:expr) => {{
        use $crate::store::account_deletions as deletions;
        let user_id: uuid::Uuid = $user_id;
        if $store.is_postgres() {
            sqlx::query(deletions::LOCK_ORGANIZATIONS_ON_POSTGRES)
                .bind(user_id)
                .execute(&mut *$tx)
                .await?;
        }
        let rows: Vec<$crate::store::organizations::OrganizationRow> =
            sqlx::query_as(deletions::LAST_OWNER_OF)
                .bind(user_id)
                .fetch_all(&mut *$tx)
                .await?;
        if rows.is_empty() {
            let concealed: Vec<uuid::Uuid> = sqlx::query_scalar(deletions::LIST_CONCEALED_OF)
                .bind(user_id)
                .fetch_all(&mut *$tx)
                .await?;
            for forget in [deletions::DELETE_INVITATIONS_TO, deletions::DELETE_MAIL_TO] {
                sqlx::query(forget).bind(user_id).execute(&mut *$tx).await?;
            }
            for gone in concealed.into_iter().chain([user_id]) {
                $crate::store::account_deletions::delete_user!($tx, gone, $now);
            }
        }
        rows
    }};
}

/// The users who have a name that somebody else wants, registered before a moment, and never proved
/// their address. Names in their canonical forms.
macro_rules! list_unproved {
    ($store:expr, $tx:ident, $email:expr, $username:expr, $before:expr) => {{
        let (email, username): (&str, &str) = ($email, $username);
        let ids: Vec<uuid::Uuid> = sqlx::query_scalar($store.list_unproved_statement())
            .bind(email)
            .bind(username)
            .bind($before)
            .fetch_all(&mut *$tx)
            .await?;
        ids
    }};
}
pub(super) use {delete_account, delete_user, list_unproved};

impl Store {
    pub(super) fn list_unproved_statement(&self) -> &'static str {
        self.engines(LIST_UNPROVED, LIST_UNPROVED_ON_POSTGRES)
    }

    /// Deletes a user with everything about them, unless they are the last owner of an organization
    /// that others belong to, or their password is no longer the one that was checked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_account(
        &self,
        user_id: Uuid,
        password_version: i64,
        now: DateTime<Utc>,
    ) -> Result<AccountDeleted, StoreError> {
        transaction!(&self.write, |tx| {
            if lock_user!(self, tx, user_id) != Some(password_version) {
                return Ok(AccountDeleted::Outdated);
            }
            let left_ownerless = delete_account!(self, tx, user_id, now);
            if left_ownerless.is_empty() {
                AccountDeleted::Done
            } else {
                let organizations = left_ownerless.into_iter().map(Organization::from).collect();
                AccountDeleted::LastOwner(organizations)
            }
        })
    }

    /// Why and when a session ended whose user is gone; `None` if there never was one, or long ago.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_tombstone(&self, session_id: Uuid) -> Result<Option<SessionEnd>, StoreError> {
        let row: Option<(DateTime<Utc>, String)> = on!(&self.read, |db| {
            sqlx::query_as(FIND_TOMBSTONE)
                .bind(session_id)
                .fetch_optional(db)
                .await
        })?;
        row.map(|(at, word)| {
            let reason = parse_reason(&word);
            Ok(SessionEnd { at, reason })
        })
        .transpose()
    }

    /// Removes some of the registrations from before the given moment that have no claim on their
    /// address, and counts them. Few at a time, since it holds the one writer of SQLite.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_concealed_before(
        &self,
        cutoff: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        transaction!(&self.write, |tx| {
            let ids: Vec<Uuid> = sqlx::query_scalar(LIST_CONCEALED)
                .bind(cutoff)
                .fetch_all(&mut *tx)
                .await?;
            for user_id in &ids {
                delete_user!(tx, *user_id, now);
            }
            u64::try_from(ids.len()).unwrap_or(u64::MAX)
        })
    }
}
