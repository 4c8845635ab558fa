//! Parsers of durations, numbers and switches.

use std::fmt::Display;
use std::num::{NonZeroU32, NonZeroUsize};
use std::str::FromStr;
use std::time::Duration;

use chrono::TimeDelta;

use crate::domain::Password;

/// The maximum duration of a setting: 100 years. The sum of a time and such a duration never overflows.
const MAX_DURATION: Duration = Duration::from_hours(100 * 365 * 24);

/// The reason why a text is not the value of a setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ValueError {
    #[error("must be a number and a unit: write it as 30s, 15m, 24h or 30days")]
    Duration,
    #[error("must be more than nothing and at most 100 years")]
    DurationRange,
    #[error("must be a number of characters")]
    Length,
    #[error("must be between 1 and {}", Password::MAX_CHARS)]
    LengthRange,
    #[error("must be true or false")]
    Switch,
    #[error("must be a number from {min} to {max}")]
    Range { min: String, max: String },
    #[error("must be a number of bytes without a unit, as in 65536 for 64 KiB")]
    Bytes,
    #[error("must be a whole number, at least 1")]
    Positive,
    #[error("must be a number of threads, at least 1: leave it out for the default")]
    Threads,
    #[error("must be a number of KiB without a unit: write {0}")]
    KibibytesWithUnit(u32),
    #[error("must be a number of KiB, as in 19456 for 19 MiB")]
    Kibibytes,
}

pub(super) fn duration(text: &str) -> Result<Duration, ValueError> {
    let duration = humantime::parse_duration(text).map_err(|_| ValueError::Duration)?;
    if duration.is_zero() || duration > MAX_DURATION {
        return Err(ValueError::DurationRange);
    }
    Ok(duration)
}

/// Converts a duration that [`duration`] has parsed. It always fits.
pub(super) fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

/// Parses the minimum length of a password.
pub(super) fn min_length(text: &str) -> Result<usize, ValueError> {
    let length = text.parse().map_err(|_| ValueError::Length)?;
    if !(1..=Password::MAX_CHARS).contains(&length) {
        return Err(ValueError::LengthRange);
    }
    Ok(length)
}

/// Parses a switch in any of the usual spellings.
pub(super) fn yes_or_no(text: &str) -> Result<bool, ValueError> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" | "t" | "1" => Ok(true),
        "false" | "no" | "off" | "n" | "f" | "0" => Ok(false),
        _ => Err(ValueError::Switch),
    }
}

/// Returns a parser of whole numbers from `min` to `max`, both included.
pub(super) fn number<N>(
    min: N,
    max: N,
) -> impl Fn(&str) -> Result<N, ValueError> + Clone + Send + Sync + 'static
where
    N: FromStr + PartialOrd + Display + Copy + Send + Sync + 'static,
{
    move |text| {
        let number = text
            .parse()
            .ok()
            .filter(|number| (min..=max).contains(number));
        number.ok_or_else(|| ValueError::Range {
            min: min.to_string(),
            max: max.to_string(),
        })
    }
}

/// Parses a number of bytes.
pub(super) fn bytes(text: &str) -> Result<usize, ValueError> {
    text.parse().map_err(|_| ValueError::Bytes)
}

pub(super) fn positive(text: &str) -> Result<NonZeroU32, ValueError> {
    text.parse().map_err(|_| ValueError::Positive)
}

/// Parses a number of threads.
pub(super) fn threads(text: &str) -> Result<NonZeroUsize, ValueError> {
    text.parse().map_err(|_| ValueError::Threads)
}

/// Parses a number of KiB. The error for a number with another unit contains the number to write.
pub(super) fn kibibytes(text: &str) -> Result<u32, ValueError> {
    if let Ok(number) = text.parse() {
        return Ok(number);
    }
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = text[digits.len()..].trim().to_ascii_lowercase();
    let factor = match unit.as_str() {
        "k" | "kb" | "kib" => Some(1),
        "m" | "mb" | "mib" => Some(1024),
        "g" | "gb" | "gib" => Some(1024 * 1024),
        _ => None,
    };
    let number = digits.trim().parse::<u32>().ok().zip(factor);
    let number = number.and_then(|(number, factor)| number.checked_mul(factor));
    Err(number.map_or(ValueError::Kibibytes, ValueError::KibibytesWithUnit))
}

#[cfg(test)]
mod tests {
    use super::{duration, kibibytes};

    #[test]
    fn a_text_that_is_not_a_duration_is_refused_with_an_example() {
        for text in ["", "abc", "15", "m15", "15 moons", "-1s"] {
            let problem = duration(text).unwrap_err().to_string();
            assert!(
                problem.contains("write it as 30s, 15m"),
                "{text}: {problem}"
            );
        }
    }

    #[test]
    fn memory_with_a_unit_is_refused_with_the_number_to_write() {
        for (text, number) in [
            ("64MB", "65536"),
            ("64 MiB", "65536"),
            ("1g", "1048576"),
            ("19456k", "19456"),
        ] {
            let problem = kibibytes(text).unwrap_err().to_string();
            assert!(problem.ends_with(number), "{text}: {problem}");
        }
        for text in ["", "much", "64TB", "99999999999MB", "-1", "1.5MB"] {
            let problem = kibibytes(text).unwrap_err().to_string();
            assert!(problem.contains("19456"), "{text}: {problem}");
        }
        assert_eq!(kibibytes("64"), Ok(64));
    }
}
