//! Properties of all code that reads a request, for any request: see those of `domain`.

#![expect(clippy::panic, reason = "that is how a test fails")]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use ipnet::IpNet;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};
use url::form_urlencoded::Serializer;
use url::{Host, Url};

use super::body::{Malformed, Parameters, from_json, from_query_string};
use super::client::{TrustedProxies, bearer, read};
use super::content::{Form, is_json, languages, negotiate};
use super::cookies::TOKEN_DELIVERY;
use super::host::is_this_machine;
use super::{CookieOptions, CookieSameSite, CookieScheme, CorsOrigins};
use crate::domain::parsers_tests::{anything, for_accepted, for_all, like, or_none, tags};
use crate::graphql::TokenDelivery;

const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Every line that a header can be: no control character but the tab.
fn lines() -> impl Strategy<Value = HeaderValue> {
    let byte = prop_oneof![1 => Just(b'\t'), 20 => b' '..=b'~', 4 => 0x80..=0xff_u8];
    vec(byte, 0..40).prop_map(|bytes| HeaderValue::from_bytes(&bytes).unwrap())
}

fn line(text: &str) -> HeaderValue {
    HeaderValue::from_bytes(text.as_bytes()).unwrap()
}

fn headers_of(name: &HeaderName, lines: impl IntoIterator<Item = HeaderValue>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(name, line);
    }
    headers
}

/// Trusted are these two networks, one proxy next to them, and nobody else.
const TRUSTED: &str = "10.0.0.0/8, fd00::/8, 192.0.2.1";

fn proxies() -> impl Strategy<Value = IpAddr> {
    let ipv4 = any::<[u8; 3]>().prop_map(|[a, b, c]| IpAddr::from([10, a, b, c]));
    let ipv6 = any::<u64>().prop_map(|low| Ipv6Addr::from((0xfd00 << 112) | u128::from(low)));
    let near = Just(IpAddr::from([192, 0, 2, 1]));
    prop_oneof![ipv4, ipv6.prop_map(IpAddr::from), near]
}

/// Addresses that are not trusted.
fn strangers() -> impl Strategy<Value = IpAddr> {
    let trusted = ["10.0.0.0/8", "fd00::/8", "192.0.2.1/32"];
    let trusted = trusted.map(|network| network.parse::<IpNet>().unwrap());
    let is_trusted = move |address: &IpAddr| {
        let address = address.to_canonical();
        trusted.iter().any(|network| network.contains(&address))
    };
    let any = prop_oneof![
        any::<Ipv4Addr>().prop_map(IpAddr::from),
        any::<Ipv6Addr>().prop_map(IpAddr::from),
        any::<Ipv4Addr>().prop_map(|it| IpAddr::from(it.to_ipv6_mapped())),
    ];
    any.prop_filter("a proxy", move |address| !is_trusted(address))
}

fn found(proxies: &TrustedProxies, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let peer = SocketAddr::new(peer, 443);
    read(headers, peer, proxies).unwrap().address
}

/// Headers by which a client may claim to be another one.
fn forgeries() -> impl Strategy<Value = Vec<HeaderValue>> {
    let entry = prop_oneof![
        proxies().prop_map(|it| it.to_string()),
        any::<Ipv4Addr>().prop_map(|it| it.to_string()),
        like("[ -~]{0,12}"),
    ];
    let chain = vec(entry, 0..5).prop_map(|entries| line(&entries.join(",")));
    vec(prop_oneof![chain, lines()], 0..3)
}

/// Returns an address in one of the ways in which proxies write it.
fn written(address: IpAddr, way: u8) -> String {
    match way % 3 {
        0 => address.to_string(),
        1 => SocketAddr::new(address, 50_000).to_string(),
        _ => format!("[{address}]"),
    }
}

/// Each proxy puts the address that it sees behind what there is: on the last line, or on one more.
fn append(lines: &mut Vec<HeaderValue>, seen: &str, on_last_line: bool) {
    match lines.pop() {
        Some(last) if on_last_line => {
            let joined = [last.as_bytes(), b", ", seen.as_bytes()].concat();
            lines.push(HeaderValue::from_bytes(&joined).unwrap());
        }
        last => lines.extend(last.into_iter().chain([line(seen)])),
    }
}

