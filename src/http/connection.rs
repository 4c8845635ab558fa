//! One connection: HTTP/1.1 or HTTP/2 on it, and how it ends.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, HeaderValue, Version, header};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::activity::{
    Activity, ConnectionTimeouts, Running, out_of_patience, service_ends, silent,
};
use super::answer_body::{Answers, unread};
use super::lifecycle::{Lifecycle, reached};
use super::request_body::{self, Unread};
use super::request_head::MAX_HEAD;
use super::socket::Socket;

/// The time that a client has to take an answer which came before its request was read.
const LINGER_TIMEOUT: Duration = Duration::from_secs(5);

/// HTTP/2 streams at once on one connection, and bytes that may wait unread on each and in all: they bound
/// what one connection can make us keep.
const MAX_STREAMS: u32 = 32;
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 128 * 1024;

/// Serves one client until it leaves, keeps us waiting for too long, or the service ends.
pub(super) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    mut timeouts: watch::Receiver<ConnectionTimeouts>,
    mut lifecycle: watch::Receiver<Lifecycle>,
) {
    let socket = Socket::new(stream);
    let speaking = speak(&socket, peer, router, timeouts.clone(), lifecycle.clone());
    if !speaking.await {
        return;
    }
    // By now, nothing is left in memory but the socket.
    tokio::select! {
        () = socket.discard_rest() => {}
        () = tokio::time::sleep(LINGER_TIMEOUT) => {}
        _ = timeouts.wait_for(|timeouts| timeouts.total.is_some()) => {} // Others need the place.
        () = reached(&mut lifecycle, Lifecycle::Draining) => {}
    }
}

/// Speaks HTTP until there is no more to say. Whether the client may still be sending a request that was answered
/// before it was read.
async fn speak(
    socket: &Socket,
    peer: SocketAddr,
    router: Router,
    timeouts: watch::Receiver<ConnectionTimeouts>,
    lifecycle: watch::Receiver<Lifecycle>,
) -> bool {
    let answered_early = Arc::new(AtomicBool::new(false));
    let is_early = Arc::clone(&answered_early);
    let (activity, watched) = watch::channel(Activity::begin());
    let answers = Answers::default();
    let sending = answers.clone();
    let router = TowerToHyperService::new(router);
    let seen = lifecycle.clone();
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let running = Running::begin(&activity, request.version());
        let lifecycle = seen.clone();
        let is_http1 = request.version() < Version::HTTP_2;
        let (request, unread) = addressed(request, peer);
        let answer = router.call(request);
        let (is_early, sending) = (Arc::clone(&is_early), sending.clone());
        async move {
            let mut answer: Response = answer.await?;
            if let Some(unread) = unread
                && !unread.settle(answer.status()).await
            {
                close_after(answer.headers_mut());
                is_early.store(true, Ordering::Relaxed);
            }
            if is_http1 && *lifecycle.borrow() > Lifecycle::Serving {
                close_after(answer.headers_mut());
            }
            Ok::<_, Infallible>(answer.map(|body| sending.send(body, running)))
        }
    });
    let builder = builder();
    let mut connection = pin!(builder.serve_connection(TokioIo::new(socket.clone()), service));
    let mut unread = pin!(unread(answers, watched.clone(), timeouts.clone()));
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = unread.as_mut() => {
            socket.abort();
            return false;
        }
        () = out_of_patience(watched.clone(), timeouts) => None,
        () = service_ends(watched.clone(), lifecycle) => None,
    };
    let ended = if let Some(ended) = ended {
        ended
    } else {
        connection.as_mut().graceful_shutdown();
        tokio::select! {
            ended = connection.as_mut() => ended,
            () = unread => {
                socket.abort();
                return false;
            }
            () = silent(watched) => return false,
        }
    };
    answered_early.load(Ordering::Relaxed) || ended.is_err_and(|error| is_malformed(&*error))
}

/// Whether hyper has answered that a request is not HTTP. Other errors are clients that broke off.
fn is_malformed(error: &(dyn std::error::Error + 'static)) -> bool {
    let error = error.downcast_ref::<hyper::Error>();
    error.is_some_and(hyper::Error::is_parse)
}

/// Tells the client that this is the last answer on its connection.
fn close_after(headers: &mut HeaderMap) {
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
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

/// The request as the router takes it. A stream of HTTP/2 is reset where its body is not read, and disturbs
/// no other; on HTTP/1.1 it is to be seen what becomes of the body.
fn addressed(request: hyper::Request<Incoming>, peer: SocketAddr) -> (Request, Option<Unread>) {
    let (mut request, unread) = if request.version() < Version::HTTP_2 {
        let (request, unread) = request_body::lend(request);
        (request.map(Body::new), Some(unread))
    } else {
        (request.map(Body::new), None)
    };
    request.extensions_mut().insert(ConnectInfo(peer));
    (request, unread)
}
