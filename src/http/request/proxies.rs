//! The proxies in front of the service, and the client's address behind them.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Once;

use axum::http::HeaderMap;
use ipnet::IpNet;

/// The proxies whose `X-Forwarded-For` is trusted.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

/// An entry of a list of proxies that is neither a network nor an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "has {0:?}, which is neither a network (10.0.0.0/8) nor an address: separate them by commas"
)]
pub struct ProxyError(String);

impl FromStr for TrustedProxies {
    type Err = ProxyError;

    /// Reads a comma-separated list of networks and addresses. An empty list trusts nobody.
    fn from_str(text: &str) -> Result<Self, ProxyError> {
        let entries = text
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty());
        let network = |entry: &str| {
            let address = entry.parse::<IpAddr>().map(IpNet::from);
            let network = entry.parse::<IpNet>().or(address);
            network.map_err(|_| ProxyError(entry.to_owned()))
        };
        entries.map(network).collect::<Result<_, _>>().map(Self)
    }
}

impl TrustedProxies {
    /// Returns whether nobody is trusted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the networks that are too wide to hold only proxies: wider than any private network.
    pub fn too_wide(&self) -> impl Iterator<Item = &IpNet> {
        self.0.iter().filter(|network| match network {
            IpNet::V4(network) => network.prefix_len() < 8,
            IpNet::V6(network) => network.prefix_len() < 7, // fc00::/7 is the widest private one
        })
    }

    /// Returns whether an address is that of a trusted proxy.
    pub(in crate::http) fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Finds the client's address. Reads `X-Forwarded-For` from its right end, where the nearest proxy wrote, as long as the
    /// writer is trusted. The client may have made up everything further left.
    pub(in crate::http) fn client_address(&self, headers: &HeaderMap, peer: IpAddr) -> IpAddr {
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

/// Warns the operator once. Otherwise they would notice only when one client locks out all others.
fn warn_of_proxy() {
    static WARNED: Once = Once::new();
    WARNED.call_once(|| {
        tracing::warn!(
            "a request has X-Forwarded-For, but TRUSTED_PROXIES is not set: behind a proxy, all clients share one rate limit; \
             set TRUSTED_PROXIES to the proxy's address"
        );
    });
}

/// Reads an address as proxies write it: with or without a port, IPv6 with or without brackets.
fn parse_address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let with_port = || text.parse::<SocketAddr>().map(|socket| socket.ip());
    bare.parse().or_else(|_| with_port()).ok()
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use axum::http::{HeaderMap, HeaderValue};

    use super::TrustedProxies;

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
}
