//! How settings are read that are more than a word or a number.

use std::convert::Infallible;
use std::fmt::Display;
use std::num::{NonZeroU32, NonZeroUsize};
use std::str::FromStr;
use std::time::Duration;

use chrono::TimeDelta;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use url::Url;

use crate::domain::Password;

/// A setting that may hold a secret: read later, since clap repeats what it cannot read to the
/// terminal. Prints nothing.
#[derive(Clone)]
pub struct Unread(pub(super) String);

impl FromStr for Unread {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

/// Longest duration that a setting may have: 100 years. Every sum of a moment and a duration then
/// stays a moment.
const MAX_DURATION: Duration = Duration::from_hours(100 * 365 * 24);

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let form = || "must be a number and a unit: write it as 30s, 15m, 24h or 30days".to_owned();
    let duration = humantime::parse_duration(text).map_err(|_| form())?;
    if duration.is_zero() || duration > MAX_DURATION {
        return Err("must be more than nothing and at most 100 years".to_owned());
    }
    Ok(duration)
}

/// `duration` has seen to it that this fits.
pub(super) fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

pub(super) fn min_length(text: &str) -> Result<usize, String> {
    let length = text
        .parse()
        .map_err(|_| "must be a number of characters".to_owned())?;
    if !(1..=Password::MAX_CHARS).contains(&length) {
        return Err(format!("must be between 1 and {}", Password::MAX_CHARS));
    }
    Ok(length)
}

/// Refuses a URL that logs somebody in: it is shown to everybody. An `@` behind the host does no harm.
fn refuse_user(url: &Url, reason: &str) -> Result<(), String> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(());
    }
    Err(format!(
        "must not hold a user or a password, since {reason}: leave out what stands before the @, and the @"
    ))
}

/// The URL of a page.
pub(super) fn web_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok();
    let url = url.filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
    let url = url.ok_or_else(|| {
        "must be the whole URL of a page: write it as https://app.example.com/settings".to_owned()
    })?;
    refuse_user(&url, "browsers are sent there")?;
    Ok(url)
}

/// A link that is mailed. It may lead into an app: `myapp://verify#token={token}`.
pub(super) fn link(text: &str) -> Result<String, String> {
    let url = Url::parse(text).ok().filter(|_| text.contains("://"));
    let url = url.ok_or_else(|| {
        "must be a whole URL: write it as https://app.example.com/verify#token={token}".to_owned()
    })?;
    refuse_user(&url, "it stands in mails")?;
    let once_in_fragment = text.split_once('#').is_some_and(|(before, fragment)| {
        !before.contains("{token}") && fragment.matches("{token}").count() == 1
    });
    if !once_in_fragment {
        return Err("must hold {token} once, in its fragment, as in https://app.example.com/verify#token={token}: anywhere else, it would stand in access logs".to_owned());
    }
    Ok(text.to_owned())
}

/// On or off, in the words that people and files write.
pub(super) fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" | "t" | "1" => Ok(true),
        "false" | "no" | "off" | "n" | "f" | "0" => Ok(false),
        _ => Err("must be true or false".to_owned()),
    }
}

/// A whole number between two others, both included.
pub(super) fn number<N>(
    least: N,
    most: N,
) -> impl Fn(&str) -> Result<N, String> + Clone + Send + Sync + 'static
where
    N: FromStr + PartialOrd + Display + Copy + Send + Sync + 'static,
{
    move |text| {
        let number = text.parse().ok().filter(|it| (least..=most).contains(it));
        number.ok_or_else(|| format!("must be a number from {least} to {most}"))
    }
}

/// A number of bytes.
pub(super) fn bytes(text: &str) -> Result<usize, String> {
    let form = || "must be a number of bytes without a unit, as in 65536 for 64 KiB".to_owned();
    text.parse().map_err(|_| form())
}

/// How many of something there are.
pub(super) fn positive(text: &str) -> Result<NonZeroU32, String> {
    let form = || "must be a whole number, at least 1".to_owned();
    text.parse().map_err(|_| form())
}

/// A number of threads.
pub(super) fn threads(text: &str) -> Result<NonZeroUsize, String> {
    let form =
        || "must be a number of threads, at least 1: leave it out for half the cores".to_owned();
    text.parse().map_err(|_| form())
}

/// Where clients reach the service.
pub(super) fn public_url(text: &str) -> Result<Url, String> {
    // What stands before an @ may be a password.
    let advice = |host: &str| {
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        format!("must begin with https://, as in https://{host}")
    };
    let has_scheme = text.contains("://");
    let url = Url::parse(text).map_err(|error| {
        if has_scheme {
            format!("is not a URL: {error}")
        } else {
            advice(text)
        }
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        // `auth.example.com:8000` is read as a URL with a scheme of that name.
        let host = text.split_once("://").map_or(text, |(_, rest)| rest);
        return Err(advice(host));
    }
    refuse_user(&url, "it stands in mails and tokens")?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must end before any ? or #: links go on after it".to_owned());
    }
    Ok(url)
}

