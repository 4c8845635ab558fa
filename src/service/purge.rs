//! Purges of expired data.

use chrono::{DateTime, TimeDelta, Utc};

use super::batches::Batches;
use super::error::AuthError;
use crate::platform::clock::Clock;
use crate::store::{Expired, ExpiredRows, Store, StoreError};

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

/// The number of rows whose deletion takes about as long as that of one account.
const ROWS_PER_ACCOUNT: u32 = 10;

/// The steps that are no kind of expired row, for the log.
const CONCEALED: &str = "ConcealedRegistrations";
const ENDS: &str = "EndsOfEpochs";

/// The outcome of the steps of a purge.
#[derive(Default)]
struct Purged {
    rows: u64,
    /// The last failure of a step that the next steps do not share.
    failure: Option<StoreError>,
}

impl Purged {
    /// Adds the outcome of a step. A row that is locked or cannot be removed stops its own step only; a database that is
    /// unavailable stops the purge.
    fn add(&mut self, kind: &str, step: Result<u64, StoreError>) -> Result<(), StoreError> {
        match step {
            Ok(rows) => self.rows += rows,
            Err(error @ (StoreError::Unavailable(_) | StoreError::ReadOnly)) => return Err(error),
            Err(error) => {
                tracing::warn!(kind, %error, "could not purge expired rows");
                self.failure = Some(error);
            }
        }
        Ok(())
    }
}

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
    /// When the store fails, in any step. The next purge tries it again.
    pub async fn purge(&self) -> Result<(), AuthError> {
        let now = self.clock.now();
        let sessions = now - self.options.session_retention;
        let mail = now - self.options.mail_retention;
        let events = now - self.options.event_retention;
        let mut purged = Purged::default();
        for (kind, before) in [
            (Expired::EndedSessions, sessions),
            (Expired::ExpiredSessions, sessions),
            (Expired::Tombstones, sessions),
            (Expired::Verifications, now),
            (Expired::EmailChanges, now),
            (Expired::PasswordResets, now),
            (Expired::Invitations, now),
            (Expired::Challenges, now),
            (Expired::TotpSetups, now),
            (Expired::SecurityNotices, now),
            (Expired::FormerPasswords, now),
            (Expired::RateLimits, now),
            (Expired::Mail, mail),
            (Expired::SecurityEvents, events),
        ] {
            purged.add(kind.into(), self.remove(kind, before).await)?;
        }
        purged.add(CONCEALED, self.remove_concealed(now).await)?;
        // After those that expired, among which it would search otherwise.
        let refreshed = Expired::RefreshedSessions;
        let moved = self.remove(refreshed, sessions).await;
        purged.add(refreshed.into(), moved.map(|_| 0))?;
        if purged.rows > 0 {
            tracing::info!(rows = purged.rows, "purged expired rows");
        }
        purged.add(ENDS, self.write_ends().await.map(|()| 0))?;
        purged.failure.map_or(Ok(()), |failure| Err(failure.into()))
    }

    async fn remove(&self, kind: Expired, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let mut expired = ExpiredRows::new(kind, before);
        let mut batches = Batches::new(kind.into());
        while let Some(size) = batches.next().await {
            batches.finish(self.store.purge(&mut expired, size).await?);
        }
        Ok(batches.rows())
    }

    /// Removes old registrations without a claim on their address.
    async fn remove_concealed(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let cutoff = now - self.options.unverified_ttl;
        let mut batches = Batches::new(CONCEALED);
        while let Some(size) = batches.next().await {
            let accounts = size.div_ceil(ROWS_PER_ACCOUNT);
            let batch = self.store.delete_concealed_before(cutoff, now, accounts);
            batches.finish(batch.await?);
        }
        Ok(batches.rows())
    }

    /// Copies the ends of epochs into the rows of their sessions.
    async fn write_ends(&self) -> Result<(), StoreError> {
        let mut batches = Batches::new(ENDS);
        while let Some(size) = batches.next().await {
            batches.finish(self.store.write_ends(size).await?);
        }
        Ok(())
    }
}
