//! Whom a request is for, as it says itself.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Leaves a request one `Host`: that of its target if it names one, as HTTP/2 does, since the header then
/// does not count (RFC 9112 section 3.2.2). Several are refused (section 3.2): which one a proxy in front
/// believed, nobody can tell.
pub(super) async fn settle(mut request: Request, next: Next) -> Response {
    if request.headers().get_all(header::HOST).iter().count() > 1 {
        return (StatusCode::BAD_REQUEST, "more than one Host\n").into_response();
    }
    let authority = request.uri().authority().map(|it| it.as_str().to_owned());
    if let Some(Ok(host)) = authority.map(HeaderValue::try_from) {
        request.headers_mut().insert(header::HOST, host);
    }
    next.run(request).await
}

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
