//! The name by which this service greets a mail server.

use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

use lettre::transport::smtp::extension::ClientId;
use url::Url;

/// The name by which an SMTP client greets: a host name, or an address in brackets (RFC 5321 section 4.1.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelloName(pub(super) ClientId);

/// The error for a text that is not the name of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the name of a host, such as auth.example.com")]
pub struct HelloNameError;

impl FromStr for HelloName {
    type Err = HelloNameError;

    fn from_str(text: &str) -> Result<Self, HelloNameError> {
        let bare = text.trim_start_matches('[').trim_end_matches(']');
        let address = bare.strip_prefix("IPv6:").unwrap_or(bare).parse();
        if let Ok(address) = address {
            return Ok(Self(match address {
                IpAddr::V4(address) => ClientId::Ipv4(address),
                IpAddr::V6(address) => ClientId::Ipv6(address),
            }));
        }
        let name = idna::domain_to_ascii_strict(text).map_err(|_| HelloNameError)?;
        if name.is_empty() {
            return Err(HelloNameError);
        }
        Ok(Self(ClientId::Domain(name)))
    }
}

impl HelloName {
    /// Returns the host of a URL as a name.
    #[must_use]
    pub fn of_url(url: &str) -> Self {
        let url = Url::parse(url).ok();
        let host = url.as_ref().and_then(Url::host_str);
        let name = host.and_then(|host| host.parse().ok());
        name.unwrap_or(Self(ClientId::Ipv4(Ipv4Addr::LOCALHOST)))
    }
}
