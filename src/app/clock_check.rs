//! Whether the clock of this node agrees with the database's. Tokens and limits that a clock in error makes are wrong on
//! every other node.

use std::fmt;

use chrono::TimeDelta;

use crate::platform::clock::Clock;
use crate::store::{Store, StoreError};

/// Expiries and limits are told in seconds, so this much is no harm.
const TOLERANCE: TimeDelta = TimeDelta::seconds(3);

/// How far the clock of this node is ahead of the database's; negative if it is behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockOffset(TimeDelta);

impl ClockOffset {
    #[must_use]
    pub fn is_harmless(self) -> bool {
        self.0.abs() <= TOLERANCE
    }
}

impl fmt::Display for ClockOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.num_milliseconds().unsigned_abs().div_ceil(1000);
        let side = if self.0 < TimeDelta::zero() {
            "behind"
        } else {
            "ahead of"
        };
        write!(
            f,
            "this machine's clock is {seconds} s {side} the database's: put the one that is wrong right, and keep both so by NTP"
        )
    }
}

/// Compares this clock with the database's; `None` on SQLite, which has the same. The time that the answer took counts
/// for neither.
///
/// # Errors
/// When the database does not answer.
pub async fn clock_offset(store: &Store, clock: &Clock) -> Result<Option<ClockOffset>, StoreError> {
    let before = clock.now();
    let Some(theirs) = store.time().await? else {
        return Ok(None);
    };
    let after = clock.now();
    let offset = if theirs < before {
        before - theirs
    } else {
        (after - theirs).min(TimeDelta::zero())
    };
    Ok(Some(ClockOffset(offset)))
}

/// Warns in the log if the clocks differ.
pub(super) async fn warn(store: &Store, clock: &Clock) {
    match clock_offset(store, clock).await {
        Ok(Some(offset)) if !offset.is_harmless() => tracing::warn!("{offset}"),
        Ok(_) => {}
        Err(error) => tracing::debug!(%error, "the clocks could not be compared"),
    }
}
