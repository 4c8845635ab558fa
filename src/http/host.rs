//! Whether a request is for this machine, as it says itself.

use std::net::IpAddr;

use axum::http::{HeaderMap, header};

/// Whether a request names this machine. Any page on the web can make its own name lead to 127.0.0.1
/// and then read what is there (DNS rebinding), but the Host header tells on it.
pub(super) fn is_this_machine(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|it| it.to_str().ok()) else {
        return false;
    };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || address.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
}
