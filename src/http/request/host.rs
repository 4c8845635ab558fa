//! The `Host` of a request: does it name this machine?

use std::net::IpAddr;

use axum::http::{HeaderMap, header};

/// Returns whether a request names this machine. Any page on the web can make its own name resolve to 127.0.0.1 and then
/// read what is served there (DNS rebinding), but the `Host` header still has that name.
pub fn is_this_machine(headers: &HeaderMap) -> bool {
    let Some(host) = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
    else {
        return false;
    };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, header};
    use proptest::prelude::{Just, Strategy, any, prop_oneof};
    use proptest::sample::select;
    use url::{Host, Url};

    use super::is_this_machine;
    use crate::domain::test_cases::{for_accepted, for_all, like, or_none};
    use crate::http::request::test_headers::{headers_of, line, lines};

    fn is_here(host: &str) -> bool {
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
            assert!(is_here(&format!("{name}{port}")));
        });
    }

    /// Anybody can own a name that begins or ends like ours, and make it resolve to 127.0.0.1.
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
                    assert!(!is_here(&name), "{name}");
                }
            },
        );
    }

    /// A browser sends only hosts that a URL can hold.
    #[test]
    fn a_browser_that_names_this_machine_has_reached_it() {
        let likely = like(
            "\\[?(localhost|127\\.0\\.0\\.[0-9]{1,3}|::1|[a-z:.@]{1,3}){1,2}\\]?(:[0-9]{0,5})?",
        );
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
}