#[test]
fn nothing_that_a_client_writes_changes_the_address_that_trusted_proxies_saw() {
    let way = (any::<u8>(), any::<bool>());
    let hops = vec((proxies(), way), 1..4);
    let cases = (strangers(), hops, forgeries());
    for_all(cases, |(client, hops, mut lines)| {
        let mut peer = client;
        for (proxy, (way, on_last_line)) in hops {
            append(&mut lines, &written(peer, way), on_last_line);
            peer = proxy;
        }
        let headers = headers_of(&FORWARDED, lines);
        let address = found(&TRUSTED.parse().unwrap(), peer, &headers);
        assert_eq!(address, client.to_canonical());
    });
}

#[test]
fn nobody_is_believed_who_is_not_trusted_whatever_they_write() {
    for_all((strangers(), forgeries()), |(peer, lines)| {
        let headers = headers_of(&FORWARDED, lines);
        for proxies in ["", TRUSTED] {
            let address = found(&proxies.parse().unwrap(), peer, &headers);
            assert_eq!(address, peer.to_canonical());
        }
    });
}

#[test]
fn an_address_is_the_proxys_or_stands_in_the_header() {
    for_all((proxies(), forgeries()), |(proxy, lines)| {
        let headers = headers_of(&FORWARDED, lines);
        let address = found(&TRUSTED.parse().unwrap(), proxy, &headers);
        let is_written = |line: &HeaderValue| {
            String::from_utf8_lossy(line.as_bytes()).contains(&address.to_string())
        };
        assert!(address == proxy || headers.values().any(is_written));
    });
}

#[test]
fn a_list_of_proxies_is_read_or_refused() {
    let entry = prop_oneof![
        proxies().prop_map(|it| it.to_string()),
        like("[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}"),
        like("[0-9a-f:.]{0,12}"),
        Just(String::new()),
    ];
    let list = vec(entry, 0..4).prop_map(|entries| entries.join(" ,"));
    let parse = |text: &String| text.parse::<TrustedProxies>().ok();
    for_accepted(prop_oneof![anything(), list], parse, |text, proxies| {
        let is_blank = text.split(',').all(|entry| entry.trim().is_empty());
        assert_eq!(proxies.is_empty(), is_blank);
    });
}

#[test]
fn a_bearer_token_is_what_stands_behind_the_word_and_nothing_around_it() {
    let parse = |value: &HeaderValue| bearer(&headers_of(&header::AUTHORIZATION, [value.clone()]));
    let cases = prop_oneof![lines(), likely_bearers()];
    for_accepted(cases, parse, |value, token| {
        assert!(!token.is_empty());
        assert_eq!(token.trim(), token);
        let (word, behind) = value.to_str().unwrap().split_at("bearer ".len());
        assert!(word.eq_ignore_ascii_case("bearer "));
        assert_eq!(behind.trim(), token);
    });
}

fn likely_bearers() -> impl Strategy<Value = HeaderValue> {
    like("[Bb][Ee][Aa][Rr][Ee][Rr][ \ta]{0,3}[ -~]{0,9}[ \t]{0,2}").prop_map(|text| line(&text))
}

#[test]
fn every_token_is_found_whatever_the_case_of_its_scheme() {
    let scheme = like("[Bb][Ee][Aa][Rr][Ee][Rr] {1,3}");
    for_all((scheme, like("[!-~]{1,80}")), |(scheme, token)| {
        let value = line(&format!("{scheme}{token}"));
        let headers = headers_of(&header::AUTHORIZATION, [value]);
        assert_eq!(bearer(&headers), Some(token));
    });
}

fn says_it_is_here(host: &str) -> bool {
    is_this_machine(&headers_of(&header::HOST, [line(host)]))
}

