//! The body of a request on HTTP/1.1: what a handler leaves of it stands before the next request.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::sync::oneshot;
use tokio::time::timeout;

/// The largest rest of a body that is read and forgotten, so that the connection can be used again.
const MAX_DRAINED: u64 = 64 * 1024;

/// The time for that: most of such a rest has arrived with the rest of the request.
const DRAIN_TIMEOUT: Duration = Duration::from_millis(250);

/// A body that goes back to its connection if its handler does not read it to the end.
pub(super) struct LentBody {
    body: Option<Incoming>,
    owner: Option<oneshot::Sender<Incoming>>,
}

/// Where the rest of a body arrives that its handler did not read.
pub(super) struct Unread {
    rest: oneshot::Receiver<Incoming>,
    /// The client sends its body only if it is asked to.
    expects: bool,
}

/// Lends the body of a request to its handler.
pub(super) fn lend(request: Request<Incoming>) -> (Request<LentBody>, Unread) {
    let expects = request.headers().contains_key(header::EXPECT);
    let (owner, rest) = oneshot::channel();
    let lent = request.map(|body| LentBody {
        body: Some(body),
        owner: Some(owner),
    });
    (lent, Unread { rest, expects })
}

impl Unread {
    /// Whether another request can follow, after a small rest of this one. Its handler is done.
    pub(super) async fn settle(mut self, status: StatusCode) -> bool {
        match self.rest.try_recv() {
            Err(_) => true,
            Ok(_) if self.expects || status == StatusCode::REQUEST_TIMEOUT => false,
            Ok(rest) => drain(rest).await,
        }
    }
}

/// Reads and forgets a small rest; `false` if it is large or slow.
async fn drain(mut rest: Incoming) -> bool {
    if rest.size_hint().lower() > MAX_DRAINED {
        return false;
    }
    let all = async {
        let mut length = 0;
        while let Some(frame) = rest.frame().await {
            let Ok(frame) = frame else { return false };
            length += frame.data_ref().map_or(0, Bytes::len) as u64;
            if length > MAX_DRAINED {
                return false;
            }
        }
        true
    };
    timeout(DRAIN_TIMEOUT, all).await.unwrap_or(false)
}

impl Body for LentBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some(body) = self.body.as_mut() else {
            return Poll::Ready(None);
        };
        let frame = ready!(Pin::new(body).poll_frame(context));
        if !matches!(frame, Some(Ok(_))) {
            self.body = None; // It is read, or broken.
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map_or(SizeHint::with_exact(0), Body::size_hint)
    }
}

impl Drop for LentBody {
    fn drop(&mut self) {
        let rest = self.body.take().filter(|body| !body.is_end_stream());
        if let (Some(rest), Some(owner)) = (rest, self.owner.take()) {
            let _ = owner.send(rest); // A connection that is gone needs no rest.
        }
    }
}
