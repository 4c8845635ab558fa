//! Where connections come from.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The kernel keeps so many connections until they are accepted, if `net.core.somaxconn` allows. With the 128 of
/// the standard library, a moment's burst is refused.
pub(super) const BACKLOG: u32 = 4096;

/// After a failed accept, such as for want of file descriptors: what was short may come back.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(100);

/// Listens on an address.
///
/// # Errors
/// When the system does not let us.
pub fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    // A restart need not wait for the connections of the process before.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// A place, and the connection that has it.
pub(super) type Accepted = (OwnedSemaphorePermit, TcpStream, SocketAddr);

/// The next connection, once there is a place for it: until then the kernel keeps it waiting.
pub(super) async fn accept(listener: &TcpListener, room: &Arc<Semaphore>) -> Option<Accepted> {
    let place = take_place(room).await?;
    place_in(place, listener.accept().await).await
}

/// A place for a connection, once one is free.
pub(super) async fn take_place(room: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    Arc::clone(room).acquire_owned().await.ok()
}

/// A connection for a place that is there; `None`, after a moment, if accepting it failed.
pub(super) async fn place_in(
    place: OwnedSemaphorePermit,
    accepted: std::io::Result<(TcpStream, SocketAddr)>,
) -> Option<Accepted> {
    match accepted {
        Ok((stream, peer)) => {
            // An answer is one write: waiting to fill a packet only delays it.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "TCP_NODELAY");
            }
            Some((place, stream, peer))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(ACCEPT_BACKOFF).await;
            None
        }
    }
}