#[test]
fn this_machine_is_known_by_its_loopback_names_with_any_port() {
    let ipv4 = any::<[u8; 3]>().prop_map(|[a, b, c]| format!("127.{a}.{b}.{c}"));
    let name = prop_oneof![
        ipv4,
        Just("[::1]".to_owned()),
        like("[Ll][Oo][Cc]alhos[Tt]")
    ];
    for_all((name, or_none(any::<u16>())), |(name, port)| {
        let port = port.map_or_else(String::new, |port| format!(":{port}"));
        assert!(says_it_is_here(&format!("{name}{port}")));
    });
}

/// Anybody can have a name that begins or ends like ours, and lead it to 127.0.0.1.
#[test]
fn no_name_that_somebody_can_own_is_this_machine() {
    let ours = select(&["localhost", "127.0.0.1", "[::1]", "::1", "LOCALHOST"][..]);
    let before = like("([a-z0-9-]{1,9}[.-])?[a-z]");
    let (behind, port) = (
        like("[.-]?[a-z]([a-z0-9.-]{0,9}[a-z0-9])?"),
        like("(:[0-9]{1,5})?"),
    );
    for_all(
        (before, ours, behind, port),
        |(before, ours, behind, port)| {
            for name in [
                format!("{before}{ours}{port}"),
                format!("{before}.{ours}{port}"),
                format!("{ours}{behind}{port}"),
                format!("{ours}:80@{behind}{port}"),
                format!("{behind}{port}"),
                format!("{port}{ours}{behind}"),
            ] {
                assert!(!says_it_is_here(&name), "{name}");
            }
        },
    );
}

/// No browser sends a host that no URL can hold.
#[test]
fn a_browser_that_names_this_machine_has_come_here() {
    let likely =
        like("\\[?(localhost|127\\.0\\.0\\.[0-9]{1,3}|::1|[a-z:.@]{1,3}){1,2}\\]?(:[0-9]{0,5})?");
    let cases = prop_oneof![lines(), likely.prop_map(|host| line(&host))];
    let parse = |host: &HeaderValue| {
        is_this_machine(&headers_of(&header::HOST, [host.clone()])).then_some(())
    };
    for_accepted(cases, parse, |host, ()| {
        let host = host.to_str().unwrap();
        if let Ok(url) = Url::parse(&format!("http://{host}/")) {
            assert!(match url.host().unwrap() {
                Host::Domain(name) => name == "localhost",
                Host::Ipv4(address) => address.is_loopback(),
                Host::Ipv6(address) => address.is_loopback(),
            });
        }
    });
}

