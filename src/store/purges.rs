//! Purges of expired rows, a batch at a time.

use chrono::{DateTime, Utc};
use strum::IntoStaticStr;
use tokio::time::Instant;

use super::database::{Statement, Store, StoreError};
use super::purge_batch::PurgeBatch;

// Each statement removes up to `$3` rows of the moments from `$1` until before `$2`, the earliest first. It finds them by an
// index, and begins where the last batch ended: PostgreSQL keeps the index entries of removed rows until a vacuum, and
// would read those of all earlier batches again.

// Sessions are locked by other operations in an order of their own. On PostgreSQL, a purge leaves a locked one to the next
// purge: waiting for it would hold the locks of the others for as long, and could deadlock.

const ENDED_SESSIONS: Statement = Statement::of_each(
    "DELETE FROM sessions WHERE id IN \
         (SELECT id FROM sessions WHERE ended_at >= $1 AND ended_at < $2 \
          ORDER BY ended_at LIMIT $3) \
     RETURNING ended_at",
    "DELETE FROM sessions WHERE id IN \
         (SELECT id FROM sessions WHERE ended_at >= $1 AND ended_at < $2 \
          ORDER BY ended_at LIMIT $3 FOR UPDATE SKIP LOCKED) \
     RETURNING ended_at",
);

/// A session whose idle lifetime was shortened after its login is removed as late as if it had not been.
const EXPIRED_SESSIONS: Statement = Statement::of_each(
    "DELETE FROM sessions WHERE id IN \
         (SELECT id FROM sessions WHERE purge_at >= $1 AND purge_at < $2 AND expires_at < $2 \
          ORDER BY purge_at LIMIT $3) \
     RETURNING purge_at",
    "DELETE FROM sessions WHERE id IN \
         (SELECT id FROM sessions WHERE purge_at >= $1 AND purge_at < $2 AND expires_at < $2 \
          ORDER BY purge_at LIMIT $3 FOR UPDATE SKIP LOCKED) \
     RETURNING purge_at",
);

/// Moves `purge_at` to the present `expires_at`, because a refresh leaves it alone. Returns the former `purge_at`; SQLite
/// cannot, and keeps no index entry of it, so the next batch may begin where this one did.
const REFRESHED_SESSIONS: Statement = Statement::of_each(
    "UPDATE sessions SET purge_at = expires_at WHERE id IN \
         (SELECT id FROM sessions WHERE purge_at >= $1 AND purge_at < $2 AND expires_at >= $2 \
          ORDER BY purge_at LIMIT $3) \
     RETURNING $1 AS purge_at",
    "UPDATE sessions SET purge_at = expires_at \
     FROM (SELECT id, purge_at FROM sessions \
           WHERE purge_at >= $1 AND purge_at < $2 AND expires_at >= $2 \
           ORDER BY purge_at LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED) AS due \
     WHERE sessions.id = due.id RETURNING due.purge_at",
);

const TOMBSTONES: Statement = Statement::new(
    "DELETE FROM session_tombstones WHERE id IN \
         (SELECT id FROM session_tombstones WHERE ended_at >= $1 AND ended_at < $2 \
          ORDER BY ended_at LIMIT $3) \
     RETURNING ended_at",
);

const VERIFICATIONS: Statement = Statement::new(
    "DELETE FROM email_verifications WHERE id IN \
         (SELECT id FROM email_verifications WHERE expires_at >= $1 AND expires_at < $2 \
          ORDER BY expires_at LIMIT $3) \
     RETURNING expires_at",
);

/// An account has one row, which a new request overwrites. Checks again that it expired, because on PostgreSQL the row may
/// be overwritten while the statement waits for it.
const EMAIL_CHANGES: Statement = Statement::new(
    "DELETE FROM email_changes WHERE user_id IN \
         (SELECT user_id FROM email_changes WHERE expires_at >= $1 AND expires_at < $2 \
          ORDER BY expires_at LIMIT $3) AND expires_at < $2 \
     RETURNING expires_at",
);

