//! What a connection is at, and when that has lasted for too long.

use std::time::Duration;

use axum::http::Version;
use tokio::sync::watch;
use tokio::time::Instant;

use super::lifecycle::{Lifecycle, reached};

/// How long a connection may be without a request that is whole enough to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ConnectionTimeouts {
    /// Before its first one.
    pub first: Duration,
    /// Since the latest answer was sent.
    pub next: Duration,
    /// Since the reader of an answer took anything of it.
    pub read: Duration,
    /// Since it was opened, whatever runs on it: what runs may finish, and nothing more begins.
    pub total: Option<Duration>,
}

/// The time that a connection which was told to end has for another request, and a client to begin its first.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);

/// What a connection is at: how many requests run on it, and since when it has been like that.
#[derive(Clone, Copy)]
pub(super) struct Activity {
    running: usize,
    /// How the latest request came, if there was one.
    latest: Option<Version>,
    since: Instant,
}

impl Activity {
    /// The activity of a connection that was just opened.
    pub(super) fn begin() -> Self {
        Self {
            running: 0,
            latest: None,
            since: Instant::now(),
        }
    }

    /// Whether a request runs.
    pub(super) fn is_running(self) -> bool {
        self.running > 0
    }
}

/// Counts a request until its answer is sent.
pub(super) struct Running(watch::Sender<Activity>);

impl Running {
    pub(super) fn begin(activity: &watch::Sender<Activity>, version: Version) -> Self {
        activity.send_modify(|it| {
            it.running += 1;
            it.latest = Some(version);
        });
        Self(activity.clone())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.send_modify(|it| {
            it.running -= 1;
            it.since = Instant::now();
        });
    }
}

/// Ends once nothing has run for longer than patience lasts. What runs has time limits of its own, but
/// there may always be something that runs: hence the limit in all, while others wait for a place.
pub(super) async fn out_of_patience(
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

/// Ends when the service no longer wants the connection.
///
/// HTTP/2 can say so without harm once a first request has come, with a GOAWAY. On HTTP/1.1, an idle connection can
/// only be closed, which may cross with a request on its way: while the service leaves, the next answer says it
/// instead.
pub(super) async fn service_ends(
    mut activity: watch::Receiver<Activity>,
    mut lifecycle: watch::Receiver<Lifecycle>,
) {
    let opened = Instant::now();
    reached(&mut lifecycle, Lifecycle::Leaving).await;
    tokio::select! {
        _ = activity.wait_for(|it| it.latest == Some(Version::HTTP_2)) => return,
        () = reached(&mut lifecycle, Lifecycle::Draining) => {}
    }
    // The first request of a connection that was just accepted is on its way.
    tokio::select! {
        _ = activity.wait_for(|it| it.latest.is_some()) => {}
        () = tokio::time::sleep_until(opened + DRAIN_TIMEOUT) => {}
    }
}

/// Ends a little after the last request has, if none begins in that time.
pub(super) async fn silent(mut activity: watch::Receiver<Activity>) {
    loop {
        if activity.wait_for(|it| it.running == 0).await.is_err() {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(DRAIN_TIMEOUT) => return,
            changed = activity.changed() => if changed.is_err() { return },
        }
    }
}
