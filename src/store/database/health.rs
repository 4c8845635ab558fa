//! The health of the database: whether recent writes failed.

use std::sync::atomic::{AtomicBool, Ordering};

use super::error::StoreError;

/// The health of the database, shared by all users of the same connections.
#[derive(Debug, Default)]
pub struct Health {
    /// A write failed for a reason that concerns every write, and the probe has not succeeded since. The success of
    /// another write is no evidence: it may have changed no row.
    is_failing: AtomicBool,
}

impl Health {
    /// Records the outcome of a write.
    pub fn record<T>(&self, outcome: &Result<T, StoreError>) {
        if let Err(error) = outcome
            && error.concerns_every_write()
        {
            self.is_failing.store(true, Ordering::Relaxed);
        }
    }

    pub fn is_failing(&self) -> bool {
        self.is_failing.load(Ordering::Relaxed)
    }

    pub fn recover(&self) {
        self.is_failing.store(false, Ordering::Relaxed);
    }
}
