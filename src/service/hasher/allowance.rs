//! A limit on how often a caller may use the lane of known callers, so that nobody fills it with accounts of their own.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::{InvitationId, UserId};

/// The person for whom a password is hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::service) enum Caller {
    /// Somebody whom an account knows, by a device that has signed in before, a session or a mailed link.
    Known(UserId),
    /// Somebody on a network from which the account's mailbox was verified recently. Others may share that network, so
    /// their attempts do not use up the allowance of known callers.
    MailboxVerified(UserId),
    /// Somebody who follows the mailed link of an invitation, and has no account yet.
    Invited(InvitationId),
    /// Anybody else.
    Stranger,
}

/// The number of hashes that one caller may have in the lane of known callers at once. They refill evenly over the
/// period (GCRA, as for rate limits).
const HASHES: i32 = 10;
const PERIOD: TimeDelta = TimeDelta::hours(1);

/// The number of callers that a node remembers: more than six threads can serve in the six minutes for which one hash
/// counts, at 25 ms each, as without AVX2.
const MAX_CALLERS: usize = 100_000;

/// The count of each caller's hashes. It refuses nobody: a caller who has used up the allowance waits with strangers.
#[derive(Debug, Default)]
pub(super) struct Allowance {
    /// The time at which each caller's allowance is full again.
    free_at: Mutex<HashMap<Caller, DateTime<Utc>>>,
}

impl Allowance {
    /// Counts a hash of a caller, and returns `false` if the allowance is used up.
    pub(super) fn take(&self, caller: Caller, now: DateTime<Utc>) -> bool {
        let step = PERIOD / HASHES;
        let mut callers = self.callers();
        if callers.len() >= MAX_CALLERS {
            let counts = |free_at: DateTime<Utc>| free_at > now && free_at <= now + PERIOD;
            callers.retain(|_, free_at| counts(*free_at));
        }
        if callers.len() >= MAX_CALLERS && !callers.contains_key(&caller) {
            return false;
        }
        let free_at = callers.entry(caller).or_insert(now);
        // If the clock was ahead and is corrected, a hash still counts for no longer than the period.
        *free_at = (*free_at).clamp(now, now + PERIOD);
        let is_allowed = *free_at + step <= now + PERIOD;
        if is_allowed {
            *free_at += step;
        }
        is_allowed
    }

    /// Gives back the hash of a caller who was not admitted.
    pub(super) fn give_back(&self, caller: Caller) {
        if let Some(free_at) = self.callers().get_mut(&caller) {
            *free_at -= PERIOD / HASHES;
        }
    }

    fn callers(&self) -> MutexGuard<'_, HashMap<Caller, DateTime<Utc>>> {
        self.free_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Allowance, Caller, MAX_CALLERS};
    use crate::domain::Id;
    use chrono::{DateTime, TimeDelta, Utc};
    use uuid::Uuid;

    const NOON: DateTime<Utc> = DateTime::from_timestamp_nanos(0);

    fn caller(number: usize) -> Caller {
        Caller::Known(Id::new(Uuid::from_u128(number as u128)))
    }

    #[test]
    fn a_caller_has_ten_hashes_at_once_and_then_one_each_six_minutes() {
        let allowance = Allowance::default();
        let taken = |now| (0..20).filter(|_| allowance.take(caller(1), now)).count();
        assert_eq!(taken(NOON), 10);
        assert_eq!(taken(NOON + TimeDelta::minutes(5)), 0);
        assert_eq!(taken(NOON + TimeDelta::minutes(6)), 1);
        assert_eq!(taken(NOON + TimeDelta::hours(3)), 10);
        assert!(allowance.take(caller(2), NOON), "each has its own");
        assert_eq!(taken(NOON), 0, "a clock that was ahead");
        assert_eq!(taken(NOON + TimeDelta::hours(1)), 10);
    }

    #[test]
    fn what_is_given_back_may_be_taken_again() {
        let allowance = Allowance::default();
        for _ in 0..100 {
            assert!(allowance.take(caller(1), NOON));
            allowance.give_back(caller(1));
        }
        allowance.give_back(caller(2));
        assert!(allowance.take(caller(2), NOON));
    }

    #[test]
    fn it_remembers_so_many_callers_and_forgets_those_that_count_no_more() {
        let allowance = Allowance::default();
        let taken = (0..MAX_CALLERS).filter(|number| allowance.take(caller(*number), NOON));
        assert_eq!(taken.count(), MAX_CALLERS);
        assert!(!allowance.take(caller(MAX_CALLERS), NOON));
        assert!(allowance.take(caller(1), NOON), "it is remembered");
        let later = NOON + TimeDelta::minutes(7);
        assert!(allowance.take(caller(MAX_CALLERS), later));
        assert_eq!(allowance.callers().len(), 2);
    }

    #[test]
    fn what_a_clock_that_was_ahead_has_left_is_forgotten() {
        let allowance = Allowance::default();
        for number in 0..MAX_CALLERS {
            allowance.take(caller(number), NOON + TimeDelta::days(365));
        }
        assert!(allowance.take(caller(MAX_CALLERS), NOON));
        assert_eq!(allowance.callers().len(), 1);
    }
}
