//! Batching: what the fields of one request ask for at the same moment is one statement each.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use dataloader::BatchFn;
use dataloader::cached::Loader;
use uuid::Uuid;

use super::budget::Budget;
use super::error::{ApiError, ErrorCode};
use crate::domain::{Membership, Organization, Page, PageRequest, User};
use crate::service::{AuthError, Directory};
use crate::store::OrganizationInvitations;

/// How many keys one statement may have: more than the limits of a document let a request ask for,
/// and less than an engine takes as parameters (SQLite 32,766).
const MAX_BATCH: usize = 10_000;

/// How often whoever asks lets others ask too before the statement is made. Of fifty lists that come of one
/// statement, each is taken up a moment after the one before; the library's 10 made two batches of that now
/// and then.
const YIELDS: usize = 30;

/// A value, nothing, or why there is no telling.
type Loaded<T> = Result<Option<T>, ApiError>;

/// An id, and what it shares with the other ids of its statement.
type Key<B> = (Uuid, <B as Batch>::Shared);

type Batched<B> = Loader<Key<B>, Loaded<<B as Batch>::Object>, Batches<B>>;

/// The loaders of one request.
pub(super) struct Loaders {
    directory: Directory,
    set: Mutex<Arc<Set>>,
    budget: Arc<Budget>,
    gap: Arc<AtomicBool>,
}

/// What they have loaded stays loaded until a mutation begins.
struct Set {
    users: Batched<Users>,
    organizations: Batched<Organizations>,
    memberships: Batched<Memberships>,
    members: Batched<Members>,
    member_counts: Batched<MemberCounts>,
    invitations: Batched<Invitations>,
}

impl Set {
    fn new(directory: &Directory) -> Arc<Self> {
        Arc::new(Self {
            users: loader(directory),
            organizations: loader(directory),
            memberships: loader(directory),
            members: loader(directory),
            member_counts: loader(directory),
            invitations: loader(directory),
        })
    }
}

impl Loaders {
    /// `gap` becomes true when something goes between two statements of the request.
    pub(super) fn new(directory: &Directory, budget: Arc<Budget>, gap: Arc<AtomicBool>) -> Self {
        Self {
            directory: directory.clone(),
            set: Mutex::new(Set::new(directory)),
            budget,
            gap,
        }
    }

    /// Loads anew from now on: the mutations of an operation run one after another.
    pub(super) fn forget(&self) {
        *self.set.lock().unwrap_or_else(PoisonError::into_inner) = Set::new(&self.directory);
    }

