//! Properties of every parser, for any text: it never panics, a value that it accepts satisfies the rules, and the text of
//! such a value is parsed to the same value again.

use std::cell::Cell;
use std::fmt::Debug;

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::sample::{Index, select};
use proptest::string::string_regex;
use proptest::test_runner::{Config, TestRunner};
use uuid::Uuid;

use super::refresh_token::MAX_GENERATION;
use super::{
    Device, DisplayName, EmailAddress, Languages, OrganizationName, Page, PageRequest, PlainToken,
    RateLimit, RefreshClaims, Username, without_tokens,
};

/// Holds a property against many cases, or as many more as `PROPTEST_CASES` says. The simplest that
/// fails is shown, and is written to no file.
pub(crate) fn for_all<S: Strategy>(cases: S, holds: impl Fn(S::Value)) {
    let usual = Config::default();
    let config = Config {
        cases: usual.cases.max(2_000),
        failure_persistence: None,
        ..usual
    };
    let outcome = TestRunner::new(config).run(&cases, |case| {
        holds(case);
        Ok(())
    });
    outcome.unwrap();
}

/// Holds a property against what a parser accepts, of which there must be enough to speak of.
pub(crate) fn for_accepted<S: Strategy, T>(
    cases: S,
    parse: impl Fn(&S::Value) -> Option<T>,
    holds: impl Fn(&S::Value, T),
) {
    let accepted = Cell::new(0);
    for_all(cases, |case| {
        if let Some(value) = parse(&case) {
            accepted.set(accepted.get() + 1);
            holds(&case, value);
        }
    });
    assert!(accepted.get() > 50, "{} were accepted", accepted.get());
}

/// Texts of the form that a regular expression has. It is read once: as it stands, proptest would read it
/// anew for each case.
pub(crate) fn like(form: &str) -> impl Strategy<Value = String> + use<> {
    string_regex(form).unwrap()
}

/// Any characters at all, control characters and line ends included.
pub(crate) fn anything() -> impl Strategy<Value = String> {
    like("(?s).{0,60}")
}

/// Texts of a parser's own words, now and then with a character that parsers stumble over: one that ends
/// a line, hides, turns text around, stands in other formats for something, or looks like another.
fn words(of_its_own: &'static [&'static str]) -> impl Strategy<Value = String> {
    const STRANGE: &str = "\0\t\r\n\u{1b}\u{85}\u{9b}\u{a0}\u{ad}\u{200b}\u{200d}\u{200f}\u{2028}\
        \u{202e}\u{2066}\u{3000}\u{feff}\u{e0041}\u{301}\u{212a}\u{212b}\"<(,;[% /\\ﬁßİıаＡ＠．。🐎";
    let strange = select(STRANGE.chars().collect::<Vec<_>>());
    let word = prop_oneof![
        15 => select(of_its_own).prop_map(str::to_owned),
        1 => strange.prop_map(String::from),
    ];
    vec(word, 0..10).prop_map(|words| words.concat())
}

fn addresses() -> impl Strategy<Value = String> {
    const WORDS: &[&str] = &[
        "ada",
        "ADA",
        "@",
        "@example.com",
        "@Example.COM",
        "@bücher.example",
        ".",
        "-",
        "_",
        "+x",
        "example",
        ".com",
        "xn--bcher-kva",
        "xn--",
        "1",
        "@[127.0.0.1]",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ];
    let likely = || like("[A-Za-z0-9._+-]{1,20}@([A-Za-z0-9ÄüßĲﬃ-]{1,12}\\.){1,3}[A-Za-z]{2,6}");
    let around = (words(WORDS), likely(), words(WORDS))
        .prop_map(|(before, address, after)| [before, address, after].concat());
    prop_oneof![anything(), words(WORDS), likely(), around]
}

fn names() -> impl Strategy<Value = String> {
    const WORDS: &[&str] = &[
        "ada", "Ada", "LOVELACE", ".", "_", "-", "1", "a", "Ö", "小", " ",
    ];
    prop_oneof![
        anything(),
        words(WORDS),
        like("[A-Za-z0-9._-]{1,40}"),
        like("\\PC{90,110}")
    ]
}

