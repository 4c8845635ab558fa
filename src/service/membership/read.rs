//! Memberships, as far as the viewer may see them.

use std::collections::HashMap;
use std::hash::Hash;

use crate::domain::{Member, Membership, MembershipId, OrganizationId, Page, PageRequest, UserId};
use crate::service::directory::Directory;
use crate::service::error::AuthError;

impl Directory {
    /// Returns the memberships of each of these users, oldest first, as far as the viewer may see them.
    pub async fn memberships(
        &self,
        user_ids: &[UserId],
        viewer_id: UserId,
    ) -> Result<HashMap<UserId, Vec<Membership>>, AuthError> {
        let store = &self.core.store;
        let memberships = store.list_memberships(user_ids, viewer_id).await?;
        let user_id = |membership: &Membership| membership.user_id;
        Ok(group(user_ids, memberships, user_id))
    }

    /// Finds a membership, if the viewer is a member of the same organization.
    pub async fn membership(
        &self,
        id: MembershipId,
        viewer_id: UserId,
    ) -> Result<Option<Membership>, AuthError> {
        let Some(Member { membership, .. }) = self.core.store.find_member(id).await? else {
            return Ok(None);
        };
        let organization_id = membership.organization_id;
        let store = &self.core.store;
        let shared = store.find_role(organization_id, viewer_id).await?;
        Ok(shared.map(|_| membership))
    }

    /// Returns one page of the members of each of these organizations, oldest first. The page is empty if the viewer is
    /// not a member.
    pub async fn members(
        &self,
        organization_ids: &[OrganizationId],
        viewer_id: UserId,
        request: &PageRequest,
    ) -> Result<HashMap<OrganizationId, Page<Membership>>, AuthError> {
        let store = &self.core.store;
        let memberships = store
            .list_members(organization_ids, viewer_id, request)
            .await?;
        let groups = group(organization_ids, memberships, |membership| {
            membership.organization_id
        });
        let page = |(id, rows)| (id, Page::new(request, rows));
        Ok(groups.into_iter().map(page).collect())
    }

    /// Counts the members that [`Directory::members`] lists on all pages.
    pub async fn member_counts(
        &self,
        ids: &[OrganizationId],
        viewer_id: UserId,
    ) -> Result<HashMap<OrganizationId, i64>, AuthError> {
        let mut counts: HashMap<OrganizationId, i64> = ids.iter().map(|id| (*id, 0)).collect();
        counts.extend(self.core.store.count_members(ids, viewer_id).await?);
        Ok(counts)
    }
}

/// Groups rows by key, in their order. A key without rows gets an empty list.
fn group<K: Copy + Eq + Hash, T>(
    keys: &[K],
    rows: Vec<T>,
    key: impl Fn(&T) -> K,
) -> HashMap<K, Vec<T>> {
    let mut groups: HashMap<K, Vec<T>> = keys.iter().map(|key| (*key, Vec::new())).collect();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}
