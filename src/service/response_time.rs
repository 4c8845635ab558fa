//! Uniform response times, which reveal nothing about accounts.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// The unit of response times. The work takes a few milliseconds, or some tens of milliseconds if a password is hashed.
/// The small difference between a known and an unknown address is visible only if it crosses a multiple of the unit.
const STEP: Duration = Duration::from_millis(100);

/// Does some work, and returns at the next multiple of a step after its start.
///
/// The same work does not take the same time: an existing row costs other reads and locks than a missing one,
/// especially with many simultaneous requests.
pub async fn with_uniform_timing<T>(work: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let done = work.await;
    wait_for_step(began).await;
    done
}

/// Waits for the next multiple of a step after the start of some work.
pub async fn wait_for_step(began: Instant) {
    sleep_until(began + next_step(began.elapsed())).await;
}

/// Returns the first multiple of a step that is greater than this time.
fn next_step(elapsed: Duration) -> Duration {
    let steps = elapsed.as_millis() / STEP.as_millis() + 1;
    STEP.saturating_mul(u32::try_from(steps).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::{Duration, next_step};

    #[test]
    fn answers_come_at_multiples_of_a_step() {
        for (work, answer) in [(0, 100), (1, 100), (99, 100), (100, 200), (250, 300)] {
            let answered = next_step(Duration::from_millis(work));
            assert_eq!(answered, Duration::from_millis(answer), "{work}");
        }
    }
}
