//! Accepting connections, as many as there is room for, until the service ends.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use super::activity::ConnectionTimeouts;
use super::connection;
use super::lifecycle::{Lifecycle, reached};
use super::listener::{Accepted, BACKLOG, accept, place_in, take_place};

/// How connections are held.
#[derive(Clone, Copy, Debug)]
pub struct ServerOptions {
    /// For a new connection's first request head.
    pub header_timeout: Duration,
    /// For the next one, once an answer is on its way.
    pub idle_timeout: Duration,
    /// For the reader of an answer to take some of it.
    pub send_timeout: Duration,
    pub max_connections: u32,
}

/// Where room is short, who idles for so long makes some.
const CROWDED: Duration = Duration::from_secs(1);

/// As long as a request may take in any case, by the default of `REQUEST_TIMEOUT`: to be read, and to be
/// answered.
const CROWDED_TOTAL: Duration = Duration::from_secs(20);

/// When the service ends, a backlog in which nothing arrives for so long is empty.
const BACKLOG_PAUSE: Duration = Duration::from_millis(50);

/// From then on, a backlog is empty as soon as nothing is in it: load balancers have had their time.
const BACKLOG_PATIENCE: Duration = Duration::from_secs(2);

/// What is in the backlog is seen within this time.
const BACKLOG_GLANCE: Duration = Duration::from_millis(2);

/// Serves until the service drains, and then until what runs has finished.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    options: ServerOptions,
    mut lifecycle: watch::Receiver<Lifecycle>,
) {
    let room = Arc::new(Room::new(options));
    let connections = Connections {
        router,
        room: Arc::clone(&room),
        lifecycle: lifecycle.clone(),
    };
    loop {
        room.judge();
        tokio::select! {
            accepted = accept(&listener, &room.places) => if let Some(accepted) = accepted {
                connections.begin(accepted);
            },
            () = reached(&mut lifecycle, Lifecycle::Draining) => break,
        }
    }
    connections.begin_waiting(&listener).await;
    drop(listener);
    // All places are free once every connection is gone.
    let _ = room.places.acquire_many(options.max_connections).await;
}

/// How accepted connections begin.
struct Connections {
    router: Router,
    room: Arc<Room>,
    lifecycle: watch::Receiver<Lifecycle>,
}

impl Connections {
    fn begin(&self, (place, stream, peer): Accepted) {
        let (router, room) = (self.router.clone(), Arc::clone(&self.room));
        let lifecycle = self.lifecycle.clone();
        tokio::spawn(async move {
            let timeouts = room.timeouts.subscribe();
            connection::serve(stream, peer, router, timeouts, lifecycle).await;
            drop(place);
            room.judge();
        });
    }

    /// Begins those that wait in the backlog, however long that takes: the kernel resets them when the listener goes.
    async fn begin_waiting(&self, listener: &TcpListener) {
        let began = Instant::now();
        let mut count = 0;
        // The backlog is a queue: after so many, all that were in it at first have begun.
        while count <= BACKLOG {
            self.room.judge();
            let Some(place) = take_place(&self.room.places).await else {
                return;
            };
            let pause = if began.elapsed() < BACKLOG_PATIENCE {
                BACKLOG_PAUSE
            } else {
                BACKLOG_GLANCE
            };
            let Ok(accepted) = tokio::time::timeout(pause, listener.accept()).await else {
                return;
            };
            if let Some(accepted) = place_in(place, accepted).await {
                self.begin(accepted);
                count += 1;
            }
        }
    }
}

/// Places for connections, and how patient we are with those that have one.
struct Room {
    places: Arc<Semaphore>,
    usual: ConnectionTimeouts,
    timeouts: watch::Sender<ConnectionTimeouts>,
}

impl Room {
    fn new(options: ServerOptions) -> Self {
        let usual = ConnectionTimeouts {
            first: options.header_timeout,
            next: options.idle_timeout,
            read: options.send_timeout,
            total: None,
        };
        Self {
            places: Arc::new(Semaphore::new(options.max_connections as usize)),
            usual,
            timeouts: watch::Sender::new(usual),
        }
    }

    /// Shorter while nobody else could come.
    fn judge(&self) {
        self.timeouts.send_if_modified(|now| {
            // Reads the free places inside the update: otherwise a stale reading could overwrite a newer one,
            // and idle connections would keep all places.
            let fits = if self.places.available_permits() > 0 {
                self.usual
            } else {
                ConnectionTimeouts {
                    first: self.usual.first.min(CROWDED),
                    next: self.usual.next.min(CROWDED),
                    read: self.usual.read.min(CROWDED),
                    total: Some(CROWDED_TOTAL),
                }
            };
            let is_other = *now != fits;
            *now = fits;
            is_other
        });
    }
}