    fn set(&self) -> Arc<Set> {
        Arc::clone(&self.set.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What something refers to that was read a moment ago. It may have gone since.
    fn there<T>(&self, load: Result<Loaded<T>, std::io::Error>) -> Result<T, ApiError> {
        loaded(load)?.ok_or_else(|| {
            self.gap.store(true, Ordering::Relaxed);
            ApiError::new(
                ErrorCode::Unavailable,
                "something changed while it was read: ask again",
            )
        })
    }

    /// A user whom something names that the viewer may see.
    pub(super) async fn user(&self, id: Uuid) -> Result<User, ApiError> {
        self.there(self.set().users.try_load((id, None)).await)
    }

    /// A user if the viewer may see them.
    pub(super) async fn visible_user(
        &self,
        id: Uuid,
        seen_by: Uuid,
    ) -> Result<Option<User>, ApiError> {
        loaded(self.set().users.try_load((id, Some(seen_by))).await)
    }

    /// An organization that something names that the viewer may see.
    pub(super) async fn organization(&self, id: Uuid) -> Result<Organization, ApiError> {
        self.there(self.set().organizations.try_load((id, None)).await)
    }

    /// An organization if the viewer belongs to it.
    pub(super) async fn visible_organization(
        &self,
        id: Uuid,
        seen_by: Uuid,
    ) -> Result<Option<Organization>, ApiError> {
        loaded(self.set().organizations.try_load((id, Some(seen_by))).await)
    }

    pub(super) async fn memberships(
        &self,
        user_id: Uuid,
        seen_by: Uuid,
    ) -> Result<Vec<Membership>, ApiError> {
        let found = self.there(self.set().memberships.try_load((user_id, seen_by)).await)?;
        self.budget.take_objects(found.len())?;
        Ok(found)
    }

    pub(super) async fn members(
        &self,
        organization_id: Uuid,
        seen_by: Uuid,
        page: PageRequest,
    ) -> Result<Page<Membership>, ApiError> {
        let key = (organization_id, (seen_by, page));
        self.there(self.set().members.try_load(key).await)
    }

    pub(super) async fn member_count(
        &self,
        organization_id: Uuid,
        seen_by: Uuid,
    ) -> Result<i64, ApiError> {
        let key = (organization_id, seen_by);
        self.there(self.set().member_counts.try_load(key).await)
    }

    /// `None` if who looks does not belong to the organization.
    pub(super) async fn invitations(
        &self,
        organization_id: Uuid,
        seen_by: Uuid,
    ) -> Result<Option<OrganizationInvitations>, ApiError> {
        let key = (organization_id, seen_by);
        let found = loaded(self.set().invitations.try_load(key).await)?;
        self.budget
            .take_objects(found.as_ref().map_or(0, |found| found.invitations.len()))?;
        Ok(found)
    }
}

fn loader<B: Batch>(directory: &Directory) -> Batched<B> {
    Loader::new(Batches(directory.clone(), PhantomData))
        .with_max_batch_size(MAX_BATCH)
        .with_yield_count(YIELDS)
}

fn loaded<T>(load: Result<Loaded<T>, std::io::Error>) -> Loaded<T> {
    load.map_err(|error| ApiError::unexpected(&error.to_string()))?
}

/// A kind of object that is loaded by ids, many in one statement.
trait Batch {
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
struct Batches<B>(Directory, PhantomData<B>);

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

struct Users;

impl Batch for Users {
    type Shared = Option<Uuid>;
    type Object = User;

    async fn find(
        directory: &Directory,
        ids: &[Uuid],
        seen_by: Self::Shared,
    ) -> Result<HashMap<Uuid, User>, AuthError> {
        directory.users(ids, seen_by).await
    }
}

struct Organizations;

impl Batch for Organizations {
    type Shared = Option<Uuid>;
    type Object = Organization;

    async fn find(
        directory: &Directory,
        ids: &[Uuid],
        seen_by: Self::Shared,
    ) -> Result<HashMap<Uuid, Organization>, AuthError> {
        directory.organizations(ids, seen_by).await
    }
}

/// The memberships of users.
struct Memberships;

impl Batch for Memberships {
    type Shared = Uuid;
    type Object = Vec<Membership>;

    async fn find(
        directory: &Directory,
        ids: &[Uuid],
        seen_by: Self::Shared,
    ) -> Result<HashMap<Uuid, Vec<Membership>>, AuthError> {
        directory.memberships(ids, seen_by).await
    }
}

/// A page of the members of organizations: fields with the same arguments share a statement.
struct Members;

impl Batch for Members {
    type Shared = (Uuid, PageRequest);
    type Object = Page<Membership>;

    async fn find(
        directory: &Directory,
        ids: &[Uuid],
        (seen_by, page): Self::Shared,
    ) -> Result<HashMap<Uuid, Page<Membership>>, AuthError> {
        directory.members(ids, seen_by, &page).await
    }
}

/// The numbers of members of organizations.
struct MemberCounts;

impl Batch for MemberCounts {
    type Shared = Uuid;
    type Object = i64;

    async fn find(
        directory: &Directory,
        ids: &[Uuid],
        seen_by: Self::Shared,
    ) -> Result<HashMap<Uuid, i64>, AuthError> {
        directory.member_counts(ids, seen_by).await
    }
}

/// The invitations of organizations.
struct Invitations;

impl Batch for Invitations {
    type Shared = Uuid;
    type Object = OrganizationInvitations;

    async fn find(
        directory: &Directory,
        ids: &[Uuid],
        seen_by: Self::Shared,
    ) -> Result<HashMap<Uuid, OrganizationInvitations>, AuthError> {
        directory.invitations(ids, seen_by).await
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
