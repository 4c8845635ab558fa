//! Who is on the other end of the line.

use std::net::IpAddr;

use super::session::Device;

/// What a request tells about its sender, before anybody is authenticated.
#[derive(Clone, Debug)]
pub struct Client {
    /// The address that the trusted proxies vouch for, else the connection's own.
    pub address: IpAddr,
    pub device: Device,
    /// The languages that its user reads, best first, as `de` or `de-at`; empty if it did not say.
    pub languages: Vec<String>,
}
