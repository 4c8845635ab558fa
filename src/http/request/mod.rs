//! The parts of a request, read into plain values.

pub mod bad_request;
pub mod body;
pub mod client;
pub mod content;
pub mod cookies;
pub mod host;
pub mod origins;
pub mod parameters;
pub mod proxies;

#[cfg(test)]
mod content_tests;
#[cfg(test)]
mod cookies_tests;
#[cfg(test)]
mod origins_tests;
#[cfg(test)]
mod proxies_tests;
#[cfg(test)]
mod test_headers;
