//! Removing rows that nobody needs to see any more, a batch at a time.

use chrono::{DateTime, Utc};

use super::database::{Statement, Store, StoreError};

/// The most rows that one batch removes: few enough that nobody waits for it for more than 50 ms, which matters on
/// SQLite, where only one can write (`cargo bench --bench all -- purge` measures it).
pub const PURGE_BATCH: u64 = 200;

// Each finds the rows by an index of the column in its condition.

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

/// On PostgreSQL, an attempt that is just being charged to several buckets must not wait for a purge
/// that waits for it.
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

/// A message that should have been given up by then waits for a mail server that is not there.
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
    /// Sessions that were ended.
    EndedSessions,
    /// Sessions that ran out.
    ExpiredSessions,
    /// The rows that are left of sessions whose user is gone.
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
        self.write
            .query(&statement)
            .bind(before)
            .bind(PURGE_BATCH.cast_signed())
            .execute()
            .await
    }

    /// Removes rows of the one kind whose moments are numbers, since they are reckoned with in SQL.
    async fn purge_rate_limits(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.write
            .query(&RATE_LIMITS)
            .bind(before.timestamp_millis())
            .bind(PURGE_BATCH.cast_signed())
            .execute()
            .await
    }
}
