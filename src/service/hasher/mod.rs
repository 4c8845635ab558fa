//! Password hashing: slow on purpose, so it runs on threads of its own, behind a queue.
//!
//! `engine` hashes and verifies. `implementation` chooses the code that does so: our own, behind the interface in `kernel`, if it
//! passes the `self_test`. `cost` has the parameters, and `stored_hash` reads hashes. `queue` decides which callers are admitted, `turns` which is
//! served next, and `allowance` how often an account is served before strangers.

mod allowance;
mod cost;
mod engine;
mod error;
mod implementation;
mod kernel;
mod queue;
mod self_test;
mod stored_hash;
mod turns;

#[cfg(test)]
mod implementation_tests;
#[cfg(test)]
mod stored_hash_tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use argon2::{Block, Params};
use tokio::sync::oneshot;

use self::allowance::Allowance;
pub(super) use self::allowance::Caller;
pub use self::cost::Argon2Cost;
use self::engine::Engine;
pub use self::engine::Verdict;
pub use self::error::HasherError;
pub use self::implementation::{Fallback, Implementation};
pub use self::kernel::Kernel;
use self::queue::{Lane, Place, Queue};
use self::stored_hash::SharedParameters;
pub use self::stored_hash::{HashCondition, check_stored_hash};
use self::turns::Turns;
use crate::platform::clock::Clock;
use crate::platform::priority;
use crate::platform::random::Random;
use crate::service::error::AuthError;

/// The cost of a hash, and how much of the machine hashing may use.
#[derive(Clone, Copy, Debug)]
pub struct HasherOptions {
    pub cost: Argon2Cost,
    pub threads: usize,
    /// A caller who would wait longer than this is refused.
    pub max_wait: Duration,
}

/// A pool of threads for slow work on passwords. Cheap to clone.
#[derive(Clone)]
pub struct Hasher {
    queue: Arc<Queue>,
    allowance: Arc<Allowance>,
    jobs: Arc<Mutex<Turns<Job>>>,
    /// Wakes one thread for each job.
    wake: mpsc::Sender<()>,
    /// The parameters of the settings.
    params: Params,
    clock: Clock,
    random: Random,
}

type Job = Box<dyn FnOnce(&mut Engine) + Send>;

impl Hasher {
    /// Starts the threads. They end when the last clone of the hasher is dropped.
    pub fn start(
        options: HasherOptions,
        clock: Clock,
        random: &Random,
    ) -> Result<Self, HasherError> {
        let mut memory = Vec::new();
        let implementation = Implementation::choose(options.cost, &mut memory)?;
        Self::start_with(&implementation, memory, options, clock, random)
    }

    fn start_with(
        implementation: &Implementation,
        mut memory: Vec<Block>,
        options: HasherOptions,
        clock: Clock,
        random: &Random,
    ) -> Result<Self, HasherError> {
        match implementation.fallback() {
            Some(Fallback::FailedSelfTest) => tracing::warn!("passwords: {implementation}"),
            Some(_) => tracing::info!("passwords: {implementation}"),
            None => {}
        }
        let (wake, woken) = mpsc::channel();
        let woken = Arc::new(Mutex::new(woken));
        let jobs = Arc::new(Mutex::new(Turns::new()));
        for number in 1..=options.threads {
            let memory = std::mem::take(&mut memory);
            let engine = Engine::new(implementation.clone(), memory, random.clone())?;
            let (woken, jobs) = (Arc::clone(&woken), Arc::clone(&jobs));
            std::thread::Builder::new()
                .name(format!("hasher-{number}"))
                .spawn(move || work(engine, &woken, &jobs))
                .map_err(HasherError::Thread)?;
        }
        Ok(Self {
            queue: Arc::new(Queue::new(options.threads, options.max_wait)),
            allowance: Arc::default(),
            jobs,
            wake,
            params: implementation.params().clone(),
            clock,
            random: random.clone(),
        })
    }

    /// Makes parameters with a fresh salt, for several secrets of which one comparison is to take one hash. Returns them as
    /// a PHC string without an output. Nothing is hashed, so this takes no turn.
    pub(super) fn new_parameters(&self) -> Result<String, HasherError> {
        let shared = SharedParameters::new(&self.params, &self.random)?;
        Ok(shared.to_phc()?)
    }

    /// Runs a job on a hashing thread when its turn comes.
    ///
    /// # Errors
    /// `Overloaded` when the queue is too long; `Unexpected` when the job panics.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        caller: Caller,
        job: impl FnOnce(&mut Engine) -> T + Send + 'static,
    ) -> Result<T, AuthError> {
        let place = self.enter(caller)?;
        let lane = place.lane;
        let (reply, answer) = oneshot::channel();
        // The place belongs to the job and is given back when the job is done, not when the client hangs up: otherwise
        // a client could fill the queue by hanging up again and again.
        let job: Job = Box::new(move |engine| {
            let began = Instant::now();
            let done = job(engine);
            place.leave(began.elapsed());
            // The receiver is gone if the client is.
            let _ = reply.send(done);
        });
        let lost = || AuthError::Unexpected("a hashing thread lost its job".to_owned());
        let jobs = self.jobs.lock();
        jobs.unwrap_or_else(PoisonError::into_inner).push(lane, job);
        self.wake.send(()).map_err(|_| lost())?;
        answer.await.map_err(|_| lost())
    }

    /// Takes a place for a caller: in the lane of known callers if the allowance lasts and that lane has room, and
    /// otherwise among strangers.
    fn enter(&self, caller: Caller) -> Result<Place, AuthError> {
        let is_allowed =
            caller != Caller::Stranger && self.allowance.take(caller, self.clock.now());
        let lanes: &[Lane] = if is_allowed {
            &[Lane::Known, Lane::Strangers]
        } else {
            &[Lane::Strangers]
        };
        let place = self.queue.enter(lanes);
        let is_served_as_known = place.as_ref().is_ok_and(|place| place.lane == Lane::Known);
        if is_allowed && !is_served_as_known {
            self.allowance.give_back(caller);
        }
        place.map_err(|retry_after| AuthError::Overloaded { retry_after })
    }
}

