//! Organizations and who belongs to them, as a viewer may see them.

use std::collections::HashMap;

use uuid::Uuid;

use super::AuthError;
use crate::domain::{Membership, Organization, Page, PageRequest, User};
use crate::store::Store;

/// The rules about organizations. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Organizations {
    pub(crate) store: Store,
}

impl Organizations {
    /// # Errors
    /// When the store fails.
    pub async fn users(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, User>, AuthError> {
        let users = self.store.list_users(ids).await?;
        Ok(users.into_iter().map(|user| (user.id, user)).collect())
    }

    /// # Errors
    /// When the store fails.
    pub async fn organizations(
        &self,
        ids: &[Uuid],
    ) -> Result<HashMap<Uuid, Organization>, AuthError> {
        let found = self.store.list_organizations(ids).await?;
        Ok(found.into_iter().map(|one| (one.id, one)).collect())
    }

    /// The memberships of each of these users, oldest first, as far as `seen_by` may know of them.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn memberships(
        &self,
        user_ids: &[Uuid],
        seen_by: Uuid,
    ) -> Result<HashMap<Uuid, Vec<Membership>>, AuthError> {
        let found = self.store.list_memberships(user_ids, seen_by).await?;
        Ok(group(user_ids, found, |membership| membership.user_id))
    }

    /// One page of the members of each of these organizations, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn members(
        &self,
        organization_ids: &[Uuid],
        request: &PageRequest,
    ) -> Result<HashMap<Uuid, Page<Membership>>, AuthError> {
        let found = self.store.list_members(organization_ids, request).await?;
        let groups = group(organization_ids, found, |membership| {
            membership.organization_id
        });
        let page = |(id, rows)| (id, Page::new(request, rows));
        Ok(groups.into_iter().map(page).collect())
    }

    /// # Errors
    /// When the store fails.
    pub async fn member_counts(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, i64>, AuthError> {
        Ok(self.store.count_members(ids).await?.into_iter().collect())
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
