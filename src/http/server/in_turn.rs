//! The turns of the streams on one HTTP/2 connection. An HTTP/1.1 connection runs one request at a time. Streams run
//! beside each other, so that one which waits holds up no other; but they compute in turn. So a stranger's connection with
//! many streams takes no more of the processor from other clients than one of HTTP/1.1 does. (A mutation runs in a task
//! of its own, whose turns are not counted: those that compute for long wait for a hashing thread.)

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use hyper::rt::Executor;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::yield_now;

/// Spawns the streams of one connection. Each waits for its turn before each step.
#[derive(Clone)]
pub struct InTurn {
    /// The streams that may compute at the same time.
    turns: Arc<Semaphore>,
    /// The streams that may exist at the same time.
    places: Arc<Semaphore>,
}

impl InTurn {
    pub fn new(turns: usize, max_streams: usize) -> Self {
        Self {
            turns: Arc::new(Semaphore::new(turns)),
            places: Arc::new(Semaphore::new(max_streams)),
        }
    }

    /// Waits for a turn; `None` never happens, because nobody closes the semaphore.
    async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(turn) = Arc::clone(&self.turns).try_acquire_owned() {
            return Some(turn);
        }
        let turn = Arc::clone(&self.turns).acquire_owned().await.ok();
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
                drop(turn.take());
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
    /// Spawns a stream. Drops it, which resets it, if there are too many: a client that resets streams and opens others at
    /// once could make any number of them wait for their turns.
    fn execute(&self, stream: F) {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return;
        };
        let running = self.clone().run(stream);
        tokio::spawn(async move {
            running.await;
            drop(place);
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use hyper::rt::Executor;
    use tokio::sync::{mpsc, oneshot};
    use tokio::task::yield_now;
    use tokio::time::timeout;

    use super::InTurn;

    /// Fails a test that would hang otherwise.
    async fn soon<F: Future>(work: F) -> F::Output {
        timeout(Duration::from_secs(20), work).await.unwrap()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn the_streams_of_a_connection_compute_one_after_another_and_all_of_them_end() {
        let streams = InTurn::new(1, 100);
        let computing = Arc::new(AtomicUsize::new(0));
        let (ended, mut ends) = mpsc::unbounded_channel();
        for _ in 0..100 {
            let (computing, ended) = (Arc::clone(&computing), ended.clone());
            streams.execute(async move {
                for _ in 0..20 {
                    let others = computing.fetch_add(1, Ordering::SeqCst);
                    std::hint::black_box((0..1_000).sum::<u64>());
                    computing.fetch_sub(1, Ordering::SeqCst);
                    assert_eq!(others, 0);
                    yield_now().await;
                }
                ended.send(()).unwrap();
            });
        }
        for _ in 0..100 {
            soon(ends.recv()).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_stream_that_waits_or_panics_holds_up_no_other() {
        let streams = InTurn::new(1, 3);
        let (go_on, waits) = oneshot::channel::<()>();
        let (ended, mut ends) = mpsc::unbounded_channel();
        let end = ended.clone();
        streams.execute(async move {
            waits.await.unwrap();
            end.send("first").unwrap();
        });
        streams.execute(async { std::panic::resume_unwind(Box::new("as the test wants it")) });
        streams.execute(async move { ended.send("second").unwrap() });
        assert_eq!(soon(ends.recv()).await, Some("second"));
        go_on.send(()).unwrap();
        assert_eq!(soon(ends.recv()).await, Some("first"));
    }

    #[tokio::test]
    async fn more_streams_than_there_are_places_are_dropped() {
        let streams = InTurn::new(1, 2);
        let (held, mut released) = mpsc::channel::<()>(1);
        for _ in 0..5 {
            let held = held.clone();
            streams.execute(async move {
                std::future::pending::<()>().await;
                drop(held);
            });
        }
        // The test's own, and those of two streams.
        assert_eq!(held.strong_count(), 3);
        drop(held);
        assert!(released.try_recv().is_err());
    }
}
