//! Batching: one statement for many keys.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::marker::PhantomData;

use dataloader::BatchFn;
use dataloader::cached::Loader;

use crate::graphql::error::ApiError;
use crate::service::{AuthError, Directory};

/// The most keys of one statement: more than the query limits let a request ask for, and less than the parameters that a
/// database takes (SQLite 32,766).
const MAX_BATCH: usize = 10_000;

/// The number of times that a loader yields to other fields before it makes the statement. Fifty lists that come from one
/// statement are resolved one after another; with the library's default of 10 they became two batches now and then.
const YIELDS: usize = 30;

/// The result of loading an object; `None` if there is none.
pub type Loaded<T> = Result<Option<T>, ApiError>;

/// An id, and the part of the key that it shares with the other ids of its statement.
pub type Key<B> = (<B as Batch>::Id, <B as Batch>::Shared);

/// A loader of objects of one kind.
pub type Batched<B> = Loader<Key<B>, Loaded<<B as Batch>::Object>, Batches<B>>;

/// Makes a loader.
pub fn loader<B: Batch>(directory: &Directory) -> Batched<B> {
    Loader::new(Batches(directory.clone(), PhantomData))
        .with_max_batch_size(MAX_BATCH)
        .with_yield_count(YIELDS)
}

/// A kind of object that is loaded by ids, many in one statement.
pub trait Batch {
    type Id: Copy + Eq + Hash + Debug + Send;
    /// The part of a key that all ids of a statement share: the viewer.
    type Shared: Copy + Eq + Hash + Debug + Send;
    type Object: Clone;

    /// Finds the objects with one statement.
    fn find(
        directory: &Directory,
        ids: &[Self::Id],
        shared: Self::Shared,
    ) -> impl Future<Output = Result<HashMap<Self::Id, Self::Object>, AuthError>> + Send;
}

/// Makes the statements of a loader.
pub struct Batches<B>(Directory, PhantomData<B>);

impl<B: Batch> BatchFn<Key<B>, Loaded<B::Object>> for Batches<B> {
    /// Makes one statement for all keys that differ in their ids alone. A request nearly always has one viewer, and so one
    /// statement. A failure is logged once, and is the result of each key.
    async fn load(&mut self, keys: &[Key<B>]) -> HashMap<Key<B>, Loaded<B::Object>> {
        let mut groups: HashMap<B::Shared, Vec<B::Id>> = HashMap::new();
        for (id, shared) in keys {
            groups.entry(*shared).or_default().push(*id);
        }
        let mut loaded = HashMap::with_capacity(keys.len());
        for (shared, ids) in groups {
            // In a box, because each field that loads something holds the state of this, although one of them runs it.
            let objects = Box::pin(B::find(&self.0, &ids, shared)).await;
            loaded.extend(results(&ids, shared, objects));
        }
        loaded
    }
}

/// Makes a result for each id.
fn results<I: Copy + Eq + Hash, S: Copy + Eq + Hash, T>(
    ids: &[I],
    shared: S,
    objects: Result<HashMap<I, T>, AuthError>,
) -> HashMap<(I, S), Loaded<T>> {
    match objects.map_err(ApiError::from) {
        Ok(mut objects) => {
            let result = |id: &I| ((*id, shared), Ok(objects.remove(id)));
            ids.iter().map(result).collect()
        }
        Err(error) => {
            let result = |id: &I| ((*id, shared), Err(error.clone()));
            ids.iter().map(result).collect()
        }
    }
}
