//! One connection: HTTP/1.1 or HTTP/2 on it, and how it ends.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Version, header};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::activity::{Activity, ConnectionTimeouts, Running, drained, service_ends, timed_out};
use super::in_turn::InTurn;
use super::request_body::{self, UnreadBody};
use super::response_body::{ResponseBody, Responses, stalled};
use super::socket::Socket;
use crate::http::layers::request_head::MAX_HEAD;
use crate::http::lifecycle::{Lifecycle, reached};
use crate::http::site::Site;

/// The time that a client has to read a response that was sent before its request was read.
const LINGER_TIMEOUT: Duration = Duration::from_secs(5);

/// The limits of HTTP/2: concurrent streams, and unread bytes on each stream and on the connection. They bound the memory
/// of one connection.
const MAX_STREAMS: u32 = 32;
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 128 * 1024;

/// Serves one client until it leaves, a timeout passes, or the service ends.
pub async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    site: Arc<Site>,
    mut timeouts: watch::Receiver<ConnectionTimeouts>,
    mut lifecycle: watch::Receiver<Lifecycle>,
) {
    let socket = Socket::new(stream);
    let exchange = exchange(&socket, peer, site, timeouts.clone(), lifecycle.clone());
    if !exchange.await {
        return;
    }
    // Only the socket is left in memory.
    tokio::select! {
        () = socket.discard_rest() => {}
        () = tokio::time::sleep(LINGER_TIMEOUT) => {}
        _ = timeouts.wait_for(|timeouts| timeouts.total.is_some()) => {} // Others wait for a connection.
        () = reached(&mut lifecycle, Lifecycle::Draining) => {}
    }
}

/// Exchanges requests and responses until the connection ends. Returns whether the client may still be sending a request
/// that has its response already.
async fn exchange(
    socket: &Socket,
    peer: SocketAddr,
    site: Arc<Site>,
    timeouts: watch::Receiver<ConnectionTimeouts>,
    lifecycle: watch::Receiver<Lifecycle>,
) -> bool {
    let (activity, watched) = watch::channel(Activity::begin());
    let responses = Responses::default();
    let answered_early = Arc::new(AtomicBool::new(false));
    let builder = builder(site.turns(peer));
    let handler = Handler {
        site,
        peer,
        activity,
        responses: responses.clone(),
        lifecycle: lifecycle.clone(),
        answered_early: Arc::clone(&answered_early),
    };
    let service = service_fn(move |request| handler.handle(request));
    let mut connection = pin!(builder.serve_connection(TokioIo::new(socket.clone()), service));
    let mut stalled = pin!(stalled(responses, watched.clone(), timeouts.clone()));
    let closing = async {
        tokio::select! {
            () = timed_out(watched.clone(), timeouts) => {}
            () = service_ends(watched.clone(), lifecycle) => {}
        }
    };
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = stalled.as_mut() => None,
        () = closing => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = connection.as_mut() => Some(ended),
                () = stalled.as_mut() => None,
                () = drained(watched.clone()) => return false,
            }
        }
    };
    let Some(ended) = ended else {
        socket.abort();
        return false;
    };
    answered_early.load(Ordering::Relaxed) || ended.is_err_and(|error| is_malformed(&*error))
}

/// The handler of all requests on one connection.
struct Handler {
    site: Arc<Site>,
    peer: SocketAddr,
    activity: watch::Sender<Activity>,
    responses: Responses,
    lifecycle: watch::Receiver<Lifecycle>,
    /// Set when a response is sent before its request was read.
    answered_early: Arc<AtomicBool>,
}

impl Handler {
    /// Passes a request to the site, and follows the response until it is sent.
    fn handle(
        &self,
        request: Request<Incoming>,
    ) -> impl Future<Output = Result<Response<ResponseBody>, Infallible>> + use<> {
        let running = Running::begin(&self.activity, request.version());
        let is_http1 = request.version() < Version::HTTP_2;
        let (request, unread) = prepare(request);
        let (site, peer) = (Arc::clone(&self.site), self.peer);
        let (responses, lifecycle) = (self.responses.clone(), self.lifecycle.clone());
        let answered_early = Arc::clone(&self.answered_early);
        async move {
            let mut response = site.answer(peer, request).await;
            if let Some(unread) = unread
                && !unread.discard(response.status()).await
            {
                close_after(response.headers_mut());
                answered_early.store(true, Ordering::Relaxed);
            }
            if is_http1 && *lifecycle.borrow() > Lifecycle::Serving {
                close_after(response.headers_mut());
            }
            Ok(response.map(|body| responses.send(body, running)))
        }
    }
}

/// Turns a request of hyper into one for the site. On HTTP/1.1, also returns where the unread rest of its body arrives;
/// on HTTP/2, a stream whose body is not read is reset and disturbs no other.
fn prepare(request: Request<Incoming>) -> (Request, Option<UnreadBody>) {
    if request.version() < Version::HTTP_2 {
        let (request, unread) = request_body::lend(request);
        (request.map(Body::new), Some(unread))
    } else {
        (request.map(Body::new), None)
    }
}

/// Tells the client that this is the last response on its connection.
fn close_after(headers: &mut HeaderMap) {
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
}

/// Returns whether hyper refused a request because it is not HTTP. Other errors mean that the client is gone.
fn is_malformed(error: &(dyn std::error::Error + 'static)) -> bool {
    let error = error.downcast_ref::<hyper::Error>();
    error.is_some_and(hyper::Error::is_parse)
}

fn builder(turns: usize) -> Builder<InTurn> {
    let streams = InTurn::new(turns, 2 * MAX_STREAMS as usize);
    let mut builder = Builder::new(streams);
    builder.http1().max_buf_size(MAX_HEAD as usize);
    builder
        .http2()
        .max_header_list_size(MAX_HEAD)
        .max_concurrent_streams(MAX_STREAMS)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW);
    builder
}
