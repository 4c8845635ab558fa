//! Look-ups that share statements: those that arrive while others are under way wait for the next statement, together.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::error::StoreError;
use super::retry::in_time;

/// The most look-ups that one statement answers.
pub const MAX_BATCH: usize = 64;

/// The most statements under way at once. The second one keeps the database busy while the answers of the first are
/// read, and a connection that hangs does not hold everybody up. More would only make the batches smaller.
pub const MAX_UNDER_WAY: usize = 2;

/// The look-ups of one node, of values by their keys. No answer is kept, and no look-up joins a statement that was sent:
/// so the snapshot of a statement is taken after all look-ups that it answers have begun.
#[derive(Clone, Debug)]
pub struct SharedLookups<K, V>(Arc<Mutex<Queue<K, V>>>);

#[derive(Debug)]
struct Queue<K, V> {
    /// The look-ups that are in no statement yet, oldest first.
    waiting: Vec<Lookup<K, V>>,
    /// The number of statements under way.
    under_way: usize,
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
        find_all: impl Fn(Vec<K>) -> F + Send + 'static,
    ) -> Result<Option<V>, StoreError>
    where
        F: Future<Output = Result<HashMap<K, V>, StoreError>> + Send + 'static,
    {
        let (answer, receiver) = oneshot::channel();
        self.queue().waiting.push(Lookup { key, answer });
        if let Some(batch) = self.next_batch() {
            tokio::spawn(self.clone().run(batch, find_all));
        }
        let answer = async { receiver.await.unwrap_or(Err(StoreError::abandoned())) };
        in_time(deadline, answer).await
    }

    /// Runs the statement of a batch, and then those of the look-ups that arrive in the meantime.
    async fn run<F>(self, first: Batch<K, V>, find_all: impl Fn(Vec<K>) -> F)
    where
        F: Future<Output = Result<HashMap<K, V>, StoreError>>,
    {
        let mut next = Some(first);
        while let Some(batch) = next {
            let outcome = find_all(batch.keys()).await;
            batch.answer(&outcome);
            next = self.next_batch();
        }
    }

    /// Takes the look-ups of the next statement; `None` if there are none, or enough statements are under way. When one
    /// of those ends, its task calls this again.
    fn next_batch(&self) -> Option<Batch<K, V>> {
        let mut queue = self.queue();
        if queue.under_way == MAX_UNDER_WAY {
            return None;
        }
        // A request that was dropped needs no answer.
        queue.waiting.retain(|lookup| !lookup.answer.is_closed());
        if queue.waiting.is_empty() {
            return None;
        }
        let count = queue.waiting.len().min(MAX_BATCH);
        queue.under_way += 1;
        Some(Batch {
            lookups: queue.waiting.drain(..count).collect(),
            _place: Place(Arc::clone(&self.0)),
        })
    }
}

impl<K, V> SharedLookups<K, V> {
    fn queue(&self) -> MutexGuard<'_, Queue<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K, V> Default for SharedLookups<K, V> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Queue {
            waiting: Vec::new(),
            under_way: 0,
        })))
    }
}

/// The look-ups that one statement answers.
struct Batch<K, V> {
    lookups: Vec<Lookup<K, V>>,
    _place: Place<K, V>,
}

impl<K: Copy + Ord + Hash, V: Clone> Batch<K, V> {
    fn keys(&self) -> Vec<K> {
        let mut keys: Vec<K> = self.lookups.iter().map(|lookup| lookup.key).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
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

/// A place among the statements under way. Its drop frees the place also after a panic.
struct Place<K, V>(Arc<Mutex<Queue<K, V>>>);

impl<K, V> Drop for Place<K, V> {
    fn drop(&mut self) {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        queue.under_way -= 1;
    }
}
