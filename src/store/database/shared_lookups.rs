//! Look-ups that share statements: those that arrive while others are under way wait for the next statement, together.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use super::error::StoreError;

/// The most look-ups that one statement answers.
pub const MAX_BATCH: usize = 64;

/// The most statements under way at once. The second one keeps the database busy while the answers of the first are
/// read. More would only make the batches smaller.
pub const MAX_UNDER_WAY: usize = 2;

/// The most statements at once, with those that have stalled: so that they leave connections to everything else.
pub const MAX_AT_ONCE: usize = 4;

/// The time after which a statement no longer counts as under way. Its connection may hang, and nobody else shall wait
/// for it.
const STALLED: Duration = Duration::from_millis(250);

/// The look-ups of one node, of values by their keys. No answer is kept, and no look-up joins a statement that was sent:
/// so the snapshot of a statement is taken after all look-ups that it answers have begun.
#[derive(Clone, Debug)]
pub struct SharedLookups<K, V> {
    queue: Arc<Mutex<Queue<K, V>>>,
    stalled: Duration,
}

#[derive(Debug)]
struct Queue<K, V> {
    /// The look-ups that are in no statement yet, oldest first.
    waiting: Vec<Lookup<K, V>>,
    /// The times at which the statements began that have not ended. Their batches hold them, so that a panic ends them as
    /// well.
    running: Vec<Weak<Instant>>,
}

#[derive(Debug)]
struct Lookup<K, V> {
    key: K,
    answer: oneshot::Sender<Result<Option<V>, StoreError>>,
}

impl<K, V> SharedLookups<K, V>
where
    K: Copy + Ord + Hash + Send + 'static,
    V: Clone + Send + 'static,
{
    /// Finds the value of a key, if it has one. `find_all` runs the statement, for one or more distinct keys.
    /// Statements run in tasks of their own, because a request that is dropped must not stop those of others.
    pub async fn find<F>(
        &self,
        key: K,
        deadline: Instant,
        find_all: impl Fn(Vec<K>) -> F + Clone + Send + 'static,
    ) -> Result<Option<V>, StoreError>
    where
        F: Future<Output = Result<HashMap<K, V>, StoreError>> + Send + 'static,
    {
        let (answer, mut receiver) = oneshot::channel();
        self.queue().waiting.push(Lookup { key, answer });
        loop {
            if let Some(batch) = self.next_batch() {
                tokio::spawn(self.clone().run(batch, find_all.clone()));
            }
            let end = deadline.min(Instant::now() + self.stalled);
            match timeout_at(end, &mut receiver).await {
                Ok(answer) => return answer.unwrap_or(Err(StoreError::abandoned())),
                Err(_) if end == deadline => return Err(StoreError::TimedOut),
                Err(_) => {} // A statement may have stalled, so that the next one can begin.
            }
        }
    }

    /// Runs the statement of a batch, and then those of the look-ups that arrive in the meantime.
    async fn run<F>(self, first: Batch<K, V>, find_all: impl Fn(Vec<K>) -> F + Clone)
    where
        F: Future<Output = Result<HashMap<K, V>, StoreError>>,
    {
        let mut next = Some(first);
        while let Some(batch) = next {
            let keys = batch.keys();
            let is_shared = keys.len() > 1;
            match find_all(keys).await {
                Err(error) if is_shared && error.is_unreadable_row() => {
                    answer_one_by_one(batch, find_all.clone()).await;
                }
                outcome => batch.answer(&outcome),
            }
            next = self.next_batch();
        }
    }

    /// Takes the look-ups of the next statement; `None` if there are none, or enough statements are under way. When one
    /// of those ends, its task calls this again; when they stall, the look-ups that wait do.
    fn next_batch(&self) -> Option<Batch<K, V>> {
        let mut queue = self.queue();
        queue.running.retain(|began| began.strong_count() > 0);
        let times = queue.running.iter().filter_map(Weak::upgrade);
        let under_way = times.filter(|began| began.elapsed() < self.stalled);
        if under_way.count() >= MAX_UNDER_WAY || queue.running.len() >= MAX_AT_ONCE {
            return None;
        }
        // A request that was dropped needs no answer.
        queue.waiting.retain(|lookup| !lookup.answer.is_closed());
        if queue.waiting.is_empty() {
            return None;
        }
        let count = queue.waiting.len().min(MAX_BATCH);
        let began = Arc::new(Instant::now());
        queue.running.push(Arc::downgrade(&began));
        Some(Batch {
            lookups: queue.waiting.drain(..count).collect(),
            began,
        })
    }
}

impl<K, V> SharedLookups<K, V> {
    /// Makes look-ups whose statements no longer count as under way after `stalled`.
    pub fn new(stalled: Duration) -> Self {
        let queue = Queue {
            waiting: Vec::new(),
            running: Vec::new(),
        };
        Self {
            queue: Arc::new(Mutex::new(queue)),
            stalled,
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue<K, V>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K, V> Default for SharedLookups<K, V> {
    fn default() -> Self {
        Self::new(STALLED)
    }
}

/// Runs a statement for each key of a batch, so that a row that this version cannot read fails its own look-ups alone. Any
/// other failure is that of the database, and fails the rest without more statements.
async fn answer_one_by_one<K, V, F>(batch: Batch<K, V>, find_all: impl Fn(Vec<K>) -> F)
where
    K: Copy + Ord + Hash,
    V: Clone,
    F: Future<Output = Result<HashMap<K, V>, StoreError>>,
{
    let mut failure = None;
    for own in batch.split() {
        if let Some(failure) = &failure {
            own.answer(&Err(StoreError::clone(failure)));
            continue;
        }
        if own.is_abandoned() {
            continue;
        }
        let outcome = find_all(own.keys()).await;
        own.answer(&outcome);
        failure = outcome.err().filter(|error| !error.is_unreadable_row());
    }
}

/// The look-ups that one statement answers.
struct Batch<K, V> {
    lookups: Vec<Lookup<K, V>>,
    began: Arc<Instant>,
}

impl<K: Copy + Ord + Hash, V: Clone> Batch<K, V> {
    fn keys(&self) -> Vec<K> {
        let mut keys: Vec<K> = self.lookups.iter().map(|lookup| lookup.key).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Splits the batch into one for each key.
    fn split(mut self) -> impl Iterator<Item = Self> {
        self.keys().into_iter().map(move |key| {
            let own = self.lookups.extract_if(.., |lookup| lookup.key == key);
            Self {
                lookups: own.collect(),
                began: Arc::clone(&self.began),
            }
        })
    }

    /// Returns whether all its requests were dropped.
    fn is_abandoned(&self) -> bool {
        self.lookups.iter().all(|lookup| lookup.answer.is_closed())
    }

    fn answer(self, outcome: &Result<HashMap<K, V>, StoreError>) {
        for Lookup { key, answer } in self.lookups {
            let own = match outcome {
                Ok(values) => Ok(values.get(&key).cloned()),
                Err(error) => Err(error.clone()),
            };
            let _ = answer.send(own); // The request may have been dropped.
        }
    }
}
