//! Who is who and belongs where, in batches, as a viewer may see it.

use std::collections::HashMap;

use uuid::Uuid;

use super::AuthError;
use crate::clock::Clock;
use crate::domain::{Membership, NodeKind, Organization, Page, PageRequest, User};
use crate::store::{Member, OrganizationInvitations, Store};

/// What a viewer may see of others: themselves, the organizations that they belong to, and who else
/// belongs to those. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Directory {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
}

impl Directory {
    /// Those of these users whom `seen_by` may see; all, if it is `None`: something that the viewer may
    /// see names them.
    pub async fn users(
        &self,
        ids: &[Uuid],
        seen_by: Option<Uuid>,
    ) -> Result<HashMap<Uuid, User>, AuthError> {
        let users = self.store.list_users(ids, seen_by).await?;
        Ok(users.into_iter().map(|user| (user.id, user)).collect())
    }

    /// Likewise of organizations.
    pub async fn organizations(
        &self,
        ids: &[Uuid],
        seen_by: Option<Uuid>,
    ) -> Result<HashMap<Uuid, Organization>, AuthError> {
        let found = self.store.list_organizations(ids, seen_by).await?;
        Ok(found.into_iter().map(|one| (one.id, one)).collect())
    }

    /// The memberships of each of these users, oldest first, as far as `seen_by` may know of them.
    pub async fn memberships(
        &self,
        user_ids: &[Uuid],
        seen_by: Uuid,
    ) -> Result<HashMap<Uuid, Vec<Membership>>, AuthError> {
        let found = self.store.list_memberships(user_ids, seen_by).await?;
        Ok(group(user_ids, found, |membership| membership.user_id))
    }

    /// A membership, if `seen_by` may know of it.
    pub async fn membership(
        &self,
        id: Uuid,
        seen_by: Uuid,
    ) -> Result<Option<Membership>, AuthError> {
        let Some(Member { membership, .. }) = self.store.find_member(id).await? else {
            return Ok(None);
        };
        let organization_id = membership.organization_id;
        let shared = self.store.find_role(organization_id, seen_by).await?;
        Ok(shared.map(|_| membership))
    }

    /// The kind of object that an id names.
    pub async fn kind(&self, id: Uuid) -> Result<Option<NodeKind>, AuthError> {
        Ok(self.store.find_node_kind(id).await?)
    }

    /// One page of the members of each of these organizations, oldest first; an empty one of those that
    /// `seen_by` does not belong to.
    pub async fn members(
        &self,
        organization_ids: &[Uuid],
        seen_by: Uuid,
        request: &PageRequest,
    ) -> Result<HashMap<Uuid, Page<Membership>>, AuthError> {
        let found = self
            .store
            .list_members(organization_ids, seen_by, request)
            .await?;
        let groups = group(organization_ids, found, |membership| {
            membership.organization_id
        });
        let page = |(id, rows)| (id, Page::new(request, rows));
        Ok(groups.into_iter().map(page).collect())
    }

    /// How many members [`Directory::members`] lists on all pages.
    pub async fn member_counts(
        &self,
        ids: &[Uuid],
        seen_by: Uuid,
    ) -> Result<HashMap<Uuid, i64>, AuthError> {
        let mut counts: HashMap<Uuid, i64> = ids.iter().map(|id| (*id, 0)).collect();
        counts.extend(self.store.count_members(ids, seen_by).await?);
        Ok(counts)
    }

    /// The invitations that wait for an answer in each of these organizations that `seen_by` belongs to.
    pub async fn invitations(
        &self,
        ids: &[Uuid],
        seen_by: Uuid,
    ) -> Result<HashMap<Uuid, OrganizationInvitations>, AuthError> {
        let now = self.clock.now();
        let found = self.store.list_invitations(ids, seen_by, now).await?;
        Ok(found.into_iter().collect())
    }
}

/// Rows by key, in the order they came; a key without rows has an empty list.
fn group<T>(keys: &[Uuid], rows: Vec<T>, key: impl Fn(&T) -> Uuid) -> HashMap<Uuid, Vec<T>> {
    let mut groups: HashMap<Uuid, Vec<T>> = keys.iter().map(|key| (*key, Vec::new())).collect();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}
