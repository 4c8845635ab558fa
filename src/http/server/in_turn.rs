//! The turns of the streams on one HTTP/2 connection. An HTTP/1.1 connection runs one request at a time. Streams run
//! beside each other, so that one which waits holds up no other; but they compute one after another. So a connection with
//! many streams takes no more of the processor from other clients than one of HTTP/1.1 does.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use hyper::rt::Executor;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::yield_now;

/// Spawns the streams of one connection. Each waits for its turn before each step.
#[derive(Clone)]
pub struct InTurn(Arc<Semaphore>);

impl InTurn {
    pub fn new() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }

    /// Waits for the turn; `None` never happens, because nobody closes the semaphore.
    async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(turn) = Arc::clone(&self.0).try_acquire_owned() {
            return Some(turn);
        }
        let turn = Arc::clone(&self.0).acquire_owned().await.ok();
        // The runtime polls a task at once that another one has woken. This lets the tasks of other clients go first.
        yield_now().await;
        turn
    }

    async fn run(self, stream: impl Future<Output = ()>) {
        let mut stream = pin!(stream);
        let mut is_done = false;
        while !is_done {
            let mut turn = self.turn().await;
            let mut is_polled = false;
            is_done = poll_fn(|context| {
                if is_polled {
                    return Poll::Ready(false); // Something has woken the stream.
                }
                is_polled = true;
                let step = stream.as_mut().poll(context);
                turn = None;
                step.map(|()| true)
            })
            .await;
        }
    }
}

impl<F> Executor<F> for InTurn
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, stream: F) {
        tokio::spawn(self.clone().run(stream));
    }
}
