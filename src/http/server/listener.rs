//! The listening socket, and how connections are accepted from it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The number of connections that the kernel queues until they are accepted, if `net.core.somaxconn` allows. The standard
/// library's 128 would refuse connections in a short burst.
pub const BACKLOG: u32 = 4096;

/// The pause after a failed accept, for example for lack of file descriptors, which may become free again.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(100);

/// Listens on an address.
pub fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    // A restart does not wait until the connections of the previous process are gone.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// An accepted connection with its permit and its peer.
pub type Accepted = (OwnedSemaphorePermit, TcpStream, SocketAddr);

/// Accepts the next connection. The kernel keeps it waiting until there is a permit for it.
pub async fn accept(listener: &TcpListener, permits: &Arc<Semaphore>) -> Option<Accepted> {
    let permit = take_permit(permits).await?;
    with_permit(permit, listener.accept().await).await
}

/// Takes the permit for a connection as soon as one is free.
pub async fn take_permit(permits: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    Arc::clone(permits).acquire_owned().await.ok()
}

/// Returns a connection with its permit. If accepting it failed, returns `None` after [`ACCEPT_BACKOFF`].
pub async fn with_permit(
    permit: OwnedSemaphorePermit,
    accepted: std::io::Result<(TcpStream, SocketAddr)>,
) -> Option<Accepted> {
    match accepted {
        Ok((stream, peer)) => {
            // A response is one write: waiting to fill a packet only delays it.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "TCP_NODELAY");
            }
            Some((permit, stream, peer))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(ACCEPT_BACKOFF).await;
            None
        }
    }
}
