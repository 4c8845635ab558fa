//! The body of an HTTP/1.1 request: the rest that a handler does not read is in the way of the next request.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::sync::oneshot;
use tokio::time::timeout;

/// The largest rest of a body that is read and discarded, so that the connection can be reused.
const MAX_DRAINED: u64 = 64 * 1024;

/// The time to read such a rest. Most of it has arrived together with the request.
const DRAIN_TIMEOUT: Duration = Duration::from_millis(250);

/// A body that returns to its connection if its handler does not read it to the end.
pub struct LentBody {
    body: Option<Incoming>,
    owner: Option<oneshot::Sender<Incoming>>,
}

/// The rest of a body, once its handler is done.
pub struct UnreadBody {
    rest: oneshot::Receiver<Incoming>,
    /// Whether the client waits for `100 Continue` before it sends the body.
    expects_continue: bool,
}

/// Lends the body of a request to its handler.
pub fn lend(request: Request<Incoming>) -> (Request<LentBody>, UnreadBody) {
    let expects_continue = request.headers().contains_key(header::EXPECT);
    let (owner, rest) = oneshot::channel();
    let lent = request.map(|body| LentBody {
        body: Some(body),
        owner: Some(owner),
    });
    let unread = UnreadBody {
        rest,
        expects_continue,
    };
    (lent, unread)
}

impl UnreadBody {
    /// Discards a small rest of the body. Returns whether another request can follow. Call it when the handler is done.
    pub async fn discard(mut self, status: StatusCode) -> bool {
        match self.rest.try_recv() {
            Err(_) => true,
            Ok(_) if self.expects_continue || status == StatusCode::REQUEST_TIMEOUT => false,
            Ok(rest) => drain(rest).await,
        }
    }
}

/// Reads and discards a small rest. Returns `false` if it is large or slow.
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
            self.body = None; // It has ended, or it is broken.
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
            let _ = owner.send(rest); // If the connection is gone, the rest does not matter.
        }
    }
}