#[test]
fn languages_are_few_short_and_in_the_form_that_is_compared() {
    let quality = like("(;q=(0\\.[0-9]{1,3}|1|0|-1|NaN|inf|x))?");
    let wish = (prop_oneof![tags(), like("[ -~]{0,40}")], quality);
    let wish = wish.prop_map(|(tag, quality)| format!("{tag}{quality}"));
    let likely = vec(wish, 0..15).prop_map(|wishes| line(&wishes.join(", ")));
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

/// Some ranges, each with its weight in tenths.
fn wishes() -> impl Strategy<Value = Vec<(&'static str, u8)>> {
    let ranges = subsequence(RANGES.to_vec(), 0..=RANGES.len()).prop_shuffle();
    let weight = prop_oneof![Just(0), Just(5), Just(10)];
    (ranges, vec(weight, RANGES.len()))
        .prop_map(|(ranges, weights)| ranges.into_iter().zip(weights).collect())
}

fn weight(wishes: &[(&str, u8)], name: &str) -> u8 {
    let ranges = [name, "application/*", "*/*"];
    let named = |range: &&str| wishes.iter().find(|(wish, _)| wish == range);
    ranges
        .iter()
        .find_map(named)
        .map_or(0, |(_, tenths)| *tenths)
}

#[test]
fn the_form_of_an_answer_is_the_one_that_is_read_best_or_there_is_none() {
    for_all(wishes(), |wishes| {
        let accept = wishes.iter().map(|(range, tenths)| {
            let (whole, tenth) = (tenths / 10, tenths % 10);
            line(&format!("{range}; q={whole}.{tenth}"))
        });
        let form = negotiate(&headers_of(&header::ACCEPT, accept));
        let newer = weight(&wishes, RANGES[0]);
        let older = weight(&wishes, RANGES[1]);
        match form {
            _ if wishes.is_empty() => assert_eq!(form, Some(Form::Json)),
            Some(Form::GraphqlResponse) => assert!(newer > 0 && newer >= older),
            Some(Form::Json) => assert!(older > 0 && older >= newer),
            None => assert_eq!((newer, older), (0, 0)),
        }
    });
}

#[test]
fn no_accept_header_breaks_the_reading_of_it() {
    for_all(vec(lines(), 0..3), |lines| {
        let is_empty = lines.iter().all(HeaderValue::is_empty);
        let form = negotiate(&headers_of(&header::ACCEPT, lines));
        assert!(!is_empty || form == Some(Form::Json));
    });
}

fn is_taken_for_json(content_type: &str) -> bool {
    is_json(&headers_of(&header::CONTENT_TYPE, [line(content_type)]))
}

/// These three types another site's page can send without asking (Fetch standard, "CORS-safelisted
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

fn origins() -> impl Strategy<Value = String> {
    like("https?://[a-z]{1,8}(\\.[a-z]{2,5}){1,2}(:(3000|8[0-9]{3}))?")
}

#[test]
fn the_origins_that_may_call_are_those_that_are_named_and_no_others() {
    let named = vec(origins(), 0..4);
    for_all((named, origins()), |(named, other)| {
        let origins: CorsOrigins = named.join(" ,").parse().unwrap();
        for name in &named {
            assert!(origins.has(&line(name)));
            for pretender in [
                format!("{name}.evil.example"),
                format!("{name}/"),
                format!("{name}@evil.example"),
                name.replacen("://", "://evil", 1),
                name.to_ascii_uppercase(),
            ] {
                let is_named = named.contains(&pretender);
                assert_eq!(origins.has(&line(&pretender)), is_named, "{pretender}");
            }
        }
        assert_eq!(origins.has(&line(&other)), named.contains(&other));
        assert!(!origins.has(&line("null")) && !origins.has(&line("*")));
    });
}

#[test]
fn a_list_of_origins_that_is_accepted_holds_only_whole_origins() {
    let around = (anything(), origins(), like("[/?#*:@ ,]?[a-z0-9]{0,3}"));
    let near = around.prop_map(|(before, origin, behind)| format!("{before},{origin}{behind}"));
    let bare = (origins(), like("[/?#*:@ ,]?[0-9]{0,3}")).prop_map(|(origin, end)| origin + &end);
    let parse = |text: &String| text.parse::<CorsOrigins>().ok();
    for_accepted(
        prop_oneof![anything(), near, bare],
        parse,
        |text, origins| {
            let entries = text.split(',').map(str::trim);
            for entry in entries.filter(|entry| !entry.is_empty()) {
                assert!(entry.contains("://"));
                let url = Url::parse(&entry.replacen('*', "label", 1)).unwrap();
                let port = url.port().map(|port| format!(":{port}"));
                let host = url.host_str().unwrap();
                let origin = format!("{}://{host}{}", url.scheme(), port.unwrap_or_default());
                assert!(origins.has(&line(&origin)), "{origin}");
                let is_label = |host: &str| host.split_once('.').is_some_and(|it| it.0 == "label");
                assert!(!entry.contains('*') || is_label(host), "{entry}");
                assert_eq!([url.username(), url.path().trim_matches('/')], ["", ""]);
                assert_eq!((url.query(), url.fragment()), (None, None));
            }
            assert!(!origins.has(&line("null")) && !origins.has(&line("*")));
        },
    );
}

const HERE: &str = "https://auth.example.com";
const LISTED: &str = "https://app.example.com";
const COOKIE: &str = "__Host-latchkey-refresh";

/// Reads the cookie headers of a request to a service that is reached by https.
fn delivery(headers: &HeaderMap) -> Result<TokenDelivery, Malformed> {
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

fn presented(cookies: impl IntoIterator<Item = HeaderValue>) -> Result<Option<String>, Malformed> {
    let headers = from_page(line(HERE), cookies);
    match delivery(&headers)? {
        TokenDelivery::Cookie { presented } => Ok(presented),
        TokenDelivery::Body => panic!("a cookie was asked for"),
    }
}

/// Cookies that others have set, some of them under names like ours.
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
        let found = presented([one_line.clone()]).unwrap();
        assert_eq!(found.as_ref(), Some(&token));
        let many_lines = cookies.iter().map(|cookie| line(cookie));
        assert_eq!(presented(many_lines).unwrap(), Some(token));
        let twice = [one_line, line(&format!("{COOKIE}=another"))];
        let refused = presented(twice).unwrap_err();
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    });
}