/// What to log. A word that is no level would be taken for a target, and the log would be mute.
pub(super) fn log_filter(text: &str) -> Result<String, String> {
    let form = "write off, error, warn, info, debug or trace, or targets with levels, as in info,latchkey=debug";
    let directives = text.split(',').map(str::trim);
    for word in directives.filter(|it| !it.is_empty() && !it.contains(['=', '['])) {
        if word.parse::<LevelFilter>().is_err() {
            return Err(format!("has {word:?}, which is no level: {form}"));
        }
    }
    let filter: Vec<_> = text.split(',').map(str::trim).collect();
    let filter = filter.join(",");
    EnvFilter::try_new(&filter).map_err(|error| format!("is not a filter ({error}): {form}"))?;
    Ok(filter)
}

/// A number of KiB. Who writes another unit is told the number.
pub(super) fn kibibytes(text: &str) -> Result<u32, String> {
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
    Err(match number {
        Some(number) => format!("must be a number of KiB without a unit: write {number}"),
        None => "must be a number of KiB, as in 19456 for 19 MiB".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::{duration, kibibytes, link, log_filter, public_url, web_url};

    #[test]
    fn what_is_no_duration_is_told_what_to_write() {
        for text in ["", "abc", "15", "m15", "15 moons", "-1s"] {
            let problem = duration(text).unwrap_err();
            assert!(
                problem.contains("write it as 30s, 15m"),
                "{text}: {problem}"
            );
        }
    }

    #[test]
    fn a_link_without_an_origin_is_told_what_to_write() {
        for text in [
            "/verify",
            "/verify#token={token}",
            "verify#token={token}",
            "app.example.com/verify#token={token}",
            "localhost:5173/verify#token={token}",
            "//app.example.com/verify#token={token}",
        ] {
            let problem = link(text).unwrap_err();
            assert!(
                problem.ends_with("https://app.example.com/verify#token={token}"),
                "{text}: {problem}"
            );
        }
        for text in [
            "https://app.example.com/verify#token={token}",
            "https://app.example.com/@ada#token={token}",
            "myapp://verify#token={token}",
        ] {
            assert_eq!(link(text), Ok(text.to_owned()));
        }
    }

    #[test]
    fn a_url_with_a_password_is_refused_without_repeating_it() {
        for text in [
            "https://ada:hidden@app.example.com/#token={token}",
            "https://:hidden@app.example.com/#token={token}",
            "https://hidden@app.example.com/#token={token}",
            "ada:hidden@app.example.com",
            "ftp://ada:hidden@app.example.com",
        ] {
            for problem in [
                public_url(text).unwrap_err(),
                web_url(text).unwrap_err(),
                link(text).unwrap_err(),
            ] {
                assert!(!problem.contains("hidden"), "{text}: {problem}");
            }
        }
    }

    #[test]
    fn a_public_url_without_https_is_told_what_to_write() {
        for (text, advice) in [
            ("auth.example.com", "https://auth.example.com"),
            ("auth.example.com:8443", "https://auth.example.com:8443"),
            ("localhost:8000", "https://localhost:8000"),
            ("ftp://auth.example.com", "https://auth.example.com"),
        ] {
            let problem = public_url(text).unwrap_err();
            assert!(problem.ends_with(advice), "{text}: {problem}");
        }
        for text in [
            "https://",
            "https://a.example/?b",
            "https://a.example/#b",
            "https://ada@a.example",
        ] {
            assert!(public_url(text).is_err(), "{text}");
        }
        assert!(public_url("https://auth.example.com/login/").is_ok());
    }

    #[test]
    fn a_word_that_is_no_level_is_not_taken_for_a_target() {
        for text in [
            "verbose",
            "info,verbose",
            "latchkey",
            "latchkey=loud",
            "latchkey=info=very",
        ] {
            let problem = log_filter(text).unwrap_err();
            assert!(problem.contains("info,latchkey=debug"), "{text}: {problem}");
        }
        for text in [
            "info",
            "WARN",
            "off",
            "latchkey=debug",
            "info,latchkey::mail=trace",
            "info, sqlx=warn",
        ] {
            let filter = text.replace(", ", ",");
            assert_eq!(log_filter(text), Ok(filter));
        }
    }

    #[test]
    fn memory_with_a_unit_is_told_its_number() {
        for (text, number) in [
            ("64MB", "65536"),
            ("64 MiB", "65536"),
            ("1g", "1048576"),
            ("19456k", "19456"),
        ] {
            assert!(kibibytes(text).unwrap_err().ends_with(number), "{text}");
        }
        for text in ["", "much", "64TB", "99999999999MB", "-1", "1.5MB"] {
            assert!(kibibytes(text).unwrap_err().contains("19456"), "{text}");
        }
        assert_eq!(kibibytes("64"), Ok(64));
    }
}
