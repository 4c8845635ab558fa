//! Who is on the other end: address, device, bearer token.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Once;

use axum::http::{HeaderMap, HeaderValue, header};
use ipnet::IpNet;

use super::content;
use crate::domain::{Client, Device};

/// The proxies whose `X-Forwarded-For` is believed.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl FromStr for TrustedProxies {
    type Err = String;

    /// A comma-separated list of networks or addresses; empty for none.
    fn from_str(text: &str) -> Result<Self, String> {
        let entries = text
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty());
        let network = |entry: &str| {
            let address = entry.parse::<IpAddr>().map(IpNet::from);
            entry
                .parse::<IpNet>()
                .or(address)
                .map_err(|_| format!("has {entry:?}, which is neither a network (10.0.0.0/8) nor an address: separate them by commas"))
        };
        entries.map(network).collect::<Result<_, _>>().map(Self)
    }
}

impl TrustedProxies {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those that nobody has proxies in alone: more than any one network of the Internet, or all of it.
    pub fn too_wide(&self) -> impl Iterator<Item = &IpNet> {
        self.0.iter().filter(|network| match network {
            IpNet::V4(network) => network.prefix_len() < 8,
            IpNet::V6(network) => network.prefix_len() < 7, // fc00::/7 is the widest private one
        })
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Follows `X-Forwarded-For` from its right end, where the nearest proxy wrote, for as long as
    /// the one who wrote is trusted. What stands left of that, the client made up.
    pub(super) fn client_address(&self, headers: &HeaderMap, peer: IpAddr) -> IpAddr {
        if self.is_empty() && headers.contains_key("x-forwarded-for") {
            warn_of_proxy();
        }
        let mut address = peer.to_canonical();
        let lines = headers.get_all("x-forwarded-for").iter().rev();
        let mut entries = lines
            .map(|line| String::from_utf8_lossy(line.as_bytes()))
            .flat_map(|line| line.rsplit(',').map(str::to_owned).collect::<Vec<_>>());
        while self.trusts(address) {
            match entries.next().and_then(|entry| parse_address(entry.trim())) {
                Some(next) => address = next.to_canonical(),
                None => break,
            }
        }
        address
    }
}

/// Tells the operator once what would otherwise be found out when one client shuts all others out.
fn warn_of_proxy() {
    static TOLD: Once = Once::new();
    TOLD.call_once(|| {
        tracing::warn!(
            "a request came with X-Forwarded-For, and TRUSTED_PROXIES is not set: behind a proxy, all clients are one network to the limits"
        );
    });
}

/// An address as proxies write it: with or without a port, IPv6 with or without brackets.
fn parse_address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let with_port = || text.parse::<SocketAddr>().map(|socket| socket.ip());
    bare.parse().or_else(|_| with_port()).ok()
}

/// Reads what a request tells about its sender.
///
/// # Errors
/// The name of the header that is wrong, and what is wrong with it.
pub(super) fn read(
    headers: &HeaderMap,
    peer: SocketAddr,
    proxies: &TrustedProxies,
) -> Result<Client, (&'static str, String)> {
    const ID: &str = "X-Device-ID";
    let bytes = |name: &str| headers.get(name).map(HeaderValue::as_bytes);
    let id = bytes(ID).map(std::str::from_utf8).transpose();
    let id = id.map_err(|_| (ID, "must be ASCII".to_owned()))?;
    let name = bytes("X-Device-Name").map(name);
    let kind = bytes("X-Device-Type").map(utf_8_or_latin_1);
    let user_agent = bytes("User-Agent").map(utf_8_or_latin_1);
    let device = Device::parse(id, name.as_deref(), kind.as_deref(), user_agent.as_deref());
    Ok(Client {
        address: proxies.client_address(headers, peer.ip()),
        device: device.map_err(|problem| (ID, problem))?,
        languages: content::languages(headers),
    })
}

/// A name that people gave. A browser's `fetch` takes no letters beyond ISO-8859-1, so a client may percent-encode it as
/// UTF-8 (`encodeURIComponent`). A `%` that encodes nothing stays a `%`.
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

/// UTF-8, or else ISO-8859-1, which HTTP had for a long time (RFC 9110 section 5.5).
fn utf_8_or_latin_1(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

/// What stands behind `Authorization: Bearer`, whatever it is worth.
pub(super) fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| token.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{TrustedProxies, bearer, name};
    use axum::http::{HeaderMap, HeaderValue, header};
    use std::net::IpAddr;

    fn address(trusted: &str, peer: &str, forwarded: &[&'static str]) -> String {
        let trusted: TrustedProxies = trusted.parse().unwrap();
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_static(line));
        }
        let peer: IpAddr = peer.parse().unwrap();
        trusted.client_address(&headers, peer).to_string()
    }

    #[test]
    fn nobody_is_believed_who_is_not_trusted() {
        assert_eq!(address("", "10.0.0.1", &["1.2.3.4"]), "10.0.0.1");
        assert_eq!(address("10.0.0.0/8", "9.9.9.9", &["1.2.3.4"]), "9.9.9.9");
    }

    #[test]
    fn the_chain_is_followed_from_the_right_as_far_as_it_is_trusted() {
        let trusted = "10.0.0.0/8, 192.168.1.1";
        assert_eq!(address(trusted, "10.0.0.1", &["1.2.3.4"]), "1.2.3.4");
        let forged = ["6.6.6.6, 1.2.3.4, 192.168.1.1"];
        assert_eq!(address(trusted, "10.0.0.1", &forged), "1.2.3.4");
        let two_lines = ["6.6.6.6, 1.2.3.4", "10.1.1.1"];
        assert_eq!(address(trusted, "10.0.0.1", &two_lines), "1.2.3.4");
        assert_eq!(address(trusted, "10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(
            address(trusted, "10.0.0.1", &["1.2.3.4, unknown"]),
            "10.0.0.1"
        );
    }

    #[test]
    fn an_entry_that_cannot_be_read_ends_the_chain() {
        let trusted: TrustedProxies = "10.0.0.0/8".parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", HeaderValue::from_static("6.6.6.6"));
        let half = HeaderValue::from_bytes(b"\xff, 203.0.113.9").unwrap();
        headers.append("x-forwarded-for", half);
        let peer: IpAddr = "10.0.0.1".parse().unwrap();
        let address = trusted.client_address(&headers, peer);
        assert_eq!(address.to_string(), "203.0.113.9");
        headers.insert(
            "x-forwarded-for",
            HeaderValue::from_bytes(b"6.6.6.6, \xff").unwrap(),
        );
        assert_eq!(trusted.client_address(&headers, peer), peer);
    }

    #[test]
    fn addresses_are_read_with_ports_and_brackets_and_mapped_ones_as_ipv4() {
        let trusted = "10.0.0.0/8";
        assert_eq!(address(trusted, "10.0.0.1", &["1.2.3.4:5678"]), "1.2.3.4");
        assert_eq!(
            address(trusted, "10.0.0.1", &["[2001:db8::1]:443"]),
            "2001:db8::1"
        );
        assert_eq!(
            address(trusted, "10.0.0.1", &["2001:db8::1"]),
            "2001:db8::1"
        );
        assert_eq!(
            address(trusted, "::ffff:10.0.0.1", &["::ffff:1.2.3.4"]),
            "1.2.3.4"
        );
    }

    #[test]
    fn a_network_that_is_none_is_refused() {
        assert!("10.0.0.0/8, nonsense".parse::<TrustedProxies>().is_err());
    }

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
}
