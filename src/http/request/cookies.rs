//! Refresh tokens in a cookie, for browsers whose scripts should not hold them. Each request asks for it with
//! `X-Token-Delivery: cookie`.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use chrono::{DateTime, Utc};
use cookie::{Cookie, SameSite};

use super::bad_request::BadRequest;
use super::host;
use super::origins::CorsOrigins;
use crate::graphql::{CookieChange, TokenDelivery};

/// The header that asks for a cookie. A page of another site cannot send it without a preflight, which succeeds only for the
/// sites that the settings name (OWASP Cross-Site Request Forgery Prevention Cheat Sheet, "Custom Request Headers").
pub const TOKEN_DELIVERY: &str = "x-token-delivery";

/// The settings of the cookie.
#[derive(Clone, Debug)]
pub struct CookieOptions {
    pub scheme: CookieScheme,
    /// The origin of the service's own pages: that of `PUBLIC_URL`.
    pub own_origin: String,
    pub same_site: CookieSameSite,
}

/// The kind of connection that clients use, which decides how the cookie is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieScheme {
    /// Clients use https.
    Https,
    /// Plain http on this machine only: for development, without the protections of https.
    Loopback,
    /// Plain http over a network: no cookie is safe.
    PlainHttp,
}

/// The requests caused by other sites with which browsers send the cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieSameSite {
    /// None
    Strict,
    /// Links that are followed
    Lax,
}

impl CookieOptions {
    /// Returns the name of the cookie. With the prefix, browsers insist that the cookie is Secure and that no other host has
    /// set it (RFC 6265bis section 4.1.3.2). They refuse such a cookie on plain http.
    fn name(&self) -> &'static str {
        match self.scheme {
            CookieScheme::Https | CookieScheme::PlainHttp => "__Host-latchkey-refresh",
            CookieScheme::Loopback => "latchkey-refresh",
        }
    }

    /// Reads how a request wants to receive its refresh token, and the token that it brings.
    pub(in crate::http) fn read(
        &self,
        headers: &HeaderMap,
        cors: &CorsOrigins,
    ) -> Result<TokenDelivery, BadRequest> {
        match headers.get(TOKEN_DELIVERY).map(HeaderValue::as_bytes) {
            None | Some(b"body") => return Ok(TokenDelivery::Body),
            Some(b"cookie") => {}
            Some(_) => {
                return Err(BadRequest::header(
                    "X-Token-Delivery",
                    "must be body or cookie",
                ));
            }
        }
        if self.scheme == CookieScheme::PlainHttp {
            let reason = "must be body: without https, a cookie is not safe";
            return Err(BadRequest::header("X-Token-Delivery", reason));
        }
        let origin = headers.get(header::ORIGIN);
        if !origin.is_some_and(|origin| self.is_ours(origin, headers) || cors.has(origin)) {
            let reason = "must be that of PUBLIC_URL, or one of CORS_ORIGINS, for cookies";
            return Err(BadRequest {
                status: StatusCode::FORBIDDEN,
                ..BadRequest::header("Origin", reason)
            });
        }
        if headers.get("sec-fetch-site").map(HeaderValue::as_bytes) == Some(b"cross-site") {
            // The browser would refuse the cookie, and the token would be lost.
            let reason = "is cross-site: browsers keep the cookie only for pages of the same site";
            return Err(BadRequest::header("Sec-Fetch-Site", reason));
        }
        Ok(TokenDelivery::Cookie {
            presented: self.presented(headers)?,
        })
    }

    /// Returns whether an origin is that of the service itself. In development, a machine has several names, and the settings
    /// know only one.
    fn is_ours(&self, origin: &HeaderValue, headers: &HeaderMap) -> bool {
        let same_host = || {
            let host = headers.get(header::HOST).map(HeaderValue::as_bytes);
            host.is_some() && origin.as_bytes().strip_prefix(b"http://") == host
        };
        origin.as_bytes() == self.own_origin.as_bytes()
            || (self.scheme == CookieScheme::Loopback
                && host::is_this_machine(headers)
                && same_host())
    }

    /// Returns the refresh token that the cookie holds.
    fn presented(&self, headers: &HeaderMap) -> Result<Option<String>, BadRequest> {
        // The same line has other cookies, which may hold anything.
        let lines = headers.get_all(header::COOKIE).iter();
        let texts = lines.map(|line| String::from_utf8_lossy(line.as_bytes()));
        let ours = texts.flat_map(|text| {
            let cookies = Cookie::split_parse(text.into_owned()).filter_map(Result::ok);
            let ours = cookies.filter(|cookie| cookie.name() == self.name());
            ours.map(|cookie| cookie.value().to_owned())
                .collect::<Vec<_>>()
        });
        match ours.collect::<Vec<_>>().as_slice() {
            [] => Ok(None),
            [token] => Ok(Some(token.clone())),
            // One of them may have been set by somebody else, and nobody can tell which.
            _ => Err(BadRequest::header(
                "Cookie",
                "holds the refresh token twice",
            )),
        }
    }

    /// Returns the `Set-Cookie` header for a change.
    pub(in crate::http) fn write(
        &self,
        change: &CookieChange,
        now: DateTime<Utc>,
    ) -> Option<HeaderValue> {
        let (token, seconds) = match change {
            CookieChange::Set { token, until } => (token.as_str(), (*until - now).num_seconds()),
            CookieChange::Clear => ("", 0),
        };
        let cookie = Cookie::build((self.name(), token))
            .path("/")
            .http_only(true)
            .secure(self.scheme == CookieScheme::Https)
            .same_site(match self.same_site {
                CookieSameSite::Strict => SameSite::Strict,
                CookieSameSite::Lax => SameSite::Lax,
            })
            .max_age(cookie::time::Duration::seconds(seconds));
        HeaderValue::from_str(&cookie.to_string()).ok()
    }
}
