//! Who gets in to be hashed. The length of the queue is bounded by the time it takes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What one hash is believed to take before the first was measured.
const FIRST_GUESS: Duration = Duration::from_millis(25);

/// The weight of a new measurement: one eighth, as TCP smooths its round trips (RFC 6298).
const SMOOTHING: u64 = 8;

/// Counts who waits, and estimates for how long.
#[derive(Debug)]
pub(super) struct Queue {
    threads: u64,
    max_wait_micros: u64,
    /// Waiting or being hashed.
    inside: AtomicU64,
    /// Smoothed duration of a hash.
    pace_micros: AtomicU64,
}

impl Queue {
    pub(super) fn new(threads: usize, max_wait: Duration) -> Self {
        Self {
            threads: u64::try_from(threads).unwrap_or(u64::MAX).max(1),
            max_wait_micros: micros(max_wait),
            inside: AtomicU64::new(0),
            pace_micros: AtomicU64::new(micros(FIRST_GUESS)),
        }
    }

    /// Takes a place; or says in how many seconds to try again.
    pub(super) fn enter(&self) -> Result<(), u64> {
        let pace = self.pace_micros.load(Ordering::Relaxed);
        let wait_behind = |others: u64| others.saturating_mul(pace) / self.threads;
        let entered = self
            .inside
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |others| {
                (wait_behind(others) <= self.max_wait_micros).then_some(others + 1)
            });
        entered.map(|_| ()).map_err(|others| {
            // Half of those inside will be done by then, and not everybody comes back at once.
            wait_behind(others).div_ceil(2 * 1_000_000).max(1)
        })
    }

    /// Gives a place back after a hash that took so long.
    pub(super) fn leave(&self, took: Duration) {
        self.inside.fetch_sub(1, Ordering::Relaxed);
        let pace = self.pace_micros.load(Ordering::Relaxed);
        let smoothed = (pace * (SMOOTHING - 1) + micros(took)) / SMOOTHING;
        self.pace_micros.store(smoothed, Ordering::Relaxed);
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::Queue;
    use std::time::Duration;

    #[test]
    fn nobody_is_let_in_who_would_wait_too_long() {
        let queue = Queue::new(1, Duration::from_millis(100));
        let admitted = (0..100).filter(|_| queue.enter().is_ok()).count();
        assert_eq!(admitted, 5, "at 25 ms a hash, the sixth would wait 125 ms");
        assert_eq!(queue.enter(), Err(1));
    }

    #[test]
    fn a_place_is_free_again_when_its_hash_is_done() {
        let queue = Queue::new(1, Duration::ZERO);
        assert!(queue.enter().is_ok());
        assert!(queue.enter().is_err());
        queue.leave(Duration::from_millis(25));
        assert!(queue.enter().is_ok());
    }

    #[test]
    fn two_threads_admit_twice_as_many() {
        let queue = Queue::new(2, Duration::from_millis(100));
        assert_eq!((0..100).filter(|_| queue.enter().is_ok()).count(), 9);
    }
}
