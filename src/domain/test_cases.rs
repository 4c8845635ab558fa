//! Random cases for tests of properties that hold for any text: a parser never panics, a value that it accepts satisfies
//! its rules, and the text of such a value is parsed to the same value again.

use std::cell::Cell;
use std::fmt::Debug;

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::sample::{Index, select};
use proptest::string::string_regex;
use proptest::test_runner::{Config, TestRunner};

use super::refresh_token::MAX_GENERATION;

/// Checks a property for at least 2,000 cases, or for more if `PROPTEST_CASES` says so. Shows the simplest case that fails,
/// and writes it to no file.
pub fn for_all<S: Strategy>(cases: S, holds: impl Fn(S::Value)) {
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

/// Checks a property for the values that a parser accepts, which must be more than a few.
pub fn for_accepted<S: Strategy, T>(
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

/// Returns texts that match a regular expression. It is compiled once; as a plain `&str`, proptest would compile it for each
/// case.
pub fn like(form: &str) -> impl Strategy<Value = String> + use<> {
    string_regex(form).unwrap()
}

/// Returns texts of any characters, including control characters and line ends.
pub fn anything() -> impl Strategy<Value = String> {
    like("(?s).{0,60}")
}

/// Returns texts of a parser's own words, some with a character that parsers trip over: one that ends a line, is invisible,
/// reverses text, has a meaning in other formats, or looks like another.
pub fn words(of_its_own: &'static [&'static str]) -> impl Strategy<Value = String> {
    const STRANGE: &str = "\0\t\r\n\u{1b}\u{85}\u{9b}\u{a0}\u{ad}\u{200b}\u{200d}\u{200f}\u{2028}\
        \u{202e}\u{2066}\u{3000}\u{feff}\u{e0041}\u{301}\u{212a}\u{212b}\"<(,;[% /\\ﬁßİıаＡ＠．。🐎";
    let strange = select(STRANGE.chars().collect::<Vec<_>>());
    let word = prop_oneof![
        15 => select(of_its_own).prop_map(str::to_owned),
        1 => strange.prop_map(String::from),
    ];
    vec(word, 0..10).prop_map(|words| words.concat())
}

pub fn addresses() -> impl Strategy<Value = String> {
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

pub fn names() -> impl Strategy<Value = String> {
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

pub fn tags() -> impl Strategy<Value = String> {
    let tags = ["en", "de", "DE", "pt-br", "de-at", "tlh", "zh-Hant-TW"];
    prop_oneof![
        select(tags.map(str::to_owned).to_vec()),
        like("[a-zA-Z]{2}(-[a-zA-Z]{2})?"),
    ]
}

pub fn or_none<T: Clone + Debug + 'static>(
    cases: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Option<T>> {
    proptest::option::weighted(0.8, cases)
}

/// Returns changes that spoil the text of a secret.
pub fn spoilt() -> impl Strategy<Value = (Index, char, String)> {
    const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=.";
    let letter = prop_oneof![
        4 => select(BASE64.chars().collect::<Vec<_>>()),
        1 => any::<char>(),
    ];
    (any::<Index>(), letter, anything())
}

/// Returns a text with one character replaced, removed, inserted and appended; a text with the same beginning; and one without.
pub fn others(text: &str, (at, letter, anything): (Index, char, String)) -> [String; 6] {
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

/// Returns the possible generations of a session.
pub fn generations() -> impl Strategy<Value = i64> {
    1..=MAX_GENERATION
}

/// Returns whether nothing in a text breaks its line or reverses it.
pub fn is_one_visible_line(text: &str) -> bool {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    !text.contains(turns) && !text.contains(breaks)
}