#[test]
fn what_is_taken_from_cookies_stands_in_them_behind_our_name() {
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
        like("(Cookie|cookies| ?body|cookie,[ -~]*)").prop_map(|it| line(&it))
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

/// The parts of a request: a document, the name of an operation, and variables.
type Asked = (String, Option<String>, Option<Map<String, Value>>);

fn asked() -> impl Strategy<Value = Asked> {
    let value = prop_oneof![
        anything().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        vec(any::<u8>(), 0..3).prop_map(Value::from),
    ];
    let variables = vec((like("[a-z]{1,5}"), value), 0..3).prop_map(|it| it.into_iter().collect());
    (anything(), or_none(anything()), or_none(variables))
}

fn is_what_was_asked(read: &Parameters, (query, operation_name, variables): &Asked) -> bool {
    read.query == *query
        && read.operation_name == *operation_name
        && read.variables == variables.clone().unwrap_or_default()
}

#[test]
fn a_post_and_a_get_are_read_as_what_they_ask() {
    for_all(asked(), |asked| {
        let (query, operation_name, variables) = &asked;
        let body = json!({
            "query": query, "operationName": operation_name, "variables": variables,
            "extensions": {}, "unknown": 1,
        });
        let read = from_json(body.to_string().as_bytes()).unwrap();
        assert!(is_what_was_asked(&read, &asked));
        let mut link = Serializer::new(String::new());
        link.append_pair("query", query).append_pair("unknown", "1");
        if let Some(name) = operation_name {
            link.append_pair("operationName", name);
        }
        if let Some(variables) = variables {
            link.append_pair("variables", &json!(variables).to_string());
        }
        let read = from_query_string(&link.finish()).unwrap();
        assert!(is_what_was_asked(&read, &asked));
    });
}

#[test]
fn a_body_that_is_not_a_request_is_refused_by_the_name_of_its_part() {
    const PARTS: [&str; 5] = ["body", "query", "operationName", "variables", "extensions"];
    let likely = like(
        "[{\\[]?(\"(query|variables|operationName|extensions)\": ?([0-9]|\"x\"|null|\\[\\]|\\{\\}),?){0,3}[}\\]]?",
    );
    let bytes = prop_oneof![
        vec(any::<u8>(), 0..40),
        anything().prop_map(String::into_bytes),
        likely.prop_map(String::into_bytes),
    ];
    for_all(bytes, |bytes| match from_json(&bytes) {
        Ok(read) => {
            let body: Value = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(body["query"], read.query);
        }
        Err(refused) => {
            assert_eq!(refused.status, StatusCode::BAD_REQUEST);
            assert!(PARTS.contains(&refused.part.as_str()), "{refused:?}");
        }
    });
}

#[test]
fn a_link_that_is_not_a_request_is_refused_by_the_name_of_its_part() {
    const PARTS: [&str; 4] = ["query", "operationName", "variables", "extensions"];
    let likely =
        like("(query|variables|operationName|extensions)=([a-z0-9%+]|%7B%7D|%5B%5D|null){0,3}");
    let likely = vec(likely, 0..4).prop_map(|pairs| pairs.join("&"));
    for_all(prop_oneof![anything(), likely], |text| {
        if let Err(refused) = from_query_string(&text) {
            assert_eq!(refused.status, StatusCode::BAD_REQUEST);
            assert!(PARTS.contains(&refused.part.as_str()), "{refused:?}");
        } else {
            assert!(text.contains("query="));
        }
    });
}
