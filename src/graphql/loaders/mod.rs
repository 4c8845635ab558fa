//! The loaders of a request: fields that ask for objects of one kind at the same moment share one statement.
//!
//! `batch` makes one statement of many keys, and `kinds` has the kinds of objects that are loaded so.

mod batch;
mod kinds;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use self::batch::{Batched, Loaded, loader};
use self::kinds::{Invitations, MemberCounts, Members, Memberships, Organizations, Users};
use crate::domain::{Membership, Organization, OrganizationInvitations, Page, PageRequest, User};
use crate::graphql::engine::budget::Budget;
use crate::graphql::error::{ApiError, ErrorCode};
use crate::service::Directory;

/// The loaders of one request.
pub struct Loaders {
    directory: Directory,
    set: Mutex<Arc<Set>>,
    budget: Arc<Budget>,
    gap: Arc<AtomicBool>,
}

/// The loaders of each kind. They keep what they have loaded until a mutation begins.
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
    pub fn new(directory: &Directory, budget: Arc<Budget>, gap: Arc<AtomicBool>) -> Self {
        Self {
            directory: directory.clone(),
            set: Mutex::new(Set::new(directory)),
            budget,
            gap,
        }
    }

    /// Loads anew from now on: the mutations of an operation run one after another.
    pub fn forget(&self) {
        *self.set.lock().unwrap_or_else(PoisonError::into_inner) = Set::new(&self.directory);
    }

    fn set(&self) -> Arc<Set> {
        Arc::clone(&self.set.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A row to which another refers that was read a moment ago. It may have gone since.
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
    pub async fn user(&self, id: Uuid) -> Result<User, ApiError> {
        self.there(self.set().users.try_load((id, None)).await)
    }

    /// A user if the viewer may see them.
    pub async fn visible_user(&self, id: Uuid, seen_by: Uuid) -> Result<Option<User>, ApiError> {
        loaded(self.set().users.try_load((id, Some(seen_by))).await)
    }

    /// An organization that something names that the viewer may see.
    pub async fn organization(&self, id: Uuid) -> Result<Organization, ApiError> {
        self.there(self.set().organizations.try_load((id, None)).await)
    }

    /// An organization if the viewer belongs to it.
    pub async fn visible_organization(
        &self,
        id: Uuid,
        seen_by: Uuid,
    ) -> Result<Option<Organization>, ApiError> {
        loaded(self.set().organizations.try_load((id, Some(seen_by))).await)
    }

    pub async fn memberships(
        &self,
        user_id: Uuid,
        seen_by: Uuid,
    ) -> Result<Vec<Membership>, ApiError> {
        let found = self.there(self.set().memberships.try_load((user_id, seen_by)).await)?;
        self.budget.take_objects(found.len())?;
        Ok(found)
    }

    pub async fn members(
        &self,
        organization_id: Uuid,
        seen_by: Uuid,
        page: PageRequest,
    ) -> Result<Page<Membership>, ApiError> {
        let key = (organization_id, (seen_by, page));
        self.there(self.set().members.try_load(key).await)
    }

    pub async fn member_count(
        &self,
        organization_id: Uuid,
        seen_by: Uuid,
    ) -> Result<i64, ApiError> {
        let key = (organization_id, seen_by);
        self.there(self.set().member_counts.try_load(key).await)
    }

    /// `None` if who looks does not belong to the organization.
    pub async fn invitations(
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

fn loaded<T>(load: Result<Loaded<T>, std::io::Error>) -> Loaded<T> {
    load.map_err(|error| ApiError::unexpected(&error.to_string()))?
}
