//! One connection: HTTP/1.1 or HTTP/2 on it, and how long it may keep us waiting.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::Instant;

/// How long a connection may be without a request that is whole enough to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Patience {
    /// Before its first one.
    pub first: Duration,
    /// Since the latest answer began.
    pub next: Duration,
    /// Since it was opened, whatever runs on it: what runs may finish, and nothing more begins.
    pub in_all: Option<Duration>,
}

/// What a connection that was told to end may still take.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A request head: the longest query that is read from a URL, and 16 KiB for the rest of it.
const MAX_HEAD: u32 = 80 * 1024;

/// HTTP/2 streams at once on one connection, and bytes that may wait unread on each and in all: they bound
/// what one connection can make us keep.
const MAX_STREAMS: u32 = 32;
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 128 * 1024;

/// What a connection is at: how many requests run on it, and since when it has been like that.
#[derive(Clone, Copy)]
struct Activity {
    running: usize,
    has_begun: bool,
    since: Instant,
}

/// Counts a request for as long as its answer is being found.
struct Running(watch::Sender<Activity>);

impl Running {
    fn begin(activity: &watch::Sender<Activity>) -> Self {
        activity.send_modify(|it| {
            it.running += 1;
            it.has_begun = true;
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

/// Serves one client until it leaves, keeps us waiting for too long, or `stopping`.
pub(super) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    patience: watch::Receiver<Patience>,
    mut stopping: watch::Receiver<bool>,
) {
    let (activity, watched) = watch::channel(Activity {
        running: 0,
        has_begun: false,
        since: Instant::now(),
    });
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let running = Running::begin(&activity);
        let answer = router.call(addressed(request, peer));
        async move {
            let answer: Result<Response, Infallible> = answer.await;
            drop(running);
            answer
        }
    });
    let builder = builder();
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        // An error is the client's: it broke off, or does not speak HTTP.
        _ = connection.as_mut() => return,
        () = out_of_patience(watched.clone(), patience) => {}
        _ = stopping.wait_for(|stopping| *stopping) => {}
    }
    connection.as_mut().graceful_shutdown();
    tokio::select! {
        _ = connection.as_mut() => {}
        () = silent(watched) => {}
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().max_buf_size(MAX_HEAD as usize);
    builder
        .http2()
        .max_header_list_size(MAX_HEAD)
        .max_concurrent_streams(MAX_STREAMS)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW);
    builder
}

fn addressed(request: hyper::Request<Incoming>, peer: SocketAddr) -> Request {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    request
}

/// Ends once nothing has run for longer than patience lasts. What runs has time limits of its own, but
/// there may always be something that runs: hence the limit in all, while others wait for a place.
async fn out_of_patience(
    mut activity: watch::Receiver<Activity>,
    mut patience: watch::Receiver<Patience>,
) {
    let opened = Instant::now();
    loop {
        let now = *activity.borrow_and_update();
        let lasts = *patience.borrow_and_update();
        let idle = if now.has_begun {
            lasts.next
        } else {
            lasts.first
        };
        let in_all = lasts.in_all.unwrap_or_default();
        tokio::select! {
            () = tokio::time::sleep_until(now.since + idle), if now.running == 0 => return,
            () = tokio::time::sleep_until(opened + in_all), if lasts.in_all.is_some() => return,
            changed = activity.changed() => if changed.is_err() { return },
            changed = patience.changed() => if changed.is_err() { return },
        }
    }
}

/// Ends a little after the last request has, if none begins in that time.
async fn silent(mut activity: watch::Receiver<Activity>) {
    loop {
        if activity.wait_for(|it| it.running == 0).await.is_err() {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(LAST_WORDS) => return,
            changed = activity.changed() => if changed.is_err() { return },
        }
    }
}
