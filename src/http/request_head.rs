//! The head of a request: how large it may be, and whom it is for.

use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::graphql::refusal;

/// Bytes: the longest query that is read from a URL, and 16 KiB for the rest.
pub(super) const MAX_HEAD: u32 = 80 * 1024;

/// Refuses a head that is too large or does not say whom it is for. Leaves a request one `Host`: that of its
/// target if it names one, as HTTP/2 does, since the header then does not count (RFC 9112 section 3.2.2).
pub(super) async fn check(mut request: Request, next: Next) -> Response {
    // hyper stops reading at this size only if the end of the head has not arrived by then.
    if size(&request) > MAX_HEAD as usize {
        let reason = format!("are larger than {MAX_HEAD} bytes");
        return refuse(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "headers",
            &reason,
        );
    }
    if let Err(reason) = check_host(&request) {
        return refuse(StatusCode::BAD_REQUEST, "headers.Host", reason);
    }
    let authority = request.uri().authority().map(|it| it.as_str().to_owned());
    if let Some(Ok(host)) = authority.map(HeaderValue::try_from) {
        request.headers_mut().insert(header::HOST, host);
    }
    next.run(request).await
}

fn size(request: &Request) -> usize {
    let uri = request.uri();
    let target = uri.path_and_query().map_or(0, |it| it.as_str().len());
    let authority = uri.authority().map_or(0, |it| it.as_str().len());
    let line =
        |(name, value): (&header::HeaderName, &HeaderValue)| name.as_str().len() + value.len() + 4;
    request.method().as_str().len()
        + target
        + authority
        + request.headers().iter().map(line).sum::<usize>()
}

/// RFC 9112 section 3.2 for the header, RFC 9113 section 8.3.1 for requests of HTTP/2, which may leave it out
/// if they have an `:authority`. HTTP/1.0 knows no `Host`.
fn check_host(request: &Request) -> Result<(), &'static str> {
    let host = only_host(request.headers())?;
    let may_lack = match request.version() {
        Version::HTTP_09 | Version::HTTP_10 => true,
        Version::HTTP_11 => false,
        _ => request.uri().authority().is_some(),
    };
    match host {
        None if may_lack => Ok(()),
        None => Err("is missing"),
        Some(host) if Authority::try_from(host.as_bytes()).is_ok_and(|it| is_host(&it)) => Ok(()),
        Some(_) => Err("must be a host, and a port if it is not 80"),
    }
}

/// Without a user, which only a URL may name, and with a port that is a number or empty (RFC 3986 section 3.2.3).
fn is_host(authority: &Authority) -> bool {
    let text = authority.as_str();
    let port = text.strip_prefix(authority.host());
    !text.contains('@') && (matches!(port, Some("" | ":")) || authority.port().is_some())
}

/// Of several, nobody can tell which one a proxy in front believed.
fn only_host(headers: &HeaderMap) -> Result<Option<&HeaderValue>, &'static str> {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (_, Some(_)) => Err("stands more than once"),
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
