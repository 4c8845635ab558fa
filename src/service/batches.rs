//! Work in batches, so that others can write in between.

use std::time::Duration;

use tokio::time::sleep;

use crate::store::PurgeBatch;

/// The number of rows of the first batch.
const FIRST_BATCH: u32 = 50;

const MIN_BATCH: u32 = 10;

const MAX_BATCH: u32 = 1000;

/// A batch that holds the writer for longer is followed by a smaller one. Far below the 50 ms that no batch should exceed,
/// because a busy machine or a checkpoint makes some batches much slower than the last.
const SLOW_BATCH: Duration = Duration::from_millis(15);

/// A batch that holds the writer for less is followed by a larger one.
const FAST_BATCH: Duration = Duration::from_millis(5);

/// The maximum number of batches, so that no work goes on forever while more of it arrives.
const MAX_BATCHES: usize = 100_000;

/// Work in batches. It pauses after each batch for as long as the batch held the writer.
///
/// ```text
/// while let Some(size) = batches.next().await {
///     batches.finish(store.purge(&mut expired, size).await?);
/// }
/// ```
pub struct Batches {
    /// The kind of work, for the log.
    kind: &'static str,
    pace: Pace,
    /// The rows so far.
    rows: u64,
    /// The number of batches that may follow.
    remaining: usize,
}

impl Batches {
    pub fn new(kind: &'static str) -> Self {
        Self {
            kind,
            pace: Pace {
                size: FIRST_BATCH,
                pause: Duration::ZERO,
            },
            rows: 0,
            remaining: MAX_BATCHES,
        }
    }

    /// Pauses, and returns the maximum number of rows of the next batch; `None` after the last one.
    pub async fn next(&mut self) -> Option<u32> {
        self.remaining = self.remaining.checked_sub(1)?;
        if !self.pace.pause.is_zero() {
            sleep(self.pace.pause).await;
        }
        Some(self.pace.size)
    }

    /// Counts a batch, and adapts the next one.
    pub fn finish(&mut self, batch: PurgeBatch) {
        let PurgeBatch {
            rows,
            is_last,
            held,
        } = batch;
        let held_ms = held.as_secs_f64() * 1000.0;
        tracing::debug!(kind = self.kind, rows, held_ms, "finished a batch");
        self.rows += rows;
        self.pace.adapt(held);
        if is_last {
            self.remaining = 0;
        }
    }

    pub fn rows(&self) -> u64 {
        self.rows
    }
}

/// The number of rows of the next batch, and the pause before it. Both follow the time for which the batches hold the
/// writer, because that depends on the kind of row, on the disk and on the load.
struct Pace {
    size: u32,
    pause: Duration,
}

impl Pace {
    /// Halves the size after a slow batch, and doubles it after a fast one.
    fn adapt(&mut self, held: Duration) {
        if held > SLOW_BATCH {
            self.size = (self.size / 2).max(MIN_BATCH);
        } else if held < FAST_BATCH {
            self.size = (self.size * 2).min(MAX_BATCH);
        }
        self.pause = held;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the sizes after batches that held the writer for these times, in milliseconds.
    fn sizes(held: &[u64]) -> Vec<u32> {
        let mut batches = Batches::new("test");
        let adapt = |held: &u64| {
            batches.pace.adapt(Duration::from_millis(*held));
            batches.pace.size
        };
        held.iter().map(adapt).collect()
    }

    #[test]
    fn batches_grow_while_they_are_fast_and_shrink_when_they_are_slow() {
        assert_eq!(sizes(&[4, 4, 5, 15, 16]), [100, 200, 200, 200, 100]);
    }

    #[test]
    fn batches_stay_within_their_bounds() {
        assert_eq!(sizes(&[0; 9]).last(), Some(&MAX_BATCH));
        assert_eq!(sizes(&[1000; 9]).last(), Some(&MIN_BATCH));
    }
}