pub(crate) fn tags() -> impl Strategy<Value = String> {
    let known = ["en", "de", "DE", "pt-br", "de-at", "tlh", "zh-Hant-TW"];
    prop_oneof![
        select(known.map(str::to_owned).to_vec()),
        like("[a-zA-Z]{2}(-[a-zA-Z]{2})?"),
    ]
}

pub(crate) fn or_none<T: Clone + Debug + 'static>(
    cases: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Option<T>> {
    proptest::option::weighted(0.8, cases)
}

/// Changes that spoil the text of a secret.
pub(crate) fn spoilt() -> impl Strategy<Value = (Index, char, String)> {
    const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=.";
    let letter = prop_oneof![
        4 => select(BASE64.chars().collect::<Vec<_>>()),
        1 => any::<char>(),
    ];
    (any::<Index>(), letter, anything())
}

/// A text with one character replaced, one left out, and one put in, there or at its end; and others
/// that begin as it does, or not even that.
pub(crate) fn others(text: &str, (at, letter, anything): (Index, char, String)) -> [String; 6] {
    let (before, after) = text.split_at(at.index(text.len()));
    [
        format!("{before}{letter}{}", &after[1..]),
        format!("{before}{}", &after[1..]),
        format!("{before}{letter}{after}"),
        format!("{text}{letter}"),
        format!("{}{anything}", &text[..4]),
        anything,
    ]
}

/// Generations that a session can have been at.
pub(crate) fn generations() -> impl Strategy<Value = i64> {
    1..=MAX_GENERATION
}

fn claims() -> impl Strategy<Value = (RefreshClaims, [u8; 32])> {
    let parts = (any::<[u8; 16]>(), generations(), any::<[u8; 32]>());
    parts.prop_map(|(id, generation, mac)| {
        let session_id = Uuid::from_bytes(id);
        let claims = RefreshClaims {
            session_id,
            generation,
        };
        (claims, mac)
    })
}

/// Whether nothing in a text breaks its line, or makes it look like another.
fn is_one_visible_line(text: &str) -> bool {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    !text.contains(turns) && !text.contains(breaks)
}

#[test]
fn an_address_that_is_accepted_fits_into_a_header_and_has_one_form() {
    let parse = |text: &String| EmailAddress::parse(text).ok();
    for_accepted(addresses(), parse, |_, address| {
        let shown = address.as_str();
        assert!(shown.bytes().all(|byte| byte.is_ascii_graphic()));
        assert!(!shown.contains(['"', '<', '>', '(', ')', ',', ';', ':', '\\']));
        assert!(shown.len() <= 254);
        assert_eq!(shown.matches('@').count(), 1);
        let [local, domain] = address.parts();
        assert!(!local.is_empty() && domain.contains('.') && !domain.ends_with('.'));
        assert_eq!(address.canonical(), shown.to_ascii_lowercase());
        assert_eq!(EmailAddress::parse(shown), Ok(address));
    });
}

#[test]
fn an_address_is_the_same_in_capitals() {
    let parse = |text: &String| EmailAddress::parse(text).ok();
    for_accepted(addresses(), parse, |text, address| {
        for spelling in [text, address.as_str()] {
            let louder = EmailAddress::parse(&spelling.to_ascii_uppercase()).unwrap();
            assert_eq!(louder.canonical(), address.canonical());
        }
    });
}

#[test]
fn a_username_that_is_accepted_is_of_few_letters_and_has_one_form() {
    let parse = |text: &String| Username::parse(text).ok();
    for_accepted(names(), parse, |text, name| {
        let shown = name.as_str();
        assert!((2..=32).contains(&shown.len()));
        assert!(shown.starts_with(|c: char| c.is_ascii_alphanumeric()));
        let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        assert!(shown.chars().all(allowed));
        assert_eq!(name.canonical(), shown.to_ascii_lowercase());
        let louder = Username::parse(&text.to_ascii_uppercase()).unwrap();
        assert_eq!(louder.canonical(), name.canonical());
        assert_eq!(Username::parse(shown), Ok(name));
    });
}

