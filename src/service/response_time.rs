//! Response times that tell nothing.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Answers come at multiples of this after their question. The work behind them takes a few
/// milliseconds, or a few tens where a password is hashed; what is left of the difference between a
/// known address and an unknown one is the chance that it falls on either side of a multiple.
const STEP: Duration = Duration::from_millis(100);

/// Does some work, and returns at the next multiple of a step from its beginning.
///
/// Equal work alone is not equal time: a row that is there costs other reads and locks than one that is
/// not, and more so when many ask at once.
pub async fn with_uniform_timing<T>(work: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let done = work.await;
    wait_for_step(began).await;
    done
}

/// Waits for the next multiple of a step from the beginning of some work.
pub async fn wait_for_step(began: Instant) {
    sleep_until(began + next_step(began.elapsed())).await;
}

/// Returns the first multiple of a step that is later.
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
