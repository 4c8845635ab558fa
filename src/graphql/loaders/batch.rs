//! Batching: one statement for many keys.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::marker::PhantomData;

use dataloader::BatchFn;
use dataloader::cached::Loader;
use uuid::Uuid;

use crate::graphql::error::ApiError;
use crate::service::{AuthError, Directory};

/// How many keys one statement may have: more than the limits of a document let a request ask for,
/// and less than an engine takes as parameters (SQLite 32,766).
const MAX_BATCH: usize = 10_000;

/// How often a loader lets others ask before it makes the statement. Of fifty lists that come of one statement, each is
/// taken up a moment after the one before; the library's 10 made two batches of that now and then.
const YIELDS: usize = 30;

/// A value, nothing, or why there is no telling.
pub type Loaded<T> = Result<Option<T>, ApiError>;

/// An id, and what it shares with the other ids of its statement.
pub type Key<B> = (Uuid, <B as Batch>::Shared);

pub type Batched<B> = Loader<Key<B>, Loaded<<B as Batch>::Object>, Batches<B>>;

pub fn loader<B: Batch>(directory: &Directory) -> Batched<B> {
    Loader::new(Batches(directory.clone(), PhantomData))
        .with_max_batch_size(MAX_BATCH)
        .with_yield_count(YIELDS)
}

/// A kind of object that is loaded by ids, many in one statement.
pub trait Batch {
    /// The part of a key that all ids of a statement share: the viewer.
    type Shared: Copy + Eq + Hash + Debug + Send;
    type Object: Clone;

    fn find(
        directory: &Directory,
        ids: &[Uuid],
        shared: Self::Shared,
    ) -> impl Future<Output = Result<HashMap<Uuid, Self::Object>, AuthError>> + Send;
}

/// Asks for the objects of a kind.
pub struct Batches<B>(Directory, PhantomData<B>);

impl<B: Batch> BatchFn<Key<B>, Loaded<B::Object>> for Batches<B> {
    /// Makes one statement for all keys that differ by their ids alone. A request nearly always
    /// has one viewer, so that is one. A failure is logged once and told to all.
    async fn load(&mut self, keys: &[Key<B>]) -> HashMap<Key<B>, Loaded<B::Object>> {
        let mut groups: HashMap<B::Shared, Vec<Uuid>> = HashMap::new();
        for (id, shared) in keys {
            groups.entry(*shared).or_default().push(*id);
        }
        let mut loaded = HashMap::with_capacity(keys.len());
        for (shared, ids) in groups {
            let found = B::find(&self.0, &ids, shared).await;
            loaded.extend(each(&ids, shared, found));
        }
        loaded
    }
}

/// One result for each id.
fn each<S: Copy + Eq + Hash, T>(
    ids: &[Uuid],
    shared: S,
    found: Result<HashMap<Uuid, T>, AuthError>,
) -> HashMap<(Uuid, S), Loaded<T>> {
    match found.map_err(ApiError::from) {
        Ok(mut found) => {
            let of = |id: &Uuid| ((*id, shared), Ok(found.remove(id)));
            ids.iter().map(of).collect()
        }
        Err(error) => {
            let of = |id: &Uuid| ((*id, shared), Err(error.clone()));
            ids.iter().map(of).collect()
        }
    }
}
