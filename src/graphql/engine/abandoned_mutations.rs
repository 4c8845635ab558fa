//! Mutations whose callers hang up, or wait no longer.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{AbortHandle, JoinError};

/// Lets mutations finish that their callers have abandoned: so many at once. One more is stopped where it is: its open
/// transaction is rolled back, and what it has committed stays. Cheap to clone.
#[derive(Clone)]
pub(super) struct AbandonedMutations(Arc<Semaphore>);

/// Where a task finds its permit once it is abandoned.
type Place = Arc<Mutex<Option<OwnedSemaphorePermit>>>;

/// The side that waits for a mutation.
struct Waiting {
    task: AbortHandle,
    place: Place,
    permits: Arc<Semaphore>,
}

impl AbandonedMutations {
    pub fn new(most: usize) -> Self {
        Self(Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS))))
    }

    /// Runs a mutation in a task of its own.
    ///
    /// # Errors
    /// When it panics, or the process ends.
    pub async fn run<T: Send + 'static>(
        &self,
        mutation: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, JoinError> {
        let place = Place::default();
        let held = Arc::clone(&place);
        let task = tokio::spawn(async move {
            let outcome = mutation.await;
            drop(held);
            outcome
        });
        let _waiting = Waiting {
            task: task.abort_handle(),
            place,
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
                let mut place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
                *place = Some(permit);
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

    /// A mutation that was begun, and then abandoned; what makes it go on, and what it tells when it has finished.
    async fn abandon(
        mutations: &AbandonedMutations,
    ) -> (oneshot::Sender<()>, oneshot::Receiver<()>) {
        let (go_on, told) = oneshot::channel();
        let (finished, finish) = oneshot::channel();
        let (begun, beginning) = oneshot::channel();
        let mutation = mutations.run(async move {
            let _ = begun.send(());
            let _ = told.await;
            let _ = finished.send(());
        });
        tokio::select! {
            _ = mutation => unreachable!("nobody told it to go on"),
            _ = beginning => {}
        }
        (go_on, finish)
    }

    #[tokio::test]
    async fn so_many_abandoned_mutations_finish_and_others_are_stopped() {
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
