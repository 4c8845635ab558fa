//! Password hashing: slow on purpose, so kept off the async threads and admitted by a queue.
//!
//! `engine` is the seam behind which the algorithm lives; `queue` decides who gets in.

mod engine;
mod queue;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use self::engine::Engine;
pub use self::engine::{Argon2Cost, Verdict};
use self::queue::Queue;
use super::AuthError;
use crate::random::Random;

/// How hard hashing is, and how much of the machine it may take.
#[derive(Clone, Copy, Debug)]
pub struct HasherOptions {
    pub cost: Argon2Cost,
    pub threads: usize,
    /// A caller who would wait longer than this is turned away.
    pub max_wait: Duration,
}

/// Runs what is slow about passwords on threads of its own. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Hasher {
    jobs: mpsc::Sender<Job>,
    queue: Arc<Queue>,
}

type Job = Box<dyn FnOnce(&mut Engine) + Send>;

impl Hasher {
    /// Starts the threads. They end when the last clone of the hasher is gone.
    ///
    /// # Errors
    /// When the cost is none that Argon2 allows, or a thread cannot be started.
    pub fn start(options: HasherOptions, random: &Random) -> Result<Self, String> {
        let (jobs, inbox) = mpsc::channel();
        let inbox = Arc::new(Mutex::new(inbox));
        let queue = Arc::new(Queue::new(options.threads, options.max_wait));
        for number in 1..=options.threads {
            let engine = Engine::new(options.cost, random.clone())?;
            let (inbox, queue) = (Arc::clone(&inbox), Arc::clone(&queue));
            std::thread::Builder::new()
                .name(format!("hasher-{number}"))
                .spawn(move || work(engine, &inbox, &queue))
                .map_err(|error| format!("a hashing thread cannot be started: {error}"))?;
        }
        Ok(Self { jobs, queue })
    }

    /// Runs a job on a hashing thread, once it is its turn.
    ///
    /// # Errors
    /// `Overloaded` when the queue is too long; `Unexpected` when the job panics.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Engine) -> T + Send + 'static,
    ) -> Result<T, AuthError> {
        self.queue
            .enter()
            .map_err(|retry_after| AuthError::Overloaded { retry_after })?;
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |engine| {
            // A receiver that is gone belongs to a client that is gone.
            let _ = reply.send(job(engine));
        });
        let lost = || AuthError::Unexpected("a hashing thread lost its job".to_owned());
        self.jobs.send(job).map_err(|_| lost())?;
        answer.await.map_err(|_| lost())
    }
}

/// One thread's life. The place in the queue is given back when the job is done, not when the client
/// hangs up: otherwise hanging up would let one client queue without end. A job that panics takes
/// neither the thread nor the place with it.
fn work(mut engine: Engine, inbox: &Mutex<mpsc::Receiver<Job>>, queue: &Queue) {
    loop {
        let next = inbox.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else {
            return;
        };
        let began = std::time::Instant::now();
        let done = catch_unwind(AssertUnwindSafe(|| job(&mut engine)));
        queue.leave(began.elapsed());
        if done.is_err() {
            tracing::error!("a job of a hashing thread panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Argon2Cost, Hasher, HasherOptions};
    use crate::random::Random;
    use crate::service::AuthError;
    use std::time::Duration;

    #[tokio::test]
    async fn a_job_that_panics_takes_neither_the_thread_nor_its_place() {
        let cost = Argon2Cost {
            memory_kib: 64,
            iterations: 1,
            parallelism: 1,
        };
        let options = HasherOptions {
            cost,
            threads: 1,
            max_wait: Duration::ZERO,
        };
        let hasher = Hasher::start(options, &Random::seeded(1)).unwrap();
        for _ in 0..3 {
            let lost = when_there_is_room(&hasher, true).await;
            assert!(matches!(lost, Err(AuthError::Unexpected(_))), "{lost:?}");
            assert!(when_there_is_room(&hasher, false).await.is_ok());
        }
    }

    /// An answer may come a moment before its place is given back; nobody else is in the way.
    async fn when_there_is_room(hasher: &Hasher, panics: bool) -> Result<(), AuthError> {
        loop {
            let done = hasher.run(move |_| assert!(!panics, "as the test wants it"));
            match done.await {
                Err(AuthError::Overloaded { .. }) => tokio::task::yield_now().await,
                done => return done,
            }
        }
    }
}
