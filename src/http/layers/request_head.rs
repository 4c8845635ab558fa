//! The head of a request: its size, and the host that it is for.

use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use axum::response::{IntoResponse, Response};

use crate::graphql::refusal;

/// The largest head in bytes: the longest query that is read from a URL, and 16 KiB for the rest.
pub const MAX_HEAD: u32 = 80 * 1024;

/// Refuses a head that is too large or has no valid `Host`. Sets the `Host` header to the host of the request target if the
/// target has one, as in HTTP/2, because the header does not count then (RFC 9112 section 3.2.2).
pub fn check(request: &mut Request) -> Result<(), Box<Response>> {
    // hyper stops reading at this size only if the end of the head has not arrived by then.
    if size(request) > MAX_HEAD as usize {
        let reason = format!("are larger than {MAX_HEAD} bytes");
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        return Err(Box::new(refuse(status, "headers", &reason)));
    }
    check_host(request)
        .map_err(|reason| Box::new(refuse(StatusCode::BAD_REQUEST, "headers.Host", reason)))?;
    let authority = request.uri().authority().map(ToString::to_string);
    if let Some(Ok(host)) = authority.map(HeaderValue::try_from) {
        request.headers_mut().insert(header::HOST, host);
    }
    Ok(())
}

fn size(request: &Request) -> usize {
    let uri = request.uri();
    let target = uri.path_and_query().map_or(0, |path| path.as_str().len());
    let authority = uri.authority().map_or(0, |host| host.as_str().len());
    let line =
        |(name, value): (&header::HeaderName, &HeaderValue)| name.as_str().len() + value.len() + 4;
    request.method().as_str().len()
        + target
        + authority
        + request.headers().iter().map(line).sum::<usize>()
}

/// Checks the `Host` header (RFC 9112 section 3.2). HTTP/2 requests may leave it out if they have an `:authority` (RFC 9113
/// section 8.3.1), and HTTP/1.0 has no such header.
fn check_host(request: &Request) -> Result<(), &'static str> {
    let host = only_host(request.headers())?;
    let is_optional = match request.version() {
        Version::HTTP_09 | Version::HTTP_10 => true,
        Version::HTTP_11 => false,
        _ => request.uri().authority().is_some(),
    };
    match host {
        None if is_optional => Ok(()),
        None => Err("is missing"),
        Some(host) if Authority::try_from(host.as_bytes()).is_ok_and(|host| is_host(&host)) => {
            Ok(())
        }
        Some(_) => Err("must be a host, and a port if it is not 80"),
    }
}

/// Returns whether an authority is a host without a user, and a port that is a number or empty (RFC 3986 section 3.2.3).
fn is_host(authority: &Authority) -> bool {
    let text = authority.as_str();
    let port = text.strip_prefix(authority.host());
    !text.contains('@') && (matches!(port, Some("" | ":")) || authority.port().is_some())
}

/// Refuses more than one `Host`: a proxy in front may have used another of them.
fn only_host(headers: &HeaderMap) -> Result<Option<&HeaderValue>, &'static str> {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (_, Some(_)) => Err("is there more than once"),
        (host, None) => Ok(host),
    }
}

fn refuse(status: StatusCode, part: &str, reason: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, refusal(part, reason)).into_response()
}
