//! The comparison of this node's clock with the database's. Tokens and limits of a node with a wrong clock are wrong on
//! every other node.

use std::fmt;

use chrono::TimeDelta;

use crate::platform::clock::Clock;
use crate::store::{Store, StoreError};

/// The harmless difference between two clocks: expiries and limits are in seconds.
const TOLERANCE: TimeDelta = TimeDelta::seconds(3);

/// The time by which this node's clock is ahead of the database's; negative if it is behind.
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
            "this machine's clock is {seconds} s {side} the database's: correct the wrong one, and synchronize both by NTP"
        )
    }
}

/// Compares this clock with the database's; `None` on SQLite, which has no clock of its own. The duration of the query
/// does not count as a difference.
pub async fn clock_offset(store: &Store, clock: &Clock) -> Result<Option<ClockOffset>, StoreError> {
    let before = clock.now();
    let Some(database) = store.time().await? else {
        return Ok(None);
    };
    let after = clock.now();
    let offset = if database < before {
        before - database
    } else {
        (after - database).min(TimeDelta::zero())
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