#[test]
fn no_text_is_both_an_address_and_a_username() {
    for_all(prop_oneof![addresses(), names()], |text| {
        assert!(EmailAddress::parse(&text).is_err() || Username::parse(&text).is_err());
    });
}

#[test]
fn a_name_that_is_accepted_is_one_visible_line_and_has_one_form() {
    let parse = |text: &String| DisplayName::parse(text).ok();
    for_accepted(names(), parse, |text, name| {
        let shown = name.as_str();
        assert!((1..=100).contains(&shown.chars().count()));
        assert!(is_one_visible_line(shown));
        assert_eq!(shown.trim(), shown);
        assert_eq!(OrganizationName::parse(text).unwrap().as_str(), shown);
        assert_eq!(DisplayName::parse(shown), Ok(name));
    });
}

#[test]
fn an_organization_called_after_its_owner_has_a_name_that_is_accepted() {
    let parse = |text: &String| DisplayName::parse(text).ok();
    for_accepted(names(), parse, |_, owner| {
        for language in [None, Some("en"), Some("de")] {
            let name = OrganizationName::of_owner(owner.as_str(), language);
            assert_eq!(OrganizationName::parse(name.as_str()), Ok(name));
        }
    });
}

/// Two texts for one token would be two tokens to whoever compares texts.
#[test]
fn a_refresh_token_says_what_it_was_made_of_and_has_one_text() {
    for_all((claims(), spoilt()), |((claims, mac), spoilt)| {
        let token = claims.seal(&mac);
        assert_eq!(RefreshClaims::open(&token), Some((claims, mac)));
        for other in others(&token, spoilt) {
            if let Some((claims, mac)) = RefreshClaims::open(&other) {
                assert_eq!(claims.seal(&mac), other.trim());
            }
        }
    });
}

#[test]
fn a_refresh_token_of_a_generation_that_cannot_be_is_none() {
    let impossible = prop_oneof![i64::MIN..=0, MAX_GENERATION + 1..=i64::MAX];
    for_all((claims(), impossible), |((claims, mac), generation)| {
        let claims = RefreshClaims {
            generation,
            ..claims
        };
        assert_eq!(RefreshClaims::open(&claims.seal(&mac)), None);
    });
}

#[test]
fn a_mailed_token_has_one_text_and_prints_nothing() {
    for_all((any::<[u8; 32]>(), spoilt()), |(bytes, spoilt)| {
        let token = PlainToken::new(bytes);
        assert_eq!(format!("{token:?}"), "PlainToken");
        let text = token.reveal();
        assert_eq!(PlainToken::parse(&text), Some(token));
        for other in others(&text, spoilt) {
            if let Some(read) = PlainToken::parse(&other) {
                assert_eq!(read.reveal(), other.trim());
            }
        }
    });
}

#[test]
fn no_mailed_token_is_left_in_a_text_that_was_redacted() {
    const AROUND: &[&str] = &["lkm_", "lkm", "_", "-", "a", " ", "#token=", "\n", "…"];
    let around = || prop_oneof![anything(), words(AROUND)];
    for_all(
        (around(), any::<[u8; 32]>(), around()),
        |(before, bytes, after)| {
            let token = PlainToken::new(bytes).reveal();
            let (_, secret) = token.split_once("lkm_").unwrap();
            let redacted = without_tokens(&format!("{before}{token}{after}"));
            assert!(!redacted.contains(secret), "{redacted}");
            assert!(redacted.contains("lkm_…"), "{redacted}");
        },
    );
}

#[test]
fn a_cursor_has_one_text() {
    for_all((any::<[u8; 16]>(), spoilt()), |(id, spoilt)| {
        let read = |cursor: &str| {
            let after = PageRequest::parse(Some(cursor), None, None, None);
            let before = PageRequest::parse(None, Some(cursor), None, None);
            let ids = (after.ok()?.after?, before.ok()?.before?);
            assert_eq!(ids.0, ids.1);
            Some(ids.0)
        };
        let id = Uuid::from_bytes(id);
        let cursor = Page::<()>::cursor(id);
        assert_eq!(read(&cursor), Some(id));
        for other in others(&cursor, spoilt) {
            if let Some(id) = read(&other) {
                assert_eq!(Page::<()>::cursor(id), other);
            }
        }
    });
}

