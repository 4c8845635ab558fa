//! Removing what nobody needs to see any more.

use chrono::TimeDelta;
use tokio::time::{Instant, sleep};

use crate::platform::clock::Clock;
use crate::service::error::AuthError;
use crate::store::{Expired, PURGE_BATCH, Store, StoreError};

/// How long things are kept after they are over.
#[derive(Clone, Copy, Debug)]
pub struct PurgeOptions {
    /// Ended sessions stay listed so long.
    pub session_retention: TimeDelta,
    /// Mail that was sent, given up or captured is kept so long.
    pub mail_retention: TimeDelta,
    /// Security events stay listed so long.
    pub event_retention: TimeDelta,
    /// A registration without a claim on its address goes after so long.
    pub unverified_ttl: TimeDelta,
}

/// The most steps in which one purge writes the ends of epochs: two million rows, at 200 a step.
const MAX_STEPS: usize = 10_000;

/// The removal of old rows. Any number of nodes may purge at once.
#[derive(Clone)]
pub struct Purger {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) options: PurgeOptions,
}

impl Purger {
    /// Removes everything that has expired.
    ///
    /// # Errors
    /// When the store fails; the next purge finds the rest.
    pub async fn purge(&self) -> Result<(), AuthError> {
        let now = self.clock.now();
        let sessions = now - self.options.session_retention;
        let mail = now - self.options.mail_retention;
        let events = now - self.options.event_retention;
        let mut purged = 0;
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
            purged += Self::repeat(PURGE_BATCH, || self.store.purge(what, before)).await?;
        }
        let cutoff = now - self.options.unverified_ttl;
        purged += Self::repeat(1, || self.store.delete_concealed_before(cutoff, now)).await?;
        if purged > 0 {
            tracing::info!(rows = purged, "purged expired rows");
        }
        self.write_ends().await?;
        Ok(())
    }

    /// Writes down the ends of sessions that ended with many others. The next purge goes on where this one stops, so that
    /// no account keeps it busy for good.
    async fn write_ends(&self) -> Result<(), StoreError> {
        for _ in 0..MAX_STEPS {
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
