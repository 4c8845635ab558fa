//! Removing rows that nobody needs to see any more, a batch at a time.

use chrono::{DateTime, Utc};

use super::StoreError;
use super::pool::{Store, on, statements};

/// The most rows that one batch removes: few enough that nobody waits for it for more than 50 ms, which matters on
/// SQLite, where only one can write (`cargo bench --bench all -- purge` measures it).
pub const PURGE_BATCH: u64 = 200;

/// The statement that removes a batch of a table's rows, found by an index of the column in the condition.
macro_rules! purge_statement {
    ($table:literal, $key:literal, $condition:literal, $lock:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE ",
            $key,
            " IN (SELECT ",
            $key,
            " FROM ",
            $table,
            " WHERE ",
            $condition,
            " LIMIT $2",
            $lock,
            ")",
        )
    };
}

/// On PostgreSQL, an attempt that is just being charged to several buckets must not wait for a purge
/// that waits for it.
pub(super) const RATE_LIMITS_ON_POSTGRES: &str = purge_statement!(
    "rate_limits",
    "bucket",
    "full_at < $1",
    " FOR UPDATE SKIP LOCKED"
);

statements! {
    ENDED_SESSIONS = purge_statement!("sessions", "id", "ended_at < $1", "");
    EXPIRED_SESSIONS = purge_statement!("sessions", "id", "expires_at < $1", "");
    TOMBSTONES = purge_statement!("session_tombstones", "id", "ended_at < $1", "");
    VERIFICATIONS = purge_statement!("email_verifications", "id", "expires_at < $1", "");
    EMAIL_CHANGES = purge_statement!("email_changes", "user_id", "expires_at < $1", "");
    PASSWORD_RESETS = purge_statement!("password_resets", "user_id", "expires_at < $1", "");
    INVITATIONS = purge_statement!("invitations", "id", "expires_at < $1", "");
    SECURITY_NOTICES = purge_statement!("security_notices", "id", "expires_at < $1", "");
    FORMER_PASSWORDS = purge_statement!("former_passwords", "id", "expires_at < $1", "");
    RATE_LIMITS = purge_statement!("rate_limits", "bucket", "full_at < $1", "");
    SECURITY_EVENTS = purge_statement!("security_events", "id", "occurred_at < $1", "");
    /// What should have been given up by then waits for a mail server that is not there.
    MAIL = purge_statement!(
        "outbox", "id", "created_at < $1 AND (due_at IS NULL OR give_up_at < $1)", ""
    );
}

/// A kind of row that expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expired {
    /// Sessions that were ended.
    EndedSessions,
    /// Sessions that ran out.
    ExpiredSessions,
    /// What is left of sessions whose user is gone.
    Tombstones,
    /// Links that verify an address.
    Verifications,
    /// Changes of address that were not confirmed in time.
    EmailChanges,
    /// Links that reset a password.
    PasswordResets,
    /// Invitations that nobody answered in time.
    Invitations,
    /// Notices whose links expired.
    SecurityNotices,
    /// Passwords that accounts had.
    FormerPasswords,
    /// Mail that nobody will send (again).
    Mail,
    /// The history of accounts.
    SecurityEvents,
    /// Buckets that let everything through again.
    RateLimits,
}

impl Store {
    /// Removes up to [`PURGE_BATCH`] rows that expired before the given moment, and counts them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn purge(&self, what: Expired, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let statement = match what {
            Expired::EndedSessions => ENDED_SESSIONS,
            Expired::ExpiredSessions => EXPIRED_SESSIONS,
            Expired::Tombstones => TOMBSTONES,
            Expired::Verifications => VERIFICATIONS,
            Expired::EmailChanges => EMAIL_CHANGES,
            Expired::PasswordResets => PASSWORD_RESETS,
            Expired::Invitations => INVITATIONS,
            Expired::SecurityNotices => SECURITY_NOTICES,
            Expired::FormerPasswords => FORMER_PASSWORDS,
            Expired::Mail => MAIL,
            Expired::SecurityEvents => SECURITY_EVENTS,
            Expired::RateLimits => return self.purge_rate_limits(before).await,
        };
        on!(&self.write, |db| {
            sqlx::query(statement)
                .bind(before)
                .bind(PURGE_BATCH.cast_signed())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })
    }

    /// The one kind whose moments are numbers, since they are reckoned with in SQL.
    async fn purge_rate_limits(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let statement = self.engines(RATE_LIMITS, RATE_LIMITS_ON_POSTGRES);
        on!(&self.write, |db| {
            sqlx::query(statement)
                .bind(before.timestamp_millis())
                .bind(PURGE_BATCH.cast_signed())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })
    }
}