/// Checks again as [`EMAIL_CHANGES`] does.
const PASSWORD_RESETS: Statement = Statement::new(
    "DELETE FROM password_resets WHERE user_id IN \
         (SELECT user_id FROM password_resets WHERE expires_at >= $1 AND expires_at < $2 \
          ORDER BY expires_at LIMIT $3) AND expires_at < $2 \
     RETURNING expires_at",
);

/// On PostgreSQL, leaves an invitation that is being answered to the next purge: waiting for it would hold the locks of
/// the others for as long.
const INVITATIONS: Statement = Statement::of_each(
    "DELETE FROM invitations WHERE id IN \
         (SELECT id FROM invitations WHERE expires_at >= $1 AND expires_at < $2 \
          ORDER BY expires_at LIMIT $3) \
     RETURNING expires_at",
    "DELETE FROM invitations WHERE id IN \
         (SELECT id FROM invitations WHERE expires_at >= $1 AND expires_at < $2 \
          ORDER BY expires_at LIMIT $3 FOR UPDATE SKIP LOCKED) \
     RETURNING expires_at",
);

/// An account has many, which its deletion removes in another order. On PostgreSQL, skips those that are locked.
const CHALLENGES: Statement = Statement::of_each(
    "DELETE FROM challenges WHERE id IN \
         (SELECT id FROM challenges WHERE expires_at >= $1 AND expires_at < $2 \
          ORDER BY expires_at LIMIT $3) \
     RETURNING expires_at",
    "DELETE FROM challenges WHERE id IN \
         (SELECT id FROM challenges WHERE expires_at >= $1 AND expires_at < $2 \
          ORDER BY expires_at LIMIT $3 FOR UPDATE SKIP LOCKED) \
     RETURNING expires_at",
);

/// Checks again as [`EMAIL_CHANGES`] does.
const TOTP_SETUPS: Statement = Statement::new(
    "DELETE FROM totp_setups WHERE user_id IN \
         (SELECT user_id FROM totp_setups WHERE expires_at >= $1 AND expires_at < $2 \
          ORDER BY expires_at LIMIT $3) AND expires_at < $2 \
     RETURNING expires_at",
);

const SECURITY_NOTICES: Statement = Statement::new(
    "DELETE FROM security_notices WHERE id IN \
         (SELECT id FROM security_notices WHERE expires_at >= $1 AND expires_at < $2 \
          ORDER BY expires_at LIMIT $3) \
     RETURNING expires_at",
);

const FORMER_PASSWORDS: Statement = Statement::new(
    "DELETE FROM former_passwords WHERE id IN \
         (SELECT id FROM former_passwords WHERE expires_at >= $1 AND expires_at < $2 \
          ORDER BY expires_at LIMIT $3) \
     RETURNING expires_at",
);

/// On PostgreSQL, skips buckets that are being charged at this moment: waiting for them could deadlock with an attempt
/// that is charged to several buckets.
const RATE_LIMITS: Statement = Statement::of_each(
    "DELETE FROM rate_limits WHERE bucket IN \
         (SELECT bucket FROM rate_limits WHERE full_at >= $1 AND full_at < $2 \
          ORDER BY full_at LIMIT $3) \
     RETURNING full_at",
    "DELETE FROM rate_limits WHERE bucket IN \
         (SELECT bucket FROM rate_limits WHERE full_at >= $1 AND full_at < $2 \
          ORDER BY full_at LIMIT $3 FOR UPDATE SKIP LOCKED) \
     RETURNING full_at",
);

const SECURITY_EVENTS: Statement = Statement::new(
    "DELETE FROM security_events WHERE id IN \
         (SELECT id FROM security_events WHERE occurred_at >= $1 AND occurred_at < $2 \
          ORDER BY occurred_at LIMIT $3) \
     RETURNING occurred_at",
);

/// Includes messages that should have been given up by then: they wait for a mail server that is gone.
const MAIL: Statement = Statement::new(
    "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox \
         WHERE created_at >= $1 AND created_at < $2 AND (due_at IS NULL OR give_up_at < $2) \
         ORDER BY created_at LIMIT $3) \
     RETURNING created_at",
);

