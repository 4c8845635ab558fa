//! Purges of expired rows, a batch at a time.

use chrono::{DateTime, Utc};

use super::database::{Statement, Store, StoreError};

/// The maximum number of rows that one batch removes. A batch blocks the single writer of SQLite for less than 50 ms
/// (`cargo bench --bench all -- purge` measures it).
pub const PURGE_BATCH: u64 = 200;

// Each statement finds its rows by an index of the column in its condition.

const ENDED_SESSIONS: Statement = Statement::new(
    "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE ended_at < $1 LIMIT $2)",
);

const EXPIRED_SESSIONS: Statement = Statement::new(
    "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at < $1 LIMIT $2)",
);

const TOMBSTONES: Statement = Statement::new(
    "DELETE FROM session_tombstones WHERE id IN \
         (SELECT id FROM session_tombstones WHERE ended_at < $1 LIMIT $2)",
);

const VERIFICATIONS: Statement = Statement::new(
    "DELETE FROM email_verifications WHERE id IN \
         (SELECT id FROM email_verifications WHERE expires_at < $1 LIMIT $2)",
);

const EMAIL_CHANGES: Statement = Statement::new(
    "DELETE FROM email_changes WHERE user_id IN \
         (SELECT user_id FROM email_changes WHERE expires_at < $1 LIMIT $2)",
);

const PASSWORD_RESETS: Statement = Statement::new(
    "DELETE FROM password_resets WHERE user_id IN \
         (SELECT user_id FROM password_resets WHERE expires_at < $1 LIMIT $2)",
);

const INVITATIONS: Statement = Statement::new(
    "DELETE FROM invitations WHERE id IN \
         (SELECT id FROM invitations WHERE expires_at < $1 LIMIT $2)",
);

const SECURITY_NOTICES: Statement = Statement::new(
    "DELETE FROM security_notices WHERE id IN \
         (SELECT id FROM security_notices WHERE expires_at < $1 LIMIT $2)",
);

const FORMER_PASSWORDS: Statement = Statement::new(
    "DELETE FROM former_passwords WHERE id IN \
         (SELECT id FROM former_passwords WHERE expires_at < $1 LIMIT $2)",
);

/// On PostgreSQL, skips buckets that are being charged at this moment: waiting for them could deadlock with an attempt
/// that is charged to several buckets.
const RATE_LIMITS: Statement = Statement::of_each(
    "DELETE FROM rate_limits WHERE bucket IN \
         (SELECT bucket FROM rate_limits WHERE full_at < $1 LIMIT $2)",
    "DELETE FROM rate_limits WHERE bucket IN \
         (SELECT bucket FROM rate_limits WHERE full_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)",
);

const SECURITY_EVENTS: Statement = Statement::new(
    "DELETE FROM security_events WHERE id IN \
         (SELECT id FROM security_events WHERE occurred_at < $1 LIMIT $2)",
);

/// Includes messages that should have been given up by then: they wait for a mail server that is gone.
const MAIL: Statement = Statement::new(
    "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox \
         WHERE created_at < $1 AND (due_at IS NULL OR give_up_at < $1) LIMIT $2)",
);

#[cfg(test)]
pub(super) const STATEMENTS: &[(&str, Statement)] = &[
    ("ENDED_SESSIONS", ENDED_SESSIONS),
    ("EXPIRED_SESSIONS", EXPIRED_SESSIONS),
    ("TOMBSTONES", TOMBSTONES),
    ("VERIFICATIONS", VERIFICATIONS),
    ("EMAIL_CHANGES", EMAIL_CHANGES),
    ("PASSWORD_RESETS", PASSWORD_RESETS),
    ("INVITATIONS", INVITATIONS),
    ("SECURITY_NOTICES", SECURITY_NOTICES),
    ("FORMER_PASSWORDS", FORMER_PASSWORDS),
    ("RATE_LIMITS", RATE_LIMITS),
    ("SECURITY_EVENTS", SECURITY_EVENTS),
    ("MAIL", MAIL),
];

/// A kind of row that expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expired {
    /// Sessions that were ended before they expired.
    EndedSessions,
    /// Sessions that expired.
    ExpiredSessions,
    /// Tombstones of sessions whose user was deleted.
    Tombstones,
    /// Links that verify an address.
    Verifications,
    /// Changes of address that were not confirmed in time.
    EmailChanges,
    /// Links that reset a password.
    PasswordResets,
    /// Invitations that were not answered in time.
    Invitations,
    /// Notices whose links expired.
    SecurityNotices,
    /// Former passwords of accounts.
    FormerPasswords,
    /// Mail that was sent, captured or given up.
    Mail,
    /// Security events.
    SecurityEvents,
    /// Buckets that are empty again.
    RateLimits,
}

impl Store {
    /// Removes up to [`PURGE_BATCH`] rows that expired before the given moment, and counts them.
    pub async fn purge(&self, expired: Expired, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let statement = match expired {
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
        self.write
            .query(&statement)
            .bind(before)
            .bind(PURGE_BATCH.cast_signed())
            .execute()
            .await
    }

    /// Removes empty buckets. Their times are numbers of milliseconds, because statements calculate with them.
    async fn purge_rate_limits(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.write
            .query(&RATE_LIMITS)
            .bind(before.timestamp_millis())
            .bind(PURGE_BATCH.cast_signed())
            .execute()
            .await
    }
}
