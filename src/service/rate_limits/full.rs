//! The full buckets that this node remembers, so that a flood costs the database nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::charges::Charges;
use crate::domain::BucketName;
use crate::store::FullBucket;

/// The time for which a node remembers that a bucket is full. It is short, because successful logins on any node give
/// their charges back.
const REMEMBERED_FOR: TimeDelta = TimeDelta::seconds(2);

/// The maximum number of full buckets that a node remembers. A flood from one network fills one of them.
const MAX_REMEMBERED: usize = 10_000;

/// The buckets that were recently full, by name. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct FullBuckets(Arc<Mutex<HashMap<BucketName, ReportedBucket>>>);

/// A bucket that the database reported as full.
#[derive(Clone, Copy)]
struct ReportedBucket {
    retry_at: DateTime<Utc>,
    reported_at: DateTime<Utc>,
}

impl FullBuckets {
    /// Returns the buckets of an attempt that this node knows to be full.
    pub(super) fn full_among(&self, charges: &Charges, now: DateTime<Utc>) -> Vec<FullBucket> {
        let full = self.lock();
        let full_charges = charges.iter().filter_map(|charge| {
            let full = full.get(&charge.bucket)?;
            // A longer wait is from before this node's clock was corrected.
            let wait = (full.retry_at - now).num_milliseconds();
            let is_full = (1..=charge.limit.refill()).contains(&wait);
            let is_fresh = full.reported_at <= now && now < full.reported_at + REMEMBERED_FOR;
            (is_full && is_fresh).then_some(FullBucket {
                bucket: charge.bucket,
                retry_at: full.retry_at,
            })
        });
        full_charges.collect()
    }

    /// Remembers full buckets.
    pub(super) fn remember(&self, buckets: &[FullBucket], now: DateTime<Utc>) {
        let mut full = self.lock();
        if full.len() >= MAX_REMEMBERED {
            full.retain(|_, full| now < full.reported_at + REMEMBERED_FOR);
        }
        for FullBucket { bucket, retry_at } in buckets {
            if full.len() < MAX_REMEMBERED {
                let reported = ReportedBucket {
                    retry_at: *retry_at,
                    reported_at: now,
                };
                full.insert(*bucket, reported);
            }
        }
    }

    /// Forgets that these buckets were full, because a charge was given back to them.
    pub(super) fn forget(&self, buckets: &[BucketName]) {
        let mut full = self.lock();
        for bucket in buckets {
            full.remove(bucket);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<BucketName, ReportedBucket>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
