//! The server: accepts connections up to a limit, until the service ends.
//!
//! `listener` opens the socket. `connection` speaks HTTP on an accepted connection, over a `socket` that outlives it.
//! `in_turn` shares the processor
//! among connections. `activity` has the conditions under which a connection ends. `request_body` and `response_body` watch what a handler
//! leaves of a request, and what a client takes of a response.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use self::activity::ConnectionTimeouts;
use self::listener::{Accepted, BACKLOG, accept, take_permit, with_permit};
use crate::http::lifecycle::{Lifecycle, reached};
use crate::http::site::Site;

mod activity;
mod connection;
mod in_turn;
pub mod listener;
mod request_body;
mod response_body;
mod socket;

/// The limits of connections.
#[derive(Clone, Copy, Debug)]
pub struct ServerOptions {
    /// The time for the first request head on a new connection.
    pub header_timeout: Duration,
    /// The time for the next request head after a response.
    pub idle_timeout: Duration,
    /// The time within which a client must take some of its response.
    pub send_timeout: Duration,
    pub max_connections: u32,
}

/// The limit of every timeout while all connections are in use: who idles for longer makes room for others.
const OVERLOADED: Duration = Duration::from_secs(1);

/// The longest life of a connection while all are in use: the default of `REQUEST_TIMEOUT`, once to read a request and
/// once to execute it.
const OVERLOADED_TOTAL: Duration = Duration::from_secs(20);

/// A backlog in which nothing arrives for this long is empty.
const BACKLOG_PAUSE: Duration = Duration::from_millis(50);

/// The time after which [`BACKLOG_POLL`] replaces [`BACKLOG_PAUSE`]: load balancers have noticed the shutdown.
const BACKLOG_TIMEOUT: Duration = Duration::from_secs(2);

/// The time within which a connection that is already in the backlog is accepted.
const BACKLOG_POLL: Duration = Duration::from_millis(2);

/// Serves until the service drains, and then until all running requests have finished.
pub async fn serve(
    listener: TcpListener,
    site: Arc<Site>,
    options: ServerOptions,
    mut lifecycle: watch::Receiver<Lifecycle>,
) {
    let capacity = Arc::new(Capacity::new(options));
    let connections = Connections {
        site,
        capacity: Arc::clone(&capacity),
        lifecycle: lifecycle.clone(),
    };
    loop {
        capacity.adjust_timeouts();
        tokio::select! {
            accepted = accept(&listener, &capacity.permits) => if let Some(accepted) = accepted {
                connections.spawn(accepted);
            },
            () = reached(&mut lifecycle, Lifecycle::Draining) => break,
        }
    }
    connections.spawn_backlog(&listener).await;
    drop(listener);
    // All permits are back once every connection is closed.
    let _ = capacity.permits.acquire_many(options.max_connections).await;
}

/// The parts that every connection is served with.
struct Connections {
    site: Arc<Site>,
    capacity: Arc<Capacity>,
    lifecycle: watch::Receiver<Lifecycle>,
}

impl Connections {
    /// Serves a connection in a task of its own.
    fn spawn(&self, (permit, stream, peer): Accepted) {
        let (site, capacity) = (Arc::clone(&self.site), Arc::clone(&self.capacity));
        let lifecycle = self.lifecycle.clone();
        tokio::spawn(async move {
            let timeouts = capacity.timeouts.subscribe();
            connection::serve(stream, peer, site, timeouts, lifecycle).await;
            drop(permit);
            capacity.adjust_timeouts();
        });
    }

    /// Serves the connections that wait in the backlog, however long that takes: the kernel resets them when the listener
    /// closes.
    async fn spawn_backlog(&self, listener: &TcpListener) {
        let began = Instant::now();
        let mut count = 0;
        // The backlog is a queue: after this many, none is left of those that were in it at the start.
        while count <= BACKLOG {
            self.capacity.adjust_timeouts();
            let Some(permit) = take_permit(&self.capacity.permits).await else {
                return;
            };
            let pause = if began.elapsed() < BACKLOG_TIMEOUT {
                BACKLOG_PAUSE
            } else {
                BACKLOG_POLL
            };
            let Ok(accepted) = tokio::time::timeout(pause, listener.accept()).await else {
                return;
            };
            if let Some(accepted) = with_permit(permit, accepted).await {
                self.spawn(accepted);
                count += 1;
            }
        }
    }
}

/// The permits for connections, and the timeouts that depend on whether any is free.
struct Capacity {
    permits: Arc<Semaphore>,
    usual: ConnectionTimeouts,
    timeouts: watch::Sender<ConnectionTimeouts>,
}

impl Capacity {
    fn new(options: ServerOptions) -> Self {
        let usual = ConnectionTimeouts {
            first: options.header_timeout,
            next: options.idle_timeout,
            read: options.send_timeout,
            total: None,
        };
        Self {
            permits: Arc::new(Semaphore::new(options.max_connections as usize)),
            usual,
            timeouts: watch::Sender::new(usual),
        }
    }

    /// Shortens the timeouts while all connections are in use.
    fn adjust_timeouts(&self) {
        self.timeouts.send_if_modified(|current| {
            // Counts the permits inside the update. Otherwise an older count could overwrite a newer one, and idle
            // connections would keep all permits.
            let fitting = if self.permits.available_permits() > 0 {
                self.usual
            } else {
                ConnectionTimeouts {
                    first: self.usual.first.min(OVERLOADED),
                    next: self.usual.next.min(OVERLOADED),
                    read: self.usual.read.min(OVERLOADED),
                    total: Some(OVERLOADED_TOTAL),
                }
            };
            let is_other = *current != fitting;
            *current = fitting;
            is_other
        });
    }
}
