//! The arrival of a request: its sender, and the id that it gets here.

use std::net::SocketAddr;
use std::sync::Arc;

/// The sender of a request, and the id that the service gives it. An id from a client could repeat, or forge a log line.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub peer: SocketAddr,
    pub id: Arc<str>,
}
