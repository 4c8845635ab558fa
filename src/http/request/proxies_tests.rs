//! Properties of the client's address, for any header.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use ipnet::IpNet;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};

use super::proxies::TrustedProxies;
use super::test_headers::{headers_of, line, lines};
use crate::domain::test_cases::{anything, for_accepted, for_all, like};

const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The trusted proxies: two networks, and one address beside them.
const TRUSTED: &str = "10.0.0.0/8, fd00::/8, 192.0.2.1";

fn proxies() -> impl Strategy<Value = IpAddr> {
    let ipv4 = any::<[u8; 3]>().prop_map(|[a, b, c]| IpAddr::from([10, a, b, c]));
    let ipv6 = any::<u64>().prop_map(|low| Ipv6Addr::from((0xfd00 << 112) | u128::from(low)));
    let near = Just(IpAddr::from([192, 0, 2, 1]));
    prop_oneof![ipv4, ipv6.prop_map(IpAddr::from), near]
}

/// Returns addresses that are not trusted.
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
        any::<Ipv4Addr>().prop_map(|address| IpAddr::from(address.to_ipv6_mapped())),
    ];
    any.prop_filter("a proxy", move |address| !is_trusted(address))
}

fn found(trusted: &str, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let proxies: TrustedProxies = trusted.parse().unwrap();
    proxies.client_address(headers, peer)
}

/// Returns headers with which a client may pretend to be another.
fn forgeries() -> impl Strategy<Value = Vec<HeaderValue>> {
    let entry = prop_oneof![
        proxies().prop_map(|value| value.to_string()),
        any::<Ipv4Addr>().prop_map(|value| value.to_string()),
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

/// Adds the address that a proxy sees, as it does itself: to the last line, or on a line of its own.
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
fn no_header_of_a_client_changes_the_address_that_trusted_proxies_saw() {
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
        let address = found(TRUSTED, peer, &headers);
        assert_eq!(address, client.to_canonical());
    });
}

#[test]
fn no_header_of_an_untrusted_peer_changes_its_address() {
    for_all((strangers(), forgeries()), |(peer, lines)| {
        let headers = headers_of(&FORWARDED, lines);
        for proxies in ["", TRUSTED] {
            let address = found(proxies, peer, &headers);
            assert_eq!(address, peer.to_canonical());
        }
    });
}

#[test]
fn an_address_is_that_of_the_proxy_or_in_the_header() {
    for_all((proxies(), forgeries()), |(proxy, lines)| {
        let headers = headers_of(&FORWARDED, lines);
        let address = found(TRUSTED, proxy, &headers);
        let is_written = |line: &HeaderValue| {
            String::from_utf8_lossy(line.as_bytes()).contains(&address.to_string())
        };
        assert!(address == proxy || headers.values().any(is_written));
    });
}

#[test]
fn a_list_of_proxies_is_read_or_refused() {
    let entry = prop_oneof![
        proxies().prop_map(|value| value.to_string()),
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
