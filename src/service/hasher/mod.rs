//! Password hashing: slow on purpose, so kept off the async threads and admitted by a queue.
//!
//! `engine` is the seam behind which the algorithm lives; `queue` decides who gets in.

mod engine;
mod queue;

use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use self::engine::Engine;
pub use self::engine::{Argon2Cost, Verdict};
use self::queue::Queue;
use super::AuthError;
use crate::domain::Password;
use crate::random::Random;

/// How hard hashing is, and how much of the machine it may take.
#[derive(Clone, Copy, Debug)]
pub struct HasherOptions {
    pub cost: Argon2Cost,
    pub threads: usize,
    /// A caller who would wait longer than this is turned away.
    pub max_wait: Duration,
}

/// Hashes and verifies passwords on threads of its own. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Hasher {
    jobs: mpsc::Sender<Job>,
    queue: Arc<Queue>,
}

struct Job {
    task: Task,
    reply: oneshot::Sender<Result<Done, AuthError>>,
}

enum Task {
    Hash(Password),
    /// Against a stored hash; without one, against a dummy that costs as much and never matches.
    Verify(Password, Option<String>),
}

enum Done {
    Hashed(String),
    Verified(Verdict),
}

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

    /// A PHC string for a new password.
    ///
    /// # Errors
    /// `Overloaded` when the queue is too long.
    pub async fn hash(&self, password: Password) -> Result<String, AuthError> {
        match self.run(Task::Hash(password)).await? {
            Done::Hashed(hash) => Ok(hash),
            Done::Verified(_) => Err(confused()),
        }
    }

    /// Compares a password with a stored hash. `None` stands for an unknown user: it costs the same
    /// and is always wrong.
    ///
    /// # Errors
    /// `Overloaded` when the queue is too long.
    pub async fn verify(
        &self,
        password: Password,
        hash: Option<String>,
    ) -> Result<Verdict, AuthError> {
        match self.run(Task::Verify(password, hash)).await? {
            Done::Verified(verdict) => Ok(verdict),
            Done::Hashed(_) => Err(confused()),
        }
    }

    async fn run(&self, task: Task) -> Result<Done, AuthError> {
        self.queue
            .enter()
            .map_err(|retry_after| AuthError::Overloaded { retry_after })?;
        let (reply, answer) = oneshot::channel();
        self.jobs.send(Job { task, reply }).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

/// One thread's life. The place in the queue is given back when the hash is done, not when the
/// client hangs up: otherwise hanging up would let one client queue without end.
fn work(mut engine: Engine, inbox: &Mutex<mpsc::Receiver<Job>>, queue: &Queue) {
    loop {
        let next = inbox.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { task, reply }) = next else {
            return;
        };
        let began = std::time::Instant::now();
        let done = match task {
            Task::Hash(password) => engine.hash(&password).map(Done::Hashed),
            Task::Verify(password, hash) => engine
                .verify(&password, hash.as_deref())
                .map(Done::Verified),
        };
        queue.leave(began.elapsed());
        // A receiver that is gone belongs to a client that is gone.
        let _ = reply.send(done.map_err(AuthError::Unexpected));
    }
}

fn gone() -> AuthError {
    AuthError::Unexpected("the hashing threads are gone".to_owned())
}

fn confused() -> AuthError {
    AuthError::Unexpected("a hashing thread answered another question".to_owned())
}
