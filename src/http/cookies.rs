//! Refresh tokens in a cookie, for browsers whose scripts should hold none: asked for with
//! `X-Token-Delivery: cookie`, request by request.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use chrono::{DateTime, Utc};
use cookie::{Cookie, SameSite};

use super::body::Malformed;
use super::host;
use super::origins::CorsOrigins;
use crate::graphql::{CookieChange, TokenDelivery};

/// A page of another site cannot send this without asking us first, and we let only those ask that the
/// settings name (OWASP Cross-Site Request Forgery Prevention Cheat Sheet, "Custom Request Headers").
pub(super) const TOKEN_DELIVERY: &str = "x-token-delivery";

/// How refresh tokens travel in cookies.
#[derive(Clone, Debug)]
pub struct CookieOptions {
    pub scheme: CookieScheme,
    /// Whose pages are ours: the origin of `PUBLIC_URL`.
    pub own_origin: String,
    pub same_site: CookieSameSite,
}

/// What the way to the client allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieScheme {
    /// Clients come by https.
    Https,
    /// Plain http on this machine alone: for development, without the cookie's protections.
    Loopback,
    /// Plain http over a network: no cookie would be safe.
    PlainHttp,
}

/// With which requests browsers send the cookie, of those that other sites cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieSameSite {
    /// With none
    Strict,
    /// With links that are followed
    Lax,
}

impl CookieOptions {
    /// The prefix makes browsers insist that it is Secure, and that no other host can have set it
    /// (RFC 6265bis section 4.1.3.2). They would refuse it on plain http.
    fn name(&self) -> &'static str {
        match self.scheme {
            CookieScheme::Https | CookieScheme::PlainHttp => "__Host-latchkey-refresh",
            CookieScheme::Loopback => "latchkey-refresh",
        }
    }

    /// How this request wants its refresh token, and the one that it brought.
    pub(super) fn read(
        &self,
        headers: &HeaderMap,
        cors: &CorsOrigins,
    ) -> Result<TokenDelivery, Malformed> {
        match headers.get(TOKEN_DELIVERY).map(HeaderValue::as_bytes) {
            None | Some(b"body") => return Ok(TokenDelivery::Body),
            Some(b"cookie") => {}
            Some(_) => {
                return Err(Malformed::header(
                    "X-Token-Delivery",
                    "must be body or cookie",
                ));
            }
        }
        if self.scheme == CookieScheme::PlainHttp {
            let reason = "must be body: without https, a cookie would be anybody's";
            return Err(Malformed::header("X-Token-Delivery", reason));
        }
        let origin = headers.get(header::ORIGIN);
        if !origin.is_some_and(|origin| self.is_ours(origin, headers) || cors.has(origin)) {
            let reason = "must be that of PUBLIC_URL, or one of CORS_ORIGINS, for cookies";
            return Err(Malformed {
                status: StatusCode::FORBIDDEN,
                ..Malformed::header("Origin", reason)
            });
        }
        if headers.get("sec-fetch-site").map(HeaderValue::as_bytes) == Some(b"cross-site") {
            // The browser would refuse the cookie, and the token would be lost.
            let reason = "is cross-site: browsers keep the cookie for pages of the same site alone";
            return Err(Malformed::header("Sec-Fetch-Site", reason));
        }
        Ok(TokenDelivery::Cookie {
            presented: self.presented(headers)?,
        })
    }

    /// While developing, a machine has several names, of which the settings know one.
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

    fn presented(&self, headers: &HeaderMap) -> Result<Option<String>, Malformed> {
        // Others' cookies come in the same line, and may hold anything.
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
            // Which one is not the browser's owner's, nobody can tell.
            _ => Err(Malformed::header("Cookie", "holds the refresh token twice")),
        }
    }

    /// The `Set-Cookie` that makes a change.
    pub(super) fn write(&self, change: &CookieChange, now: DateTime<Utc>) -> Option<HeaderValue> {
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
