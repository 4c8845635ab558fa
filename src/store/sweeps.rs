//! Removing what nobody needs to see any more.

use chrono::{DateTime, Utc};

use super::StoreError;
use super::pool::{Store, on, statements};

/// On PostgreSQL, an attempt that is just being charged to several buckets must not wait for a sweep
/// that waits for it.
pub(super) const RATE_LIMITS_ON_POSTGRES: &str = "DELETE FROM rate_limits WHERE bucket IN \
     (SELECT bucket FROM rate_limits WHERE full_at < $1 FOR UPDATE SKIP LOCKED)";

statements! {
    SESSIONS = "DELETE FROM sessions WHERE ended_at < $1 OR expires_at < $1";
    TOMBSTONES = "DELETE FROM session_tombstones WHERE ended_at < $1";
    VERIFICATIONS = "DELETE FROM email_verifications WHERE expires_at < $1";
    EMAIL_CHANGES = "DELETE FROM email_changes WHERE expires_at < $1";
    PASSWORD_RESETS = "DELETE FROM password_resets WHERE expires_at < $1";
    INVITATIONS = "DELETE FROM invitations WHERE expires_at < $1";
    SECURITY_NOTICES = "DELETE FROM security_notices WHERE expires_at < $1";
    RATE_LIMITS = "DELETE FROM rate_limits WHERE full_at < $1";
    SECURITY_EVENTS = "DELETE FROM security_events WHERE occurred_at < $1";
    /// What should have been given up by then waits for a mail server that is not there.
    MAIL =
        "DELETE FROM outbox WHERE created_at < $1 AND (due_at IS NULL OR give_up_at < $1)";
}

/// A kind of thing that is over at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Sessions that ended.
    Sessions,
    /// What is left of sessions whose user is gone.
    Tombstones,
    /// Links that prove an address, and expired.
    Verifications,
    /// Changes of address that were not confirmed in time.
    EmailChanges,
    /// Links that reset a password, and expired.
    PasswordResets,
    /// Invitations that nobody answered in time.
    Invitations,
    /// Notices whose links expired.
    SecurityNotices,
    /// Mail that nobody will send (again).
    Mail,
    /// What happened to accounts.
    SecurityEvents,
    /// Buckets that let everything through again.
    RateLimits,
}

impl Store {
    /// Removes what was over before the given moment, and counts it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep(&self, what: Over, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let statement = match what {
            Over::Sessions => SESSIONS,
            Over::Tombstones => TOMBSTONES,
            Over::Verifications => VERIFICATIONS,
            Over::EmailChanges => EMAIL_CHANGES,
            Over::PasswordResets => PASSWORD_RESETS,
            Over::Invitations => INVITATIONS,
            Over::SecurityNotices => SECURITY_NOTICES,
            Over::Mail => MAIL,
            Over::SecurityEvents => SECURITY_EVENTS,
            Over::RateLimits => return self.sweep_rate_limits(before).await,
        };
        Ok(on!(&self.write, |db| {
            sqlx::query(statement)
                .bind(before)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?)
    }

    /// The one kind whose moments are numbers, since they are reckoned with in SQL.
    async fn sweep_rate_limits(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let statement = self.engines(RATE_LIMITS, RATE_LIMITS_ON_POSTGRES);
        Ok(on!(&self.write, |db| {
            sqlx::query(statement)
                .bind(before.timestamp_millis())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?)
    }
}
