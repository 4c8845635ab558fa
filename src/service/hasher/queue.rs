//! Admission to the hashing threads. The estimated waiting time bounds the length of the queue.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The estimated duration of a hash before the first is measured.
const FIRST_GUESS: Duration = Duration::from_millis(25);

/// The weight of a new measurement: one eighth, as TCP smooths its round trips (RFC 6298).
const SMOOTHING: u64 = 8;

/// A part of the queue. If callers wait in both, the threads serve the lanes in turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// For known callers. However many strangers wait, a known caller waits for at most as many of them as there are
    /// known callers before.
    Known,
    /// For everybody.
    Strangers,
}

/// The number of callers in each lane, from which the waiting time is estimated.
#[derive(Debug)]
pub(super) struct Queue {
    threads: u64,
    max_wait_micros: u64,
    load: Mutex<Load>,
}

#[derive(Debug)]
struct Load {
    /// The number of callers that wait or are being served, by lane.
    inside: [u64; 2],
    /// The smoothed duration of a hash.
    pace_micros: u64,
}

/// A place in the queue. It is given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    queue: Arc<Queue>,
    pub(super) lane: Lane,
}

impl Queue {
    pub(super) fn new(threads: usize, max_wait: Duration) -> Self {
        Self {
            threads: u64::try_from(threads).unwrap_or(u64::MAX).max(1),
            max_wait_micros: micros(max_wait),
            load: Mutex::new(Load {
                inside: [0; 2],
                pace_micros: micros(FIRST_GUESS),
            }),
        }
    }

    /// Takes a place in the first of these lanes that has room, or returns in how many seconds to try again.
    pub(super) fn enter(self: &Arc<Self>, lanes: &[Lane]) -> Result<Place, u64> {
        let mut load = self.load();
        let has_room = |lane: &&Lane| self.wait(&load, **lane) <= self.max_wait_micros;
        let Some(lane) = lanes.iter().find(has_room).copied() else {
            let waits = lanes.iter().map(|lane| self.wait(&load, *lane));
            // Half of the callers inside will be served by then, and not all others come back at once.
            let wait = waits.min().unwrap_or_default();
            return Err(wait.div_ceil(2 * 1_000_000).max(1));
        };
        load.inside[lane as usize] += 1;
        Ok(Place {
            queue: Arc::clone(self),
            lane,
        })
    }

    /// Estimates how long a new caller in a lane waits: for the callers before them in it, and for at most as many of the
    /// other lane.
    fn wait(&self, load: &Load, lane: Lane) -> u64 {
        let own = load.inside[lane as usize];
        let all: u64 = load.inside.iter().sum();
        let before = own.saturating_mul(2).min(all);
        before.saturating_mul(load.pace_micros) / self.threads
    }

    fn load(&self) -> MutexGuard<'_, Load> {
        self.load.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Gives the place back after a hash, whose duration improves the estimate.
    pub(super) fn leave(self, took: Duration) {
        let mut load = self.queue.load();
        let smoothed = load.pace_micros.saturating_mul(SMOOTHING - 1);
        load.pace_micros = smoothed.saturating_add(micros(took)) / SMOOTHING;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.queue.load().inside[self.lane as usize] -= 1;
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::Lane::{Known, Strangers};
    use super::{Lane, Place, Queue};
    use std::sync::Arc;
    use std::time::Duration;

    /// At 25 ms a hash, the sixth of a lane that is alone would wait 125 ms.
    fn queue(threads: usize) -> Arc<Queue> {
        Arc::new(Queue::new(threads, Duration::from_millis(100)))
    }

    fn admitted(queue: &Arc<Queue>, lanes: &[Lane]) -> Vec<Place> {
        (0..100).map_while(|_| queue.enter(lanes).ok()).collect()
    }

    #[test]
    fn nobody_who_would_wait_too_long_is_admitted() {
        let queue = queue(1);
        let places = admitted(&queue, &[Strangers]);
        assert_eq!(places.len(), 5);
        assert_eq!(queue.enter(&[Strangers]).err(), Some(1));
    }

    #[test]
    fn a_full_lane_leaves_the_other_its_half() {
        for (full, other) in [(Strangers, Known), (Known, Strangers)] {
            let queue = queue(1);
            let _full = admitted(&queue, &[full]);
            let places = admitted(&queue, &[other]);
            assert_eq!(places.len(), 3, "the fourth would wait for three of each");
            assert!(queue.enter(&[full]).is_err());
        }
    }

    #[test]
    fn the_estimate_counts_no_more_of_the_other_lane_than_there_are() {
        let queue = queue(1);
        let _one = queue.enter(&[Strangers]).unwrap();
        let places = admitted(&queue, &[Known]);
        assert_eq!(places.len(), 4, "the fifth would wait for four and one");
    }

    #[test]
    fn a_caller_with_two_lanes_takes_the_second_when_the_first_is_full() {
        let queue = queue(1);
        let places = admitted(&queue, &[Known, Strangers]);
        let lanes: Vec<_> = places.iter().map(|place| place.lane).collect();
        assert_eq!(lanes, [[Known; 5].as_slice(), &[Strangers; 3]].concat());
        assert_eq!(queue.enter(&[Known, Strangers]).err(), Some(1));
    }

    #[test]
    fn a_place_is_free_again_when_its_hash_is_done_or_dropped() {
        let queue = Arc::new(Queue::new(1, Duration::ZERO));
        for lane in [Known, Strangers] {
            let place = queue.enter(&[lane]).unwrap();
            assert!(queue.enter(&[lane]).is_err());
            place.leave(Duration::from_millis(25));
            drop(queue.enter(&[lane]).unwrap());
            assert!(queue.enter(&[lane]).is_ok());
        }
    }

    #[test]
    fn the_estimate_follows_how_long_hashes_take() {
        let queue = queue(1);
        for _ in 0..100 {
            let place = queue.enter(&[Strangers]).unwrap();
            place.leave(Duration::from_millis(50));
        }
        let places = admitted(&queue, &[Strangers]);
        assert_eq!(places.len(), 3, "the fourth would wait 150 ms");
    }

    #[test]
    fn two_threads_admit_twice_as_many() {
        assert_eq!(admitted(&queue(2), &[Strangers]).len(), 9);
    }
}
