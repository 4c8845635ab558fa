//! Memberships, as the members of the same organizations may see them.

use std::collections::HashMap;

use uuid::Uuid;

use crate::domain::{Member, Membership, Page, PageRequest};
use crate::service::directory::Directory;
use crate::service::error::AuthError;

impl Directory {
    /// Returns the memberships of each of these users, oldest first, as far as `seen_by` may know of them.
    pub async fn memberships(
        &self,
        user_ids: &[Uuid],
        seen_by: Uuid,
    ) -> Result<HashMap<Uuid, Vec<Membership>>, AuthError> {
        let found = self.store.list_memberships(user_ids, seen_by).await?;
        Ok(group(user_ids, found, |membership| membership.user_id))
    }

    /// Finds a membership, if `seen_by` may know of it.
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

    /// Returns one page of the members of each of these organizations, oldest first; an empty one of those that
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

    /// Counts the members that [`Directory::members`] lists on all pages.
    pub async fn member_counts(
        &self,
        ids: &[Uuid],
        seen_by: Uuid,
    ) -> Result<HashMap<Uuid, i64>, AuthError> {
        let mut counts: HashMap<Uuid, i64> = ids.iter().map(|id| (*id, 0)).collect();
        counts.extend(self.store.count_members(ids, seen_by).await?);
        Ok(counts)
    }
}

/// Groups rows by key, in the order they came; a key without rows has an empty list.
fn group<T>(keys: &[Uuid], rows: Vec<T>, key: impl Fn(&T) -> Uuid) -> HashMap<Uuid, Vec<T>> {
    let mut groups: HashMap<Uuid, Vec<T>> = keys.iter().map(|key| (*key, Vec::new())).collect();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}