/// Runs the jobs of one thread, in the background of the requests that need no hash. A job that panics does not end the
/// thread, and frees its place in the queue.
fn work(mut engine: Engine, woken: &Mutex<mpsc::Receiver<()>>, jobs: &Mutex<Turns<Job>>) {
    priority::lower();
    loop {
        let woken = woken.lock().unwrap_or_else(PoisonError::into_inner).recv();
        if woken.is_err() {
            return;
        }
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some(job) = next else { continue };
        if catch_unwind(AssertUnwindSafe(|| job(&mut engine))).is_err() {
            tracing::error!("a job of a hashing thread panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Argon2Cost, Caller, Engine, Hasher, HasherOptions};
    use crate::domain::Id;
    use crate::platform::clock::Clock;
    use crate::platform::random::Random;
    use crate::service::error::AuthError;
    use chrono::{DateTime, TimeDelta};
    use std::future::Future;
    use std::pin::pin;
    use std::sync::mpsc;
    use std::task::{Context, Waker};
    use std::time::Duration;
    use uuid::Uuid;

    const ADA: Caller = Caller::Known(Id::new(Uuid::from_u128(1)));
    const VERIFIED: Caller = Caller::MailboxVerified(Id::new(Uuid::from_u128(1)));

    /// One thread, and room for one hash in each lane.
    fn hasher() -> (Hasher, Clock) {
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
        let clock = Clock::manual(DateTime::UNIX_EPOCH);
        let hasher = Hasher::start(options, clock.clone(), &Random::seeded(1)).unwrap();
        (hasher, clock)
    }

    fn is_refused(hasher: &Hasher, caller: Caller) -> bool {
        hasher.enter(caller).is_err()
    }

    #[tokio::test]
    async fn a_panicking_job_ends_no_thread_and_frees_its_place() {
        let (hasher, _) = hasher();
        for caller in [Caller::Stranger, ADA, Caller::Stranger] {
            let job = |panics: bool| move |_: &mut Engine| assert!(!panics, "as the test wants it");
            let lost = hasher.run(caller, job(true)).await;
            assert!(matches!(lost, Err(AuthError::Unexpected(_))), "{lost:?}");
            assert!(hasher.run(caller, job(false)).await.is_ok());
        }
    }

    #[tokio::test]
    async fn the_place_of_a_client_that_hung_up_is_taken_until_its_hash_is_done() {
        let (hasher, _) = hasher();
        let (report, running) = mpsc::channel::<()>();
        let (finish, finished) = mpsc::channel::<()>();
        {
            let job = hasher.run(Caller::Stranger, move |_| {
                report.send(()).unwrap();
                finished.recv().unwrap();
            });
            let mut context = Context::from_waker(Waker::noop());
            assert!(pin!(job).poll(&mut context).is_pending());
        }
        running.recv().unwrap();
        assert!(is_refused(&hasher, Caller::Stranger));
        let mut admitted = pin!(hasher.run(ADA, |_| ()));
        let mut context = Context::from_waker(Waker::noop());
        assert!(admitted.as_mut().poll(&mut context).is_pending());
        finish.send(()).unwrap();
        admitted.await.unwrap();
        assert!(!is_refused(&hasher, Caller::Stranger));
    }

    #[test]
    fn an_account_that_has_used_up_its_allowance_waits_with_strangers() {
        let (hasher, clock) = hasher();
        let _stranger = hasher.enter(Caller::Stranger).unwrap();
        for _ in 0..10 {
            let _known = hasher.enter(ADA).unwrap();
            assert!(is_refused(&hasher, ADA), "which costs nothing");
        }
        assert!(is_refused(&hasher, ADA));
        for other in [Caller::Known(Id::new(Uuid::from_u128(2))), VERIFIED] {
            assert!(!is_refused(&hasher, other), "{other:?}");
        }
        clock.advance(TimeDelta::minutes(6));
        assert!(!is_refused(&hasher, ADA));
    }

    #[test]
    fn a_known_caller_takes_a_place_among_strangers_when_the_lane_of_known_callers_is_full() {
        let (hasher, _) = hasher();
        let _other = hasher
            .enter(Caller::Known(Id::new(Uuid::from_u128(2))))
            .unwrap();
        let _known = hasher.enter(ADA).unwrap();
        assert!(is_refused(&hasher, ADA));
        assert!(is_refused(&hasher, Caller::Stranger));
    }
}
