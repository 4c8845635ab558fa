//! Mutations whose callers have hung up or stopped waiting.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{AbortHandle, JoinError};

/// Lets mutations finish after their callers have abandoned them, up to a maximum at once. One more is stopped where it is:
/// its open transaction is rolled back, and its earlier commits stay. Cheap to clone.
#[derive(Clone)]
pub(super) struct AbandonedMutations(Arc<Semaphore>);

/// The slot in which a task holds its permit once it is abandoned.
type PermitSlot = Arc<Mutex<Option<OwnedSemaphorePermit>>>;

/// The side that waits for a mutation.
struct Waiting {
    task: AbortHandle,
    slot: PermitSlot,
    permits: Arc<Semaphore>,
}

impl AbandonedMutations {
    /// Lets `max` abandoned mutations finish at once.
    pub fn new(max: usize) -> Self {
        Self(Arc::new(Semaphore::new(max.min(Semaphore::MAX_PERMITS))))
    }

    /// Runs a mutation in a task of its own.
    ///
    /// # Errors
    /// When it panics, or the process ends.
    pub async fn run<T: Send + 'static>(
        &self,
        mutation: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, JoinError> {
        let slot = PermitSlot::default();
        let held = Arc::clone(&slot);
        let task = tokio::spawn(async move {
            let outcome = mutation.await;
            drop(held);
            outcome
        });
        let _waiting = Waiting {
            task: task.abort_handle(),
            slot,
            permits: Arc::clone(&self.0),
        };
        task.await
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.task.is_finished() {
            return;
        }
        match Arc::clone(&self.permits).try_acquire_owned() {
            Ok(permit) => {
                let mut slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
                *slot = Some(permit);
            }
            Err(_) => self.task.abort(),
        }
    }
}

#[cfg(test)]
#[expect(clippy::panic, reason = "one test is about a panic")]
mod tests {
    use tokio::sync::oneshot;

    use super::AbandonedMutations;

    /// Begins a mutation and abandons it. Returns the sender that lets it go on, and the receiver of its end.
    async fn abandon(
        mutations: &AbandonedMutations,
    ) -> (oneshot::Sender<()>, oneshot::Receiver<()>) {
        let (go_on, signal) = oneshot::channel();
        let (finished, finish) = oneshot::channel();
        let (begun, beginning) = oneshot::channel();
        let mutation = mutations.run(async move {
            let _ = begun.send(());
            let _ = signal.await;
            let _ = finished.send(());
        });
        tokio::select! {
            _ = mutation => unreachable!("it goes on only after the signal"),
            _ = beginning => {}
        }
        (go_on, finish)
    }

    #[tokio::test]
    async fn abandoned_mutations_finish_up_to_the_maximum_and_others_are_stopped() {
        let mutations = AbandonedMutations::new(2);
        let (first, first_end) = abandon(&mutations).await;
        let (second, second_end) = abandon(&mutations).await;
        let (_third, third_end) = abandon(&mutations).await;
        assert!(third_end.await.is_err(), "the third was not stopped");
        first.send(()).unwrap();
        first_end.await.unwrap();
        second.send(()).unwrap();
        second_end.await.unwrap();
        while mutations.0.available_permits() < 2 {
            tokio::task::yield_now().await;
        }
        let (fourth, fourth_end) = abandon(&mutations).await;
        fourth.send(()).unwrap();
        fourth_end.await.unwrap();
    }

    #[tokio::test]
    async fn mutations_that_are_waited_for_need_no_permit() {
        let mutations = AbandonedMutations::new(0);
        let waited = (0..100).map(|number| mutations.run(async move { number }));
        let outcomes = futures_util::future::join_all(waited).await;
        for (number, outcome) in outcomes.into_iter().enumerate() {
            assert_eq!(outcome.unwrap(), number);
        }
    }

    #[tokio::test]
    async fn a_panic_reaches_the_caller() {
        let mutations = AbandonedMutations::new(1);
        let panicked = mutations.run(async { panic!("broken") });
        let panicked: Result<(), _> = panicked.await;
        assert!(panicked.unwrap_err().is_panic());
    }
}
