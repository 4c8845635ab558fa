//! The client of a request.

use std::net::IpAddr;

use super::Device;

/// The client of a request, as the request describes it before authentication.
#[derive(Clone, Debug)]
pub struct Client {
    /// The address that the trusted proxies name, or else that of the connection.
    pub address: IpAddr,
    pub device: Device,
    /// The languages that the user reads, best first, such as `de` or `de-at`; empty if the request does not say.
    pub languages: Vec<String>,
}
