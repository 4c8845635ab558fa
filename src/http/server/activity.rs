//! The activity on one connection, and the conditions under which the connection ends.

use std::time::Duration;

use axum::http::Version;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::http::lifecycle::{Lifecycle, reached};

/// The time limits of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionTimeouts {
    /// Until the head of the first request has arrived.
    pub first: Duration,
    /// From the end of a response until the head of the next request has arrived.
    pub next: Duration,
    /// Without any progress in sending a response.
    pub read: Duration,
    /// From the start of the connection. Running requests may finish, and no new ones begin.
    pub total: Option<Duration>,
}

/// The time that a closing connection waits for another request, and a new connection for its first one.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);

/// The requests that run on a connection.
#[derive(Clone, Copy)]
pub struct Activity {
    running: usize,
    /// The HTTP version of the latest request; `None` before the first one.
    latest: Option<Version>,
    /// When the connection was opened, or its latest request ended.
    since: Instant,
}

impl Activity {
    /// Returns the activity of a new connection.
    pub fn begin() -> Self {
        Self {
            running: 0,
            latest: None,
            since: Instant::now(),
        }
    }

    /// Returns whether a request is running.
    pub fn is_running(self) -> bool {
        self.running > 0
    }
}

/// Counts a request as running until it is dropped.
pub struct Running(watch::Sender<Activity>);

impl Running {
    /// Counts a request from now on.
    pub fn begin(activity: &watch::Sender<Activity>, version: Version) -> Self {
        activity.send_modify(|activity| {
            activity.running += 1;
            activity.latest = Some(version);
        });
        Self(activity.clone())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.send_modify(|activity| {
            activity.running -= 1;
            activity.since = Instant::now();
        });
    }
}

/// Waits until the connection has been idle, or open, for too long.
///
/// Running requests have time limits of their own, but one can follow another for ever. The total limit ends that while
/// other clients wait for a connection.
pub async fn timed_out(
    mut activity: watch::Receiver<Activity>,
    mut timeouts: watch::Receiver<ConnectionTimeouts>,
) {
    let opened = Instant::now();
    loop {
        let now = *activity.borrow_and_update();
        let limits = *timeouts.borrow_and_update();
        let idle = if now.latest.is_some() {
            limits.next
        } else {
            limits.first
        };
        let total = limits.total.unwrap_or_default();
        tokio::select! {
            () = tokio::time::sleep_until(now.since + idle), if now.running == 0 => return,
            () = tokio::time::sleep_until(opened + total), if limits.total.is_some() => return,
            changed = activity.changed() => if changed.is_err() { return },
            changed = timeouts.changed() => if changed.is_err() { return },
        }
    }
}

/// Waits until the service shuts down and the connection can be closed.
///
/// HTTP/2 announces the end with a GOAWAY, which loses nothing once a first request has come. An idle HTTP/1.1 connection
/// can only be closed, and a request may already be on its way. So while the service is leaving, the next response
/// announces the end instead.
pub async fn service_ends(
    mut activity: watch::Receiver<Activity>,
    mut lifecycle: watch::Receiver<Lifecycle>,
) {
    let opened = Instant::now();
    reached(&mut lifecycle, Lifecycle::Leaving).await;
    tokio::select! {
        _ = activity.wait_for(|now| now.latest == Some(Version::HTTP_2)) => return,
        () = reached(&mut lifecycle, Lifecycle::Draining) => {}
    }
    // The first request on a connection that was just accepted is still on its way.
    tokio::select! {
        _ = activity.wait_for(|now| now.latest.is_some()) => {}
        () = tokio::time::sleep_until(opened + DRAIN_TIMEOUT) => {}
    }
}

/// Waits until no request has run for [`DRAIN_TIMEOUT`].
pub async fn drained(mut activity: watch::Receiver<Activity>) {
    loop {
        if activity.wait_for(|now| !now.is_running()).await.is_err() {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(DRAIN_TIMEOUT) => return,
            changed = activity.changed() => if changed.is_err() { return },
        }
    }
}
