//! Batching: what the fields of one request ask for at the same moment is one statement each.

use std::collections::HashMap;
use std::hash::Hash;
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

type Batched<K, T, B> = Loader<K, Loaded<T>, B>;

/// Something with an id, and who looks; `None` when something that they may see names it.
type Seen = (Uuid, Option<Uuid>);

/// The loaders of one request.
pub(super) struct Loaders {
    directory: Directory,
    set: Mutex<Arc<Set>>,
    budget: Arc<Budget>,
    gap: Arc<AtomicBool>,
}

/// What they have loaded stays loaded until a mutation begins.
struct Set {
    users: Batched<Seen, User, Users>,
    organizations: Batched<Seen, Organization, Organizations>,
    memberships: Batched<(Uuid, Uuid), Vec<Membership>, Memberships>,
    members: Batched<(Uuid, Uuid, PageRequest), Page<Membership>, Members>,
    member_counts: Batched<(Uuid, Uuid), i64, MemberCounts>,
    invitations: Batched<(Uuid, Uuid), OrganizationInvitations, Invitations>,
}

impl Set {
    fn new(directory: &Directory) -> Arc<Self> {
        Arc::new(Self {
            users: loader(Users(directory.clone())),
            organizations: loader(Organizations(directory.clone())),
            memberships: loader(Memberships(directory.clone())),
            members: loader(Members(directory.clone())),
            member_counts: loader(MemberCounts(directory.clone())),
            invitations: loader(Invitations(directory.clone())),
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
        let key = (organization_id, seen_by, page);
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

fn loader<K, T, B>(batch: B) -> Batched<K, T, B>
where
    K: Eq + Hash + Clone + std::fmt::Debug,
    T: Clone,
    B: BatchFn<K, Loaded<T>>,
{
    Loader::new(batch)
        .with_max_batch_size(MAX_BATCH)
        .with_yield_count(YIELDS)
}

fn loaded<T>(load: Result<Loaded<T>, std::io::Error>) -> Loaded<T> {
    load.map_err(|error| ApiError::unexpected(&error.to_string()))?
}

/// A loader's batches: one statement for all keys that differ by their ids alone. A request nearly always
/// has one viewer, so that is one. A failure is logged once and told to all.
macro_rules! batches {
    ($(#[$doc:meta])* $name:ident: $key:ty => $value:ty, |$($part:ident),+| $shared:tt,
        |$directory:ident, $ids:ident| $ask:expr) => {
        $(#[$doc])*
        struct $name(Directory);

        impl BatchFn<$key, Loaded<$value>> for $name {
            async fn load(&mut self, keys: &[$key]) -> HashMap<$key, Loaded<$value>> {
                let $directory = &self.0;
                let mut groups: HashMap<_, (Vec<$key>, Vec<Uuid>)> = HashMap::new();
                for key in keys {
                    let (id, $($part),+) = *key;
                    let (keys, ids) = groups.entry($shared).or_default();
                    keys.push(*key);
                    ids.push(id);
                }
                let mut loaded = HashMap::with_capacity(keys.len());
                for ($shared, (keys, $ids)) in groups {
                    loaded.extend(each(&keys, &$ids, $ask.await));
                }
                loaded
            }
        }
    };
}

batches!(Users: Seen => User, |seen_by| seen_by,
    |directory, ids| directory.users(&ids, seen_by));

batches!(Organizations: Seen => Organization, |seen_by| seen_by,
    |directory, ids| directory.organizations(&ids, seen_by));

batches!(
    /// By user.
    Memberships: (Uuid, Uuid) => Vec<Membership>, |seen_by| seen_by,
    |directory, ids| directory.memberships(&ids, seen_by));

batches!(
    /// By organization and page: fields with the same arguments share a statement.
    Members: (Uuid, Uuid, PageRequest) => Page<Membership>, |seen_by, page| (seen_by, page),
    |directory, ids| directory.members(&ids, seen_by, &page));

batches!(
    /// By organization.
    MemberCounts: (Uuid, Uuid) => i64, |seen_by| seen_by,
    |directory, ids| directory.member_counts(&ids, seen_by));

batches!(
    /// By organization.
    Invitations: (Uuid, Uuid) => OrganizationInvitations, |seen_by| seen_by,
    |directory, ids| directory.invitations(&ids, seen_by));

/// One result for each key, whose id stands beside it.
fn each<K: Eq + Hash + Copy, T>(
    keys: &[K],
    ids: &[Uuid],
    found: Result<HashMap<Uuid, T>, AuthError>,
) -> HashMap<K, Loaded<T>> {
    match found.map_err(ApiError::from) {
        Ok(mut found) => {
            let of = |(key, id): (&K, &Uuid)| (*key, Ok(found.remove(id)));
            keys.iter().zip(ids).map(of).collect()
        }
        Err(error) => keys.iter().map(|key| (*key, Err(error.clone()))).collect(),
    }
}
