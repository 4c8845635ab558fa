//! Purges of expired data, and of what an interrupted deletion left.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::Core;
use super::batches::Batches;
use super::error::AuthError;
use crate::store::{Expired, ExpiredRows, StoreError};

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

/// The deletion of an account takes as long as that of about as many rows.
const ROWS_PER_ACCOUNT: u32 = 10;

/// The purge of expired rows. Any number of nodes may purge at the same time.
#[derive(Clone)]
pub struct Purger {
    core: Arc<Core>,
    options: PurgeOptions,
}

impl Purger {
    #[must_use]
    pub fn new(core: Arc<Core>, options: PurgeOptions) -> Self {
        Self { core, options }
    }

    /// Removes everything that has expired.
    ///
    /// # Errors
    /// When the store fails. The next purge continues.
    pub async fn purge(&self) -> Result<(), AuthError> {
        let now = self.core.clock.now();
        let sessions = now - self.options.session_retention;
        let mail = now - self.options.mail_retention;
        let events = now - self.options.event_retention;
        let mut purged = 0;
        for (kind, before) in [
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
            purged += self.remove(kind, before).await?;
        }
        purged += self.remove_concealed(now).await?;
        purged += self.remove_deleted_organizations().await?;
        if purged > 0 {
            tracing::info!(rows = purged, "purged expired rows");
        }
        self.write_ends().await?;
        Ok(())
    }

    async fn remove(&self, kind: Expired, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let mut expired = ExpiredRows::new(kind, before);
        let mut batches = Batches::new(kind.into());
        while let Some(size) = batches.next().await {
            batches.finish(self.core.store.purge(&mut expired, size).await?);
        }
        Ok(batches.rows())
    }

    /// Removes old registrations without a claim on their address.
    async fn remove_concealed(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let cutoff = now - self.options.unverified_ttl;
        let mut batches = Batches::new("ConcealedRegistrations");
        while let Some(size) = batches.next().await {
            let accounts = size.div_ceil(ROWS_PER_ACCOUNT);
            let batch = self
                .core
                .store
                .delete_concealed_before(cutoff, now, accounts);
            batches.finish(batch.await?);
        }
        Ok(batches.rows())
    }

    /// Removes the rest of the organizations whose deletion was interrupted.
    async fn remove_deleted_organizations(&self) -> Result<u64, StoreError> {
        let store = &self.core.store;
        let mut removed = 0;
        while let Some(id) = store.find_deleted_organization().await? {
            let mut batches = Batches::new("DeletedOrganization");
            while let Some(size) = batches.next().await {
                let audit = self.core.audit.begin_maintenance();
                let batch = store.remove_deleted_organization(id, &audit, size);
                batches.finish(self.core.audit.publish(batch.await?));
            }
            removed += batches.rows();
        }
        Ok(removed)
    }

    /// Copies the ends of epochs into the rows of their sessions.
    async fn write_ends(&self) -> Result<(), StoreError> {
        let mut batches = Batches::new("EndsOfEpochs");
        while let Some(size) = batches.next().await {
            batches.finish(self.core.store.write_ends(size).await?);
        }
        Ok(())
    }
}
