//! The body of an answer on its way, and whether its reader takes anything of it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use hyper::body::{Frame, SizeHint};
use tokio::sync::watch;
use tokio::time::Instant;

use super::activity::{Activity, ConnectionTimeouts, Running};

/// Bytes that a reader takes at once. One that takes fewer in `SEND_TIMEOUT` counts as taking nothing.
const PIECE: usize = 8 * 1024;

/// The answers of one connection that are on their way.
#[derive(Clone, Default)]
pub(super) struct Answers(Arc<Mutex<Vec<Weak<Answer>>>>);

/// An answer, until the connection has let go of its last piece.
struct Answer {
    /// When a piece was taken last.
    taken: Mutex<Instant>,
    _running: Running,
}

impl Answers {
    /// Follows an answer on its way to its reader. Its request counts as running until then.
    pub(super) fn send(&self, body: Body, running: Running) -> AnswerBody {
        let answer = Arc::new(Answer {
            taken: Mutex::new(Instant::now()),
            _running: running,
        });
        let mut answers = lock(&self.0);
        answers.retain(|other| other.strong_count() > 0);
        answers.push(Arc::downgrade(&answer));
        AnswerBody {
            body,
            rest: Bytes::new(),
            answer,
        }
    }

    /// Since when the slowest reader has taken nothing; `None` if no answer is on its way.
    pub(super) fn waiting_since(&self) -> Option<Instant> {
        let answers = lock(&self.0);
        let taken = answers
            .iter()
            .filter_map(Weak::upgrade)
            .map(|it| *lock(&it.taken));
        taken.min()
    }
}

/// No lock here is held where anything can panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A body in pieces.
pub(super) struct AnswerBody {
    body: Body,
    rest: Bytes,
    answer: Arc<Answer>,
}

/// A piece of a body. The connection drops it when it has written it.
struct Piece {
    bytes: Bytes,
    answer: Arc<Answer>,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        *lock(&self.answer.taken) = Instant::now();
    }
}

impl hyper::body::Body for AnswerBody {
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
            answer: Arc::clone(&self.answer),
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

/// Ends when the reader of an answer has taken nothing of it for too long.
pub(super) async fn unread(
    answers: Answers,
    mut activity: watch::Receiver<Activity>,
    mut timeouts: watch::Receiver<ConnectionTimeouts>,
) {
    loop {
        if activity.wait_for(|now| now.is_running()).await.is_err() {
            return std::future::pending().await; // The connection ends by itself.
        }
        let limit = timeouts.borrow_and_update().read;
        // An answer that is still being found cannot be taken.
        let since = answers.waiting_since().unwrap_or_else(Instant::now);
        if since.elapsed() >= limit {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep_until(since + limit) => {}
            _ = timeouts.changed() => {}
        }
    }
}
