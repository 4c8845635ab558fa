//! Whether the database takes writes, as queries have found it.

use std::sync::atomic::{AtomicBool, Ordering};

use super::error::StoreError;

/// What queries have found, shared by all that use the same connections.
#[derive(Debug, Default)]
pub struct Health {
    /// A write failed for a reason that concerns every write, and the probe has not succeeded since. The success of
    /// another write says nothing: it may have found no row to change.
    is_failing: AtomicBool,
}

impl Health {
    /// Takes note of how a query of a write ended.
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
