//! Batching: what the fields of one request ask for at the same moment is one statement each.

use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;

use dataloader::BatchFn;
use dataloader::cached::Loader;
use uuid::Uuid;

use super::error::ApiError;
use crate::domain::{Membership, Organization, Page, PageRequest, User};
use crate::service::{AuthError, Organizations};

/// How many keys one statement may have: more than the limits of a document let a request ask for,
/// and less than an engine takes as parameters (SQLite 32,766).
const MAX_BATCH: usize = 20_000;

/// A value, nothing, or why there is no telling.
type Loaded<T> = Result<Option<T>, ApiError>;

type One<K, T, B> = Loader<K, Loaded<T>, B>;

/// The loaders of one request. What they have loaded stays loaded until it is answered.
pub(super) struct Loaders {
    users: One<Uuid, User, Users>,
    organizations: One<Uuid, Organization, ManyOrganizations>,
    memberships: One<(Uuid, Uuid), Vec<Membership>, Memberships>,
    members: One<(Uuid, PageRequest), Page<Membership>, Members>,
    member_counts: One<Uuid, i64, MemberCounts>,
}

impl Loaders {
    pub(super) fn new(service: &Organizations) -> Self {
        Self {
            users: loader(Users(service.clone())),
            organizations: loader(ManyOrganizations(service.clone())),
            memberships: loader(Memberships(service.clone())),
            members: loader(Members(service.clone())),
            member_counts: loader(MemberCounts(service.clone())),
        }
    }

    pub(super) async fn user(&self, id: Uuid) -> Result<User, ApiError> {
        found(self.users.try_load(id)).await
    }

    pub(super) async fn organization(&self, id: Uuid) -> Result<Organization, ApiError> {
        found(self.organizations.try_load(id)).await
    }

    pub(super) async fn memberships(
        &self,
        user_id: Uuid,
        seen_by: Uuid,
    ) -> Result<Vec<Membership>, ApiError> {
        found(self.memberships.try_load((user_id, seen_by))).await
    }

    pub(super) async fn members(
        &self,
        organization_id: Uuid,
        page: PageRequest,
    ) -> Result<Page<Membership>, ApiError> {
        found(self.members.try_load((organization_id, page))).await
    }

    pub(super) async fn member_count(&self, organization_id: Uuid) -> Result<i64, ApiError> {
        found(self.member_counts.try_load(organization_id)).await
    }
}

fn loader<K, T, B>(batch: B) -> One<K, T, B>
where
    K: Eq + Hash + Clone + std::fmt::Debug,
    T: Clone,
    B: BatchFn<K, Loaded<T>>,
{
    Loader::new(batch).with_max_batch_size(MAX_BATCH)
}

/// Everything that is asked for here hangs on a foreign key, so that nothing found is a fault.
async fn found<T>(
    load: impl Future<Output = Result<Loaded<T>, std::io::Error>>,
) -> Result<T, ApiError> {
    let loaded = load
        .await
        .map_err(|error| ApiError::unexpected(&error.to_string()))?;
    loaded?.ok_or_else(|| ApiError::unexpected("a row that another refers to is missing"))
}

struct Users(Organizations);

impl BatchFn<Uuid, Loaded<User>> for Users {
    async fn load(&mut self, ids: &[Uuid]) -> HashMap<Uuid, Loaded<User>> {
        each(ids, |id| *id, self.0.users(ids).await)
    }
}

struct ManyOrganizations(Organizations);

impl BatchFn<Uuid, Loaded<Organization>> for ManyOrganizations {
    async fn load(&mut self, ids: &[Uuid]) -> HashMap<Uuid, Loaded<Organization>> {
        each(ids, |id| *id, self.0.organizations(ids).await)
    }
}

struct MemberCounts(Organizations);

impl BatchFn<Uuid, Loaded<i64>> for MemberCounts {
    async fn load(&mut self, ids: &[Uuid]) -> HashMap<Uuid, Loaded<i64>> {
        each(ids, |id| *id, self.0.member_counts(ids).await)
    }
}

/// By user and viewer. A request nearly always has one viewer, so one statement.
struct Memberships(Organizations);

impl BatchFn<(Uuid, Uuid), Loaded<Vec<Membership>>> for Memberships {
    async fn load(
        &mut self,
        keys: &[(Uuid, Uuid)],
    ) -> HashMap<(Uuid, Uuid), Loaded<Vec<Membership>>> {
        let mut loaded = HashMap::new();
        for (seen_by, keys) in by(keys, |(_, seen_by)| *seen_by) {
            let users: Vec<Uuid> = keys.iter().map(|(user, _)| *user).collect();
            let found = self.0.memberships(&users, seen_by).await;
            loaded.extend(each(&keys, |(user, _)| *user, found));
        }
        loaded
    }
}

/// By organization and page: fields with the same arguments share a statement.
struct Members(Organizations);

impl BatchFn<(Uuid, PageRequest), Loaded<Page<Membership>>> for Members {
    async fn load(
        &mut self,
        keys: &[(Uuid, PageRequest)],
    ) -> HashMap<(Uuid, PageRequest), Loaded<Page<Membership>>> {
        let mut loaded = HashMap::new();
        for (page, keys) in by(keys, |(_, page)| *page) {
            let organizations: Vec<Uuid> = keys.iter().map(|(id, _)| *id).collect();
            let found = self.0.members(&organizations, &page).await;
            loaded.extend(each(&keys, |(id, _)| *id, found));
        }
        loaded
    }
}

/// Keys by what they share.
fn by<K: Copy, S: Eq + Hash>(keys: &[K], share: impl Fn(&K) -> S) -> HashMap<S, Vec<K>> {
    let mut groups: HashMap<S, Vec<K>> = HashMap::new();
    for key in keys {
        groups.entry(share(key)).or_default().push(*key);
    }
    groups
}

/// One result for each key; a failure is logged once and told to all.
fn each<K: Eq + Hash + Copy, T>(
    keys: &[K],
    id: impl Fn(&K) -> Uuid,
    found: Result<HashMap<Uuid, T>, AuthError>,
) -> HashMap<K, Loaded<T>> {
    match found {
        Ok(mut found) => keys
            .iter()
            .map(|key| (*key, Ok(found.remove(&id(key)))))
            .collect(),
        Err(error) => {
            let error = ApiError::from(error);
            keys.iter().map(|key| (*key, Err(error.clone()))).collect()
        }
    }
}
