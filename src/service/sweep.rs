//! Removing what nobody needs to see any more.

use chrono::TimeDelta;

use tokio::time::{Instant, sleep};

use super::AuthError;
use crate::clock::Clock;
use crate::store::{Expired, PURGE_BATCH, Store, StoreError};

/// How long things are kept after they are over.
#[derive(Clone, Copy, Debug)]
pub struct SweepOptions {
    /// Ended sessions stay listed so long.
    pub session_retention: TimeDelta,
    /// Mail that was sent, given up or captured is kept so long.
    pub mail_retention: TimeDelta,
    /// What happened to an account stays listed so long.
    pub event_retention: TimeDelta,
    /// A registration without a claim on its address goes after so long.
    pub unverified_ttl: TimeDelta,
}

/// Steps of 200 rows, so two million rows.
const MOST_STEPS: usize = 10_000;

/// Removes old rows. Any number of nodes may sweep at once.
#[derive(Clone)]
pub struct Sweeper {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) options: SweepOptions,
}

impl Sweeper {
    /// Sweeps once.
    ///
    /// # Errors
    /// When the store fails; the next sweep finds the rest.
    pub async fn sweep(&self) -> Result<(), AuthError> {
        let now = self.clock.now();
        let sessions = now - self.options.session_retention;
        let mail = now - self.options.mail_retention;
        let events = now - self.options.event_retention;
        let mut swept = 0;
        for (what, before) in [
            (Expired::EndedSessions, sessions),
            (Expired::ExpiredSessions, sessions),
            (Expired::Tombstones, sessions),
            (Expired::Verifications, now),
            (Expired::EmailChanges, now),
            (Expired::PasswordResets, now),
            (Expired::Invitations, now),
            (Expired::SecurityNotices, now),
            (Expired::FormerPasswords, now),
            (Expired::RateLimits, now),
            (Expired::Mail, mail),
            (Expired::SecurityEvents, events),
        ] {
            swept += Self::repeat(PURGE_BATCH, || self.store.purge(what, before)).await?;
        }
        let cutoff = now - self.options.unverified_ttl;
        swept += Self::repeat(1, || self.store.delete_concealed_before(cutoff, now)).await?;
        if swept > 0 {
            tracing::info!(rows = swept, "swept what was over");
        }
        self.write_ends().await?;
        Ok(())
    }

    /// Writes down the ends of sessions that ended with many others. The next sweep goes on where this one stops, so that
    /// no account keeps it busy for good.
    async fn write_ends(&self) -> Result<(), StoreError> {
        for _ in 0..MOST_STEPS {
            let began = Instant::now();
            if !self.store.write_ends().await? {
                break;
            }
            sleep(began.elapsed()).await;
        }
        Ok(())
    }

    /// Removes a batch after the other until one has fewer rows than a full one, and counts the rows. Between two
    /// batches others may write for as long as the batch kept them waiting.
    async fn repeat<F>(full: u64, batch: impl Fn() -> F) -> Result<u64, StoreError>
    where
        F: Future<Output = Result<u64, StoreError>>,
    {
        let mut removed = 0;
        loop {
            let began = Instant::now();
            let rows = batch().await?;
            removed += rows;
            if rows < full {
                return Ok(removed);
            }
            sleep(began.elapsed()).await;
        }
    }
}
