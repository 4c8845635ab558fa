//! How often something may be tried.

use std::str::FromStr;
use std::time::Duration;

/// So many attempts at once, and then one more each time that its share of the period has passed:
/// `10/15m` lets ten through at once, and one every 90 seconds from then on (GCRA, ITU-T I.371).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RateLimit {
    count: u32,
    period: Duration,
}

impl FromStr for RateLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const MOST: u32 = 1_000_000_000;
        let form = || {
            "must be a number and a time, as in 10/15m: no limit can be turned off alone, but 1000000/1s is as good as \
             none, and RATE_LIMITS=off turns off all of them where only this machine comes here"
                .to_owned()
        };
        let (count, period) = text.split_once('/').ok_or_else(form)?;
        let count = count.trim().parse().map_err(|_| form())?;
        let period = humantime::parse_duration(period.trim()).map_err(|_| form())?;
        if !(1..=MOST).contains(&count) {
            return Err(format!("must let 1 to {MOST} through"));
        }
        if period < Duration::from_secs(1) || period > Duration::from_hours(24 * 366) {
            return Err("must be between 1 second and 366 days".to_owned());
        }
        Ok(Self { count, period })
    }
}

impl RateLimit {
    /// Milliseconds that one attempt costs; at least one.
    #[must_use]
    pub fn step(self) -> i64 {
        let millis = i64::try_from(self.period.as_millis()).unwrap_or(i64::MAX);
        (millis / i64::from(self.count)).max(1)
    }

    /// Milliseconds that a bucket may be ahead of now for another attempt to pass.
    #[must_use]
    pub fn room(self) -> i64 {
        self.step().saturating_mul(i64::from(self.count) - 1)
    }

    /// Milliseconds in which a full bucket lets everything through again: the longest that it may refuse.
    #[must_use]
    pub fn refill(self) -> i64 {
        self.room().saturating_add(self.step())
    }
}

#[cfg(test)]
mod tests {
    use super::RateLimit;

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
}
