//! The client of a request: its address, its device, its languages and its bearer token.

use std::borrow::Cow;
use std::net::SocketAddr;

use axum::http::{HeaderMap, HeaderValue, header};

use super::bad_request::BadRequest;
use super::content;
use super::proxies::TrustedProxies;
use crate::domain::{Client, Device};

/// Reads what a request says about its client.
pub fn read(
    headers: &HeaderMap,
    peer: SocketAddr,
    proxies: &TrustedProxies,
) -> Result<Client, BadRequest> {
    const ID: &str = "X-Device-ID";
    let bytes = |name: &str| headers.get(name).map(HeaderValue::as_bytes);
    let id = bytes(ID).map(std::str::from_utf8).transpose();
    let id = id.map_err(|_| BadRequest::header(ID, "must be ASCII"))?;
    let name = bytes("X-Device-Name").map(name);
    let kind = bytes("X-Device-Type").map(utf_8_or_latin_1);
    let user_agent = bytes("User-Agent").map(utf_8_or_latin_1);
    let device = Device::parse(id, name.as_deref(), kind.as_deref(), user_agent.as_deref());
    Ok(Client {
        address: proxies.client_address(headers, peer.ip()),
        device: device.map_err(|error| BadRequest::header(ID, error.to_string()))?,
        languages: content::languages(headers),
    })
}

/// Decodes a name that people gave. A browser's `fetch` takes no characters beyond ISO-8859-1, so a client may percent-encode
/// the name as UTF-8 (`encodeURIComponent`). A `%` that encodes nothing stays a `%`.
fn name(bytes: &[u8]) -> Cow<'_, str> {
    let mut marks = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'%');
    let is_hex = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
    if marks.all(|(at, _)| is_hex(at + 1) && is_hex(at + 2)) {
        let decoded = percent_encoding::percent_decode(bytes);
        if let Ok(text) = decoded.decode_utf8() {
            return text;
        }
    }
    utf_8_or_latin_1(bytes)
}

/// Decodes UTF-8, or else ISO-8859-1, which HTTP used for a long time (RFC 9110 section 5.5).
fn utf_8_or_latin_1(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

/// Returns the token after `Authorization: Bearer`, not yet checked.
pub fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| token.to_owned())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};
    use proptest::prelude::{Strategy, prop_oneof};

    use super::{bearer, name};
    use crate::domain::test_cases::{for_accepted, for_all, like};
    use crate::http::request::test_headers::{headers_of, line, lines};

    #[test]
    fn a_name_is_percent_encoded_or_utf_8_or_latin_1() {
        for (bytes, expected) in [
            (&b"Ada's laptop"[..], "Ada's laptop"),
            ("Jürgens iPhone".as_bytes(), "Jürgens iPhone"),
            (b"J\xfcrgens iPhone", "Jürgens iPhone"),
            (b"J%C3%BCrgens%20iPhone", "Jürgens iPhone"),
            (b"%E6%9D%B1%E4%BA%AC", "東京"),
            (b"100% mine", "100% mine"),
            (b"50%25", "50%"),
            (b"%FF", "%FF"),
            (b"\xfc%", "ü%"),
        ] {
            assert_eq!(name(bytes), expected);
        }
    }

    #[test]
    fn a_bearer_token_is_read_whatever_the_case_of_its_scheme() {
        for (value, expected) in [
            ("Bearer abc", Some("abc")),
            ("bearer  abc ", Some("abc")),
            ("Basic abc", None),
            ("Bearer ", None),
            ("abc", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(value));
            assert_eq!(bearer(&headers).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn a_bearer_token_is_the_text_after_the_scheme_without_the_blanks_around_it() {
        let parse =
            |value: &HeaderValue| bearer(&headers_of(&header::AUTHORIZATION, [value.clone()]));
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
    fn every_bearer_token_is_found() {
        let scheme = like("[Bb][Ee][Aa][Rr][Ee][Rr] {1,3}");
        for_all((scheme, like("[!-~]{1,80}")), |(scheme, token)| {
            let value = line(&format!("{scheme}{token}"));
            let headers = headers_of(&header::AUTHORIZATION, [value]);
            assert_eq!(bearer(&headers), Some(token));
        });
    }
}
