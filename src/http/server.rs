//! Accepting connections, as many as there is room for, until told to stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use super::connection::{self, Patience};

/// How connections are held.
#[derive(Clone, Copy, Debug)]
pub struct ServerOptions {
    /// For a new connection's first request head.
    pub header_timeout: Duration,
    /// For the next one, once an answer is on its way.
    pub idle_timeout: Duration,
    pub max_connections: u32,
}

/// Where room is short, who idles for so long makes some.
const CROWDED: Duration = Duration::from_secs(1);

/// After a failed accept, such as for want of file descriptors: what was short may come back.
const BREATHER: Duration = Duration::from_millis(100);

/// As long as a request may take in any case, by the default of `REQUEST_TIMEOUT`: to be read, and to be
/// answered.
const CROWDED_IN_ALL: Duration = Duration::from_secs(20);

/// Serves until `stopping`, and then until what runs has finished.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    options: ServerOptions,
    mut stopping: watch::Receiver<bool>,
) {
    let room = Arc::new(Room::new(options));
    loop {
        room.judge();
        let accepted = tokio::select! {
            accepted = accept(&listener, &room.places) => accepted,
            _ = stopping.wait_for(|stopping| *stopping) => break,
        };
        let Some((place, stream, peer)) = accepted else {
            continue;
        };
        let (router, room, stopping) = (router.clone(), Arc::clone(&room), stopping.clone());
        tokio::spawn(async move {
            let patience = room.patience.subscribe();
            connection::serve(stream, peer, router, patience, stopping).await;
            drop(place);
            room.judge();
        });
    }
    drop(listener);
    // All places are free once every connection is gone.
    let _ = room.places.acquire_many(options.max_connections).await;
}

/// Places for connections, and how patient we are with those that have one.
struct Room {
    places: Arc<Semaphore>,
    usual: Patience,
    patience: watch::Sender<Patience>,
}

impl Room {
    fn new(options: ServerOptions) -> Self {
        let usual = Patience {
            first: options.header_timeout,
            next: options.idle_timeout,
            in_all: None,
        };
        Self {
            places: Arc::new(Semaphore::new(options.max_connections as usize)),
            usual,
            patience: watch::Sender::new(usual),
        }
    }

    /// Shorter while nobody else could come.
    fn judge(&self) {
        self.patience.send_if_modified(|now| {
            // Looked at where only one at a time can: of two who judge at once, the later must prevail,
            // or those who idle keep all places.
            let fits = if self.places.available_permits() > 0 {
                self.usual
            } else {
                Patience {
                    first: self.usual.first.min(CROWDED),
                    next: self.usual.next.min(CROWDED),
                    in_all: Some(CROWDED_IN_ALL),
                }
            };
            let is_other = *now != fits;
            *now = fits;
            is_other
        });
    }
}

type Accepted = (tokio::sync::OwnedSemaphorePermit, TcpStream, SocketAddr);

/// The next connection, once there is a place for it: until then the kernel keeps it waiting.
async fn accept(listener: &TcpListener, room: &Arc<Semaphore>) -> Option<Accepted> {
    let place = Arc::clone(room).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // An answer is one write: waiting to fill a packet only delays it.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "TCP_NODELAY");
            }
            Some((place, stream, peer))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(BREATHER).await;
            None
        }
    }
}
