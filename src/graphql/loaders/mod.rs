//! The loaders of a request: fields that ask for objects of one kind at the same moment share one statement.
//!
//! `batch` makes one statement for many keys, and `kinds` has the kinds of objects that are loaded in this way.

mod batch;
mod kinds;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use self::batch::{Batched, Loaded, loader};
use self::kinds::{Invitations, MemberCounts, Members, Memberships, Organizations, Users};
use crate::domain::{
    Membership, Organization, OrganizationId, OrganizationInvitations, Page, PageRequest, User,
    UserId,
};
use crate::graphql::engine::budget::Budget;
use crate::graphql::error::{ApiError, ErrorCode};
use crate::service::Directory;

/// The loaders of one request.
pub struct Loaders {
    directory: Directory,
    /// `None` until a field loads something: most requests load nothing.
    set: Mutex<Option<Arc<Set>>>,
    budget: Arc<Budget>,
    /// Becomes true when a row is deleted between two statements of the request.
    row_deleted: Arc<AtomicBool>,
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
    /// Makes the loaders of a request. `row_deleted` becomes true when a row is deleted between two of its statements.
    pub fn new(directory: &Directory, budget: Arc<Budget>, row_deleted: Arc<AtomicBool>) -> Self {
        Self {
            directory: directory.clone(),
            set: Mutex::default(),
            budget,
            row_deleted,
        }
    }

    /// Forgets what was loaded: the mutations of an operation run one after another.
    pub fn forget(&self) {
        *self.set.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn set(&self) -> Arc<Set> {
        let mut set = self.set.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(set.get_or_insert_with(|| Set::new(&self.directory)))
    }

    /// Returns a row to which another row refers, read a moment ago. It may have been deleted since.
    fn referenced<T>(&self, load: Result<Loaded<T>, std::io::Error>) -> Result<T, ApiError> {
        loaded(load)?.ok_or_else(|| {
            self.row_deleted.store(true, Ordering::Relaxed);
            ApiError::new(
                ErrorCode::Unavailable,
                "something changed while it was read: ask again",
            )
        })
    }

    /// Loads a user to whom an object refers that the viewer may see.
    pub async fn user(&self, id: UserId) -> Result<User, ApiError> {
        self.referenced(self.set().users.try_load((id, None)).await)
    }

    /// Loads a user if the viewer may see them.
    pub async fn visible_user(
        &self,
        id: UserId,
        viewer_id: UserId,
    ) -> Result<Option<User>, ApiError> {
        loaded(self.set().users.try_load((id, Some(viewer_id))).await)
    }

    /// Loads an organization to which an object refers that the viewer may see.
    pub async fn organization(&self, id: OrganizationId) -> Result<Organization, ApiError> {
        self.referenced(self.set().organizations.try_load((id, None)).await)
    }

    /// Loads an organization if the viewer is a member of it.
    pub async fn visible_organization(
        &self,
        id: OrganizationId,
        viewer_id: UserId,
    ) -> Result<Option<Organization>, ApiError> {
        loaded(
            self.set()
                .organizations
                .try_load((id, Some(viewer_id)))
                .await,
        )
    }

    /// Loads the memberships of a user that the viewer may see.
    pub async fn memberships(
        &self,
        user_id: UserId,
        viewer_id: UserId,
    ) -> Result<Vec<Membership>, ApiError> {
        let load = self.set().memberships.try_load((user_id, viewer_id)).await;
        let memberships = self.referenced(load)?;
        self.budget.take_objects(memberships.len()).await?;
        Ok(memberships)
    }

    /// Loads a page of the members of an organization.
    pub async fn members(
        &self,
        organization_id: OrganizationId,
        viewer_id: UserId,
        page: PageRequest,
    ) -> Result<Page<Membership>, ApiError> {
        let key = (organization_id, (viewer_id, page));
        self.referenced(self.set().members.try_load(key).await)
    }

    /// Counts the members of an organization.
    pub async fn member_count(
        &self,
        organization_id: OrganizationId,
        viewer_id: UserId,
    ) -> Result<i64, ApiError> {
        let key = (organization_id, viewer_id);
        self.referenced(self.set().member_counts.try_load(key).await)
    }

    /// Loads the invitations of an organization; `None` if the viewer is not a member of it.
    pub async fn invitations(
        &self,
        organization_id: OrganizationId,
        viewer_id: UserId,
    ) -> Result<Option<OrganizationInvitations>, ApiError> {
        let key = (organization_id, viewer_id);
        let loaded = loaded(self.set().invitations.try_load(key).await)?;
        let count = loaded.as_ref().map_or(0, |loaded| loaded.invitations.len());
        self.budget.take_objects(count).await?;
        Ok(loaded)
    }
}

fn loaded<T>(load: Result<Loaded<T>, std::io::Error>) -> Loaded<T> {
    load.map_err(|error| ApiError::unexpected(&error.to_string()))?
}
