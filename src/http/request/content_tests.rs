//! Properties of content negotiation, for any header.

use axum::http::{HeaderValue, header};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::sample::{select, subsequence};

use super::content::{MediaType, is_json, languages, negotiate};
use super::test_headers::{headers_of, line, lines};
use crate::domain::test_cases::{for_all, like, tags};

#[test]
fn languages_are_few_short_and_in_the_form_that_is_compared() {
    let quality = like("(;q=(0\\.[0-9]{1,3}|1|0|-1|NaN|inf|x))?");
    let wish = (prop_oneof![tags(), like("[ -~]{0,40}")], quality);
    let wish = wish.prop_map(|(tag, quality)| format!("{tag}{quality}"));
    let likely = vec(wish, 0..15).prop_map(|accepted| line(&accepted.join(", ")));
    for_all(vec(prop_oneof![lines(), likely], 0..3), |lines| {
        let read = languages(&headers_of(&header::ACCEPT_LANGUAGE, lines));
        assert!(read.len() <= 10);
        for tag in &read {
            assert!((1..=35).contains(&tag.len()) && tag != "*");
            assert!(!tag.contains([',', ';']) && tag.trim() == tag);
            assert_eq!(tag.to_ascii_lowercase(), *tag);
        }
        let again = headers_of(&header::ACCEPT_LANGUAGE, [line(&read.join(", "))]);
        assert_eq!(languages(&again), read);
    });
}

const RANGES: [&str; 5] = [
    "application/graphql-response+json",
    "application/json",
    "application/*",
    "*/*",
    "text/html",
];

/// Returns some media ranges, each with its weight in tenths.
fn ranges() -> impl Strategy<Value = Vec<(&'static str, u8)>> {
    let ranges = subsequence(RANGES.to_vec(), 0..=RANGES.len()).prop_shuffle();
    let weight = prop_oneof![Just(0), Just(5), Just(10)];
    (ranges, vec(weight, RANGES.len()))
        .prop_map(|(ranges, weights)| ranges.into_iter().zip(weights).collect())
}

fn weight(accepted: &[(&str, u8)], name: &str) -> u8 {
    let ranges = [name, "application/*", "*/*"];
    let named = |range: &&str| accepted.iter().find(|(name, _)| name == range);
    ranges
        .iter()
        .find_map(named)
        .map_or(0, |(_, tenths)| *tenths)
}

#[test]
fn the_media_type_is_the_one_that_is_preferred_or_there_is_none() {
    for_all(ranges(), |accepted| {
        let accept = accepted.iter().map(|(range, tenths)| {
            let (whole, tenth) = (tenths / 10, tenths % 10);
            line(&format!("{range}; q={whole}.{tenth}"))
        });
        let media_type = negotiate(&headers_of(&header::ACCEPT, accept));
        let newer = weight(&accepted, RANGES[0]);
        let older = weight(&accepted, RANGES[1]);
        match media_type {
            _ if accepted.is_empty() => assert_eq!(media_type, Some(MediaType::Json)),
            Some(MediaType::GraphqlResponse) => assert!(newer > 0 && newer >= older),
            Some(MediaType::Json) => assert!(older > 0 && older >= newer),
            None => assert_eq!((newer, older), (0, 0)),
        }
    });
}

#[test]
fn any_accept_header_can_be_read() {
    for_all(vec(lines(), 0..3), |lines| {
        let is_empty = lines.iter().all(HeaderValue::is_empty);
        let media_type = negotiate(&headers_of(&header::ACCEPT, lines));
        assert!(!is_empty || media_type == Some(MediaType::Json));
    });
}

fn is_taken_for_json(content_type: &str) -> bool {
    is_json(&headers_of(&header::CONTENT_TYPE, [line(content_type)]))
}

/// A page of another site can send these three types without a preflight (Fetch standard, "CORS-safelisted
/// request-header"), with any parameters.
#[test]
fn no_type_that_a_form_can_send_is_taken_for_json() {
    let simple = select(
        &[
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        ][..],
    );
    let parameters = prop_oneof![
        like("[ -~]{0,30}"),
        select(&["application/json", " charset=utf-8; application/json"][..]).prop_map(Into::into),
    ];
    for_all(
        (simple, like("[;, \t]"), parameters),
        |(simple, then, rest)| {
            assert!(!is_taken_for_json(&format!("{simple}{then}{rest}")));
            assert!(!is_taken_for_json(&simple.to_ascii_uppercase()));
            let both = [line(simple), line("application/json")];
            assert!(!is_json(&headers_of(&header::CONTENT_TYPE, both)));
        },
    );
}

#[test]
fn json_is_taken_with_any_parameters_but_another_charset() {
    let json = like("[Aa]pplication/[Jj][Ss][Oo][Nn]");
    let parameters = like("( ?; ?[a-bA-B]{1,5}=[a-z0-9]{1,5}){0,2}");
    let charset = like("[a-z0-9-]{1,10}");
    for_all(
        (json, parameters, charset),
        |(json, parameters, charset)| {
            let of_json = format!("{json}{parameters}");
            assert!(is_taken_for_json(&of_json));
            let in_charset = is_taken_for_json(&format!("{of_json}; Charset={charset}"));
            assert_eq!(in_charset, ["utf-8", "utf8"].contains(&charset.as_str()));
            assert!(is_taken_for_json(&format!("{of_json};charset=\"UTF-8\"")));
        },
    );
}
