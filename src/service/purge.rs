//! Purges of expired data.

use chrono::TimeDelta;
use tokio::time::{Instant, sleep};

use crate::platform::clock::Clock;
use crate::service::error::AuthError;
use crate::store::{Expired, PURGE_BATCH, Store, StoreError};

/// The times for which data is kept.
#[derive(Clone, Copy, Debug)]
pub struct PurgeOptions {
    /// The time for which ended sessions stay listed.
    pub session_retention: TimeDelta,
    /// The time for which mail that was sent, given up or captured is kept.
    pub mail_retention: TimeDelta,
    /// The time for which security events stay listed.
    pub event_retention: TimeDelta,
    /// The time for which a registration without a claim on its address is kept.
    pub unverified_ttl: TimeDelta,
}

/// The maximum number of steps in which one purge copies the ends of epochs: two million rows, at 200 a step.
const MAX_STEPS: usize = 10_000;

/// The purge of expired rows. Any number of nodes may purge at the same time.
#[derive(Clone)]
pub struct Purger {
    store: Store,
    clock: Clock,
    options: PurgeOptions,
}

impl Purger {
    #[must_use]
    pub fn new(store: Store, clock: Clock, options: PurgeOptions) -> Self {
        Self {
            store,
            clock,
            options,
        }
    }

    /// Removes everything that has expired.
    ///
    /// # Errors
    /// When the store fails. The next purge continues.
    pub async fn purge(&self) -> Result<(), AuthError> {
        let now = self.clock.now();
        let sessions = now - self.options.session_retention;
        let mail = now - self.options.mail_retention;
        let events = now - self.options.event_retention;
        let mut purged = 0;
        for (expired, before) in [
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
            purged += Self::repeat(PURGE_BATCH, || self.store.purge(expired, before)).await?;
        }
        let cutoff = now - self.options.unverified_ttl;
        purged += Self::repeat(1, || self.store.delete_concealed_before(cutoff, now)).await?;
        if purged > 0 {
            tracing::info!(rows = purged, "purged expired rows");
        }
        self.write_ends().await?;
        Ok(())
    }

    /// Copies the ends of epochs into the rows of their sessions. Stops after a maximum number of steps, so that no
    /// account occupies the purge forever; the next purge continues.
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

    /// Removes batches until one is not full, and counts the rows. Pauses after each batch for as long as the batch
    /// took, so that others can write.
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
