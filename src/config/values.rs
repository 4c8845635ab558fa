//! How settings are read that are more than a word or a number.

use std::convert::Infallible;
use std::str::FromStr;
use std::time::Duration;

use chrono::TimeDelta;
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
    let duration = humantime::parse_duration(text)
        .map_err(|error| format!("{error}: write it as 30s, 15m, 24h or 30days"))?;
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

/// An address that a page of ours may lead to.
pub(super) fn app_url(text: &str) -> Result<Url, String> {
    let form = || "must be an address such as https://app.example.com/login".to_owned();
    let url = Url::parse(text.trim()).map_err(|_| form())?;
    match url.scheme() {
        "https" | "http" => Ok(url),
        _ => Err(form()),
    }
}

pub(super) fn link(text: &str) -> Result<String, String> {
    Url::parse(text).map_err(|error| format!("is not a URL: {error}"))?;
    let once_in_fragment = text.split_once('#').is_some_and(|(before, fragment)| {
        !before.contains("{token}") && fragment.matches("{token}").count() == 1
    });
    if !once_in_fragment {
        return Err("must hold {token} once, in its fragment, as in https://app.example.com/verify#token={token}: anywhere else, it would stand in access logs".to_owned());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::app_url;

    #[test]
    fn the_address_of_the_app_is_one_that_a_browser_opens() {
        for address in ["https://app.example.com/login", " http://127.0.0.1:5173/ "] {
            assert!(app_url(address).is_ok(), "{address}");
        }
        for other in [
            "",
            "app.example.com",
            "javascript:alert(1)",
            "data:text/html,x",
            "/login",
        ] {
            assert!(app_url(other).unwrap_err().contains("https://"), "{other}");
        }
    }
}