#[test]
fn a_page_is_never_larger_than_a_hundred() {
    let count = || or_none(prop_oneof![-3..110, any::<i32>()]);
    for_all(
        (count(), count()),
        |(first, last)| match PageRequest::parse(None, None, first, last) {
            Ok(request) => {
                assert!((0..=100).contains(&request.limit));
                assert_eq!(request.limit, first.or(last).map_or(50, i64::from));
                assert_eq!(request.from_end, last.is_some());
            }
            Err(("first", _)) => assert!(!(0..=100).contains(&first.unwrap())),
            Err(("last", _)) => assert!(first.is_some() || !(0..=100).contains(&last.unwrap())),
            Err((other, _)) => unreachable!("{other}"),
        },
    );
}

/// 366 days, in seconds.
const LONGEST: i64 = 366 * 24 * 60 * 60;

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
fn no_limit_that_is_accepted_lasts_for_ever_or_lets_nothing_through() {
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

type Headers = (
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
);

fn device_headers() -> impl Strategy<Value = Headers> {
    let kind = prop_oneof![1 => anything(), 9 => like("[A-Za-z0-9_-]{0,33}")];
    let id = prop_oneof![1 => anything(), 1 => like("[ -~]{0,20}"), 8 => like("[!-~]{0,130}")];
    let user_agent = prop_oneof![4 => anything(), 1 => like("(?s).{500,530}")];
    (
        or_none(id),
        or_none(names()),
        or_none(kind),
        or_none(user_agent),
    )
}

#[test]
fn a_device_that_is_accepted_is_fit_to_be_shown_and_stays_the_same_client() {
    let parse = |(id, name, kind, user_agent): &Headers| {
        let [id, name, kind, user_agent] = [id, name, kind, user_agent].map(Option::as_deref);
        Device::parse(id, name, kind, user_agent).ok()
    };
    for_accepted(device_headers(), parse, |(.., user_agent), device| {
        if let Some(id) = &device.id {
            assert!((1..=128).contains(&id.len()));
            assert!(id.bytes().all(|byte| byte.is_ascii_graphic()));
        }
        if let Some(name) = &device.name {
            assert!((1..=100).contains(&name.chars().count()));
            assert!(is_one_visible_line(name));
        }
        assert!((1..=32).contains(&device.kind.len()));
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
        assert!(device.kind.chars().all(allowed));
        if let Some(agent) = &device.user_agent {
            assert!((1..=512).contains(&agent.chars().count()));
        }
        let (id, name, kind) = (&device.id, &device.name, Some(device.kind.clone()));
        let again = parse(&(id.clone(), name.clone(), kind, user_agent.clone())).unwrap();
        assert!(again.is_same_client(&device));
        assert_eq!(again, device);
    });
}

#[test]
fn the_language_that_is_chosen_is_there_and_wished_for_or_english() {
    let wish = prop_oneof![4 => tags(), 1 => anything()].prop_map(|wish| wish.to_lowercase());
    for_all((vec(tags(), 0..6), vec(wish, 0..4)), |(tags, wishes)| {
        let mut languages = Languages::default();
        for tag in &tags {
            languages.insert(tag);
        }
        let there: Vec<_> = languages.iter().map(str::to_owned).collect();
        let is_there = |tag: &str| there.iter().any(|it| it == tag);
        let chosen = languages.choose(&wishes);
        let is_wished = |wish: &String| wish == chosen || wish.split('-').next() == Some(chosen);
        assert!(chosen == "en" || is_there(chosen) && wishes.iter().any(is_wished));
        if let Some(best) = wishes.first().filter(|best| is_there(best)) {
            assert_eq!(chosen, best);
        }
        for wish in &wishes {
            let expected = if is_there(wish) { wish } else { "en" };
            assert_eq!(languages.known_or_fallback(wish), expected);
        }
    });
}
