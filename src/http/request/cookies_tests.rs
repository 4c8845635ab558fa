//! Properties of the cookie with the refresh token, for any headers.

#![expect(clippy::panic, reason = "a test fails by panicking")]

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use super::bad_request::BadRequest;
use super::cookies::{CookieOptions, CookieSameSite, CookieScheme, TOKEN_DELIVERY};
use super::test_headers::{headers_of, line, lines};
use crate::domain::test_cases::{for_accepted, for_all, like, or_none};
use crate::graphql::TokenDelivery;

const HERE: &str = "https://auth.example.com";
const LISTED: &str = "https://app.example.com";
const COOKIE: &str = "__Host-latchkey-refresh";

/// Reads the cookie headers of a request to a service that is reached by https.
fn delivery(headers: &HeaderMap) -> Result<TokenDelivery, BadRequest> {
    let options = CookieOptions {
        scheme: CookieScheme::Https,
        own_origin: HERE.to_owned(),
        same_site: CookieSameSite::Strict,
    };
    options.read(headers, &LISTED.parse().unwrap())
}

fn from_page(origin: HeaderValue, cookies: impl IntoIterator<Item = HeaderValue>) -> HeaderMap {
    let mut headers = headers_of(&header::COOKIE, cookies);
    headers.insert(TOKEN_DELIVERY, HeaderValue::from_static("cookie"));
    headers.insert(header::ORIGIN, origin);
    headers
}

fn presented(cookies: impl IntoIterator<Item = HeaderValue>) -> Result<Option<String>, BadRequest> {
    let headers = from_page(line(HERE), cookies);
    match delivery(&headers)? {
        TokenDelivery::Cookie { presented } => Ok(presented),
        TokenDelivery::Body => panic!("a cookie was asked for"),
    }
}

/// Returns cookies that others have set, some of them with similar names.
fn cookies_of_others() -> impl Strategy<Value = Vec<String>> {
    let name = prop_oneof![
        like("[A-Za-z0-9_-]{1,12}"),
        select(&["latchkey-refresh", "__host-latchkey-refresh", "refresh"][..])
            .prop_map(str::to_owned),
        Just(format!("{COOKIE}2")),
        Just(format!("x{COOKIE}")),
    ];
    let cookie = (name, "[!#-+--:<-~]{0,12}").prop_map(|(name, value)| format!("{name}={value}"));
    vec(cookie, 0..5)
}

#[test]
fn the_refresh_token_is_found_among_all_other_cookies_and_only_once() {
    let place = any::<proptest::sample::Index>();
    let cases = (cookies_of_others(), place, like("lkr_[A-Za-z0-9_-]{10}"));
    for_all(cases, |(mut cookies, place, token)| {
        assert_eq!(presented([line(&cookies.join("; "))]).unwrap(), None);
        let place = place.index(cookies.len() + 1);
        cookies.insert(place, format!("{COOKIE}={token}"));
        let one_line = line(&cookies.join("; "));
        let cookie = presented([one_line.clone()]).unwrap();
        assert_eq!(cookie.as_ref(), Some(&token));
        let many_lines = cookies.iter().map(|cookie| line(cookie));
        assert_eq!(presented(many_lines).unwrap(), Some(token));
        let twice = [one_line, line(&format!("{COOKIE}=another"))];
        let refused = presented(twice).unwrap_err();
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    });
}

#[test]
fn a_token_that_is_found_is_the_value_of_our_cookie() {
    let likely =
        like("(a=b; ?)?__Host-latchkey-refresh ?=?[ -~]{0,20}").prop_map(|text| line(&text));
    let cases = vec(prop_oneof![lines(), likely], 0..3);
    let parse = |lines: &Vec<HeaderValue>| presented(lines.clone()).ok().flatten();
    for_accepted(cases, parse, |lines, token| {
        let holds_it = |line: &HeaderValue| {
            let text = line.to_str().unwrap_or_default();
            let behind = text.split(COOKIE).skip(1);
            let mut values = behind.filter_map(|rest| rest.trim_start().strip_prefix('='));
            values.any(|value| value.trim_start().starts_with(&token))
        };
        assert!(lines.iter().any(holds_it), "{token}");
    });
}

#[test]
fn no_cookie_counts_for_a_request_that_does_not_ask_for_it() {
    let origin = prop_oneof![lines(), Just(line(HERE)), Just(line(LISTED))];
    let way = prop_oneof![
        lines(),
        like("(Cookie|cookies| ?body|cookie,[ -~]*)").prop_map(|text| line(&text))
    ];
    for_all(
        (or_none(way), origin, cookies_of_others()),
        |(way, origin, mut cookies)| {
            cookies.push(format!("{COOKIE}=lkr_x"));
            let mut headers = from_page(origin, [line(&cookies.join("; "))]);
            match &way {
                Some(way) if way == "cookie" => return,
                Some(way) => headers.insert(TOKEN_DELIVERY, way.clone()),
                None => headers.remove(TOKEN_DELIVERY),
            };
            match delivery(&headers) {
                Ok(TokenDelivery::Body) => assert!(way.is_none_or(|way| way == "body")),
                Ok(TokenDelivery::Cookie { .. }) => panic!("nobody asked for a cookie"),
                Err(refused) => assert_eq!(refused.status, StatusCode::BAD_REQUEST),
            }
        },
    );
}

#[test]
fn no_cookie_counts_for_a_page_of_another_site() {
    let near = (select(&[HERE, LISTED][..]), like("[ -~]{1,9}")).prop_flat_map(|(ours, more)| {
        let forms = [
            format!("{ours}{more}"),
            format!("{more}{ours}"),
            ours.replacen("://", &format!("://{more}."), 1),
            ours.replacen("https", "http", 1),
            ours.to_ascii_uppercase(),
            "null".to_owned(),
        ];
        select(forms.to_vec()).prop_map(|form| line(&form))
    });
    for_all(
        (or_none(prop_oneof![lines(), near]), any::<bool>()),
        |(origin, by_host)| {
            let cookie = line(&format!("{COOKIE}=lkr_x"));
            let mut headers = from_page(line(HERE), [cookie]);
            match origin {
                Some(origin) if origin == HERE || origin == LISTED => return,
                Some(origin) => headers.insert(header::ORIGIN, origin),
                None => headers.remove(header::ORIGIN),
            };
            if by_host {
                headers.insert(header::HOST, line("localhost"));
            }
            let refused = delivery(&headers).err().expect("a refusal");
            assert_eq!(refused.status, StatusCode::FORBIDDEN);
        },
    );
}
