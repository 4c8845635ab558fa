//! The rate at which something may be tried.

use std::str::FromStr;
use std::time::Duration;

/// A burst of attempts, and the period in which they refill: `10/15m` allows ten attempts at once, and then one every
/// 90 seconds (GCRA, ITU-T I.371).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RateLimit {
    count: u32,
    period: Duration,
}

const MAX_COUNT: u32 = 1_000_000_000;

/// The reason why a text is not a rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RateLimitError {
    #[error(
        "must be a number and a time, as in 10/15m: no limit can be turned off alone, but 1000000/1s is as good as none, and RATE_LIMITS=off turns off all of them where only this machine comes here"
    )]
    Malformed,
    #[error("must let 1 to {MAX_COUNT} through")]
    Count,
    #[error("must be between 1 second and 366 days")]
    Period,
}

impl FromStr for RateLimit {
    type Err = RateLimitError;

    fn from_str(text: &str) -> Result<Self, RateLimitError> {
        use RateLimitError::Malformed;
        let (count, period) = text.split_once('/').ok_or(Malformed)?;
        let count = count.trim().parse().map_err(|_| Malformed)?;
        let period = humantime::parse_duration(period.trim()).map_err(|_| Malformed)?;
        if !(1..=MAX_COUNT).contains(&count) {
            return Err(RateLimitError::Count);
        }
        if period < Duration::from_secs(1) || period > Duration::from_hours(24 * 366) {
            return Err(RateLimitError::Period);
        }
        Ok(Self { count, period })
    }
}

impl RateLimit {
    /// Returns the milliseconds that one attempt costs, at least one.
    #[must_use]
    pub fn step(self) -> i64 {
        let millis = i64::try_from(self.period.as_millis()).unwrap_or(i64::MAX);
        (millis / i64::from(self.count)).max(1)
    }

    /// Returns how many milliseconds a bucket may be ahead of now for another attempt to pass.
    #[must_use]
    pub fn room(self) -> i64 {
        self.step().saturating_mul(i64::from(self.count) - 1)
    }

    /// Returns the milliseconds in which a full bucket empties: the longest time for which it refuses.
    #[must_use]
    pub fn refill(self) -> i64 {
        self.room().saturating_add(self.step())
    }

    /// Returns the maximum lead of a bucket over the current time, in milliseconds. A bucket with a larger lead was written
    /// by a node whose clock was wrong. A full bucket has a lead of room and step, and a bucket refuses while its lead is
    /// larger than its room; so a maximum of twice the room and a step limits a refusal to one period. The five seconds
    /// allow for small differences between clocks, and for attempts that overtake one another, if a period is short or a
    /// bucket holds only one attempt.
    #[must_use]
    pub fn max_lead(self) -> i64 {
        let (room, period) = (self.room(), self.refill());
        let slack = if room > 5000 { room } else { period.min(5000) };
        period.saturating_add(slack)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::prop_oneof;

    use super::RateLimit;
    use crate::domain::test_cases::{anything, for_accepted, for_all, like};

    /// 366 days, in seconds.
    const LONGEST: i64 = 366 * 24 * 60 * 60;

    #[test]
    fn a_limit_is_a_number_and_a_time() {
        let limit: RateLimit = "10/15m".parse().unwrap();
        assert_eq!((limit.step(), limit.room()), (90_000, 810_000));
        let one: RateLimit = "1/1s".parse().unwrap();
        assert_eq!((one.step(), one.room()), (1_000, 0));
        for text in [
            "",
            "10",
            "10/",
            "/1m",
            "0/1m",
            "-1/1m",
            "10/0s",
            "10/1ms",
            "x/1m",
            "9999999999/1m",
        ] {
            assert!(text.parse::<RateLimit>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_limit_lets_through_what_it_says() {
        for_all((1..=1_000_000_000_u32, 1..=LONGEST), |(count, seconds)| {
            let limit: RateLimit = format!("{count}/{seconds}s").parse().unwrap();
            let step = (seconds * 1_000 / i64::from(count)).max(1);
            assert_eq!(limit.step(), step);
            assert_eq!(limit.room(), step * (i64::from(count) - 1));
            let longer = seconds + LONGEST;
            assert!(format!("{count}/{longer}s").parse::<RateLimit>().is_err());
            let more = u64::from(count) + 1_000_000_000;
            assert!(format!("{more}/{seconds}s").parse::<RateLimit>().is_err());
        });
    }

    #[test]
    fn every_valid_limit_lets_something_through_and_ends() {
        let likely = like("[0-9]{1,9} ?/ ?[0-9]{1,4}(ms|s|m|h|days|years)");
        let odd = like("[0-9]{0,11} ?/ ?([0-9]{1,20}(ms|s|m|h|days|years|) ?){0,2}");
        let parse = |text: &String| text.parse::<RateLimit>().ok();
        for_accepted(
            prop_oneof![anything(), likely, odd],
            parse,
            |text, limit| {
                assert!((1..=LONGEST * 1_000).contains(&limit.step()));
                assert!(limit.room() >= 0);
                let (count, _) = text.split_once('/').unwrap();
                let count: i64 = count.trim().parse().unwrap();
                assert_eq!(limit.room() / limit.step() + 1, count);
            },
        );
    }
}
