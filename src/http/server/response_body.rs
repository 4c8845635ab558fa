//! The body of a response while it is sent, and whether the client takes any of it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use hyper::body::{Frame, SizeHint};
use tokio::sync::watch;
use tokio::time::Instant;

use super::activity::{Activity, ConnectionTimeouts, Running};

/// The size of the pieces in which a body is sent. A client that takes less within `SEND_TIMEOUT` counts as stalled.
const PIECE: usize = 8 * 1024;

/// The responses that are being sent on one connection.
#[derive(Clone, Default)]
pub struct Responses(Arc<Mutex<Vec<Weak<PendingResponse>>>>);

/// A response until the connection has written its last piece.
struct PendingResponse {
    /// When the latest piece was written.
    progress_at: Mutex<Instant>,
    _running: Running,
}

impl Responses {
    /// Follows a response while it is sent. Its request counts as running until then.
    pub fn send(&self, body: Body, running: Running) -> ResponseBody {
        let response = Arc::new(PendingResponse {
            progress_at: Mutex::new(Instant::now()),
            _running: running,
        });
        let mut responses = lock(&self.0);
        responses.retain(|other| other.strong_count() > 0);
        responses.push(Arc::downgrade(&response));
        ResponseBody {
            body,
            rest: Bytes::new(),
            response,
        }
    }

    /// Returns when the slowest response last made progress; `None` if none is being sent.
    fn slowest_progress_at(&self) -> Option<Instant> {
        let responses = lock(&self.0);
        let pending = responses.iter().filter_map(Weak::upgrade);
        pending.map(|response| *lock(&response.progress_at)).min()
    }
}

/// Locks a mutex. Nothing panics while one is held here, so none is poisoned.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A body that is sent in pieces.
pub struct ResponseBody {
    body: Body,
    rest: Bytes,
    response: Arc<PendingResponse>,
}

/// A piece of a body. The connection drops it as soon as it is written.
struct Piece {
    bytes: Bytes,
    response: Arc<PendingResponse>,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        *lock(&self.response.progress_at) = Instant::now();
    }
}

impl hyper::body::Body for ResponseBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
            match frame.map(|frame| frame.map(Frame::into_data)) {
                Some(Ok(Ok(data))) => self.rest = data,
                Some(Ok(Err(other))) => return Poll::Ready(Some(Ok(other))),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        let length = self.rest.len().min(PIECE);
        let piece = Piece {
            bytes: self.rest.split_to(length),
            response: Arc::clone(&self.response),
        };
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_owner(piece)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.rest.len() as u64;
        let body = self.body.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(rest + body.lower());
        if let Some(upper) = body.upper() {
            hint.set_upper(rest + upper);
        }
        hint
    }
}

/// Waits until the client has taken nothing of a response for too long.
pub async fn stalled(
    responses: Responses,
    mut activity: watch::Receiver<Activity>,
    mut timeouts: watch::Receiver<ConnectionTimeouts>,
) {
    loop {
        if activity.wait_for(|now| now.is_running()).await.is_err() {
            return std::future::pending().await; // The connection ends by itself.
        }
        let limit = timeouts.borrow_and_update().read;
        // A response that is still being made cannot be taken.
        let since = responses.slowest_progress_at().unwrap_or_else(Instant::now);
        if since.elapsed() >= limit {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep_until(since + limit) => {}
            _ = timeouts.changed() => {}
        }
    }
}
