//! The buckets that this node knows to be full, so that a flood costs the database nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::store::Charge;

/// The time for which a node believes that a bucket is full. Logins that succeed give back what they were charged, on any
/// node.
const BELIEVED_FOR: TimeDelta = TimeDelta::seconds(2);

/// The most full buckets that a node remembers. A flood from one network is one of them.
const MAX_REMEMBERED: usize = 10_000;

/// The buckets that the database has lately found full, by name. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct FullBuckets(Arc<Mutex<HashMap<[u8; 32], Full>>>);

/// A bucket that the database has found full.
#[derive(Clone, Copy)]
struct Full {
    /// When it lets an attempt through again, if nothing is given back before.
    passage: DateTime<Utc>,
    found: DateTime<Utc>,
}

impl FullBuckets {
    /// Returns those of the buckets that this node knows to be full, and until when.
    pub(super) fn known(
        &self,
        charges: &[Charge],
        now: DateTime<Utc>,
    ) -> Vec<(Charge, DateTime<Utc>)> {
        let full = self.lock();
        let known = charges.iter().filter_map(|charge| {
            let full = full.get(&charge.bucket)?;
            // A wait that is longer is from before this node's clock was put right.
            let wait = (full.passage - now).num_milliseconds();
            let is_full = (1..=charge.limit.refill()).contains(&wait);
            let is_fresh = full.found <= now && now < full.found + BELIEVED_FOR;
            (is_full && is_fresh).then(|| (charge.clone(), full.passage))
        });
        known.collect()
    }

    /// Remembers buckets that the database has found full, and until when.
    pub(super) fn remember(&self, buckets: &[(Charge, DateTime<Utc>)], now: DateTime<Utc>) {
        let mut full = self.lock();
        if full.len() >= MAX_REMEMBERED {
            full.retain(|_, full| now < full.found + BELIEVED_FOR);
        }
        for (charge, passage) in buckets {
            if full.len() < MAX_REMEMBERED {
                let (passage, found) = (*passage, now);
                full.insert(charge.bucket, Full { passage, found });
            }
        }
    }

    /// Forgets that buckets were full to which something was given back.
    pub(super) fn forget(&self, buckets: &[[u8; 32]]) {
        let mut full = self.lock();
        for bucket in buckets {
            full.remove(bucket);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 32], Full>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