#[cfg(test)]
pub(super) const STATEMENTS: &[(&str, Statement)] = &[
    ("ENDED_SESSIONS", ENDED_SESSIONS),
    ("EXPIRED_SESSIONS", EXPIRED_SESSIONS),
    ("REFRESHED_SESSIONS", REFRESHED_SESSIONS),
    ("TOMBSTONES", TOMBSTONES),
    ("VERIFICATIONS", VERIFICATIONS),
    ("EMAIL_CHANGES", EMAIL_CHANGES),
    ("PASSWORD_RESETS", PASSWORD_RESETS),
    ("INVITATIONS", INVITATIONS),
    ("CHALLENGES", CHALLENGES),
    ("TOTP_SETUPS", TOTP_SETUPS),
    ("SECURITY_NOTICES", SECURITY_NOTICES),
    ("FORMER_PASSWORDS", FORMER_PASSWORDS),
    ("RATE_LIMITS", RATE_LIMITS),
    ("SECURITY_EVENTS", SECURITY_EVENTS),
    ("MAIL", MAIL),
];

/// The rows of a kind that expired before a moment, as far as they are not purged yet.
#[derive(Clone, Copy, Debug)]
pub struct ExpiredRows {
    kind: Expired,
    from: DateTime<Utc>,
    before: DateTime<Utc>,
}

/// A kind of row that expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
pub enum Expired {
    /// Sessions that were ended before they expired.
    EndedSessions,
    /// Sessions that expired.
    ExpiredSessions,
    /// Sessions that would have expired by now, but were refreshed. They are moved, not removed.
    RefreshedSessions,
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
    /// Challenges that were not answered in time.
    Challenges,
    /// Set-ups of authenticator apps that were not confirmed in time.
    TotpSetups,
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

impl Expired {
    const fn statement(self) -> Statement {
        match self {
            Self::EndedSessions => ENDED_SESSIONS,
            Self::ExpiredSessions => EXPIRED_SESSIONS,
            Self::RefreshedSessions => REFRESHED_SESSIONS,
            Self::Tombstones => TOMBSTONES,
            Self::Verifications => VERIFICATIONS,
            Self::EmailChanges => EMAIL_CHANGES,
            Self::PasswordResets => PASSWORD_RESETS,
            Self::Invitations => INVITATIONS,
            Self::Challenges => CHALLENGES,
            Self::TotpSetups => TOTP_SETUPS,
            Self::SecurityNotices => SECURITY_NOTICES,
            Self::FormerPasswords => FORMER_PASSWORDS,
            Self::Mail => MAIL,
            Self::SecurityEvents => SECURITY_EVENTS,
            Self::RateLimits => RATE_LIMITS,
        }
    }
}

impl ExpiredRows {
    #[must_use]
    pub const fn new(kind: Expired, before: DateTime<Utc>) -> Self {
        Self {
            kind,
            from: DateTime::UNIX_EPOCH,
            before,
        }
    }
}

impl Store {
    /// Removes or moves the first of these rows, up to `size`. The batch is the last one if there were fewer.
    pub async fn purge(
        &self,
        expired: &mut ExpiredRows,
        size: u32,
    ) -> Result<PurgeBatch, StoreError> {
        let ExpiredRows { kind, from, before } = *expired;
        let mut tx = self.begin().await?;
        let began = Instant::now();
        let query = tx.query(&kind.statement());
        let purged: Vec<DateTime<Utc>> = if kind == Expired::RateLimits {
            // Their times are numbers of milliseconds, because statements calculate with them.
            let query = query.bind(from.timestamp_millis());
            let query = query.bind(before.timestamp_millis()).bind(i64::from(size));
            let purged: Vec<i64> = query.all_scalars().await?;
            let times = purged.into_iter().map(DateTime::from_timestamp_millis);
            times.flatten().collect()
        } else {
            let query = query.bind(from).bind(before).bind(i64::from(size));
            query.all_scalars().await?
        };
        let rows = purged.len() as u64;
        let is_last = rows < u64::from(size);
        let batch = tx.commit_batch(began, rows, is_last).await?;
        expired.from = purged.into_iter().max().unwrap_or(before);
        Ok(batch)
    }
}
