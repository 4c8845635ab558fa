//! Organizations, read as far as the viewer may see them.

use constcat::concat;

use super::row::{ORGANIZATION_COLUMNS, OrganizationRow};
use crate::domain::{Organization, OrganizationId, UserId};
use crate::store::database::{Query, Statement, Store, StoreError, Transaction};
use crate::store::membership::read::push_shared_with;

const FIND: Statement = Statement::new(concat!(
    "SELECT ",
    ORGANIZATION_COLUMNS,
    " FROM organizations WHERE id = $1",
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("FIND", FIND)];

impl Transaction {
    /// Reads an organization that must exist.
    pub async fn find_organization(
        &mut self,
        id: OrganizationId,
    ) -> Result<Organization, StoreError> {
        let row: OrganizationRow = self.query(&FIND).bind(id).one().await?;
        Ok(row.into())
    }
}

impl Store {
    /// Lists the organizations with these ids, in no particular order. With a `viewer_id`, lists only those that the
    /// viewer belongs to.
    pub async fn list_organizations(
        &self,
        ids: &[OrganizationId],
        viewer_id: Option<UserId>,
    ) -> Result<Vec<Organization>, StoreError> {
        let mut query = self.read.empty_query();
        push_organizations(&mut query, ids, viewer_id);
        let rows: Vec<OrganizationRow> = query.all().await?;
        Ok(rows.into_iter().map(Organization::from).collect())
    }
}

/// Appends the statement of [`Store::list_organizations`].
pub fn push_organizations(
    query: &mut Query<'_>,
    ids: &[OrganizationId],
    viewer_id: Option<UserId>,
) {
    query
        .push("SELECT ")
        .push(ORGANIZATION_COLUMNS)
        .push(" FROM organizations WHERE id IN ")
        .push_ids(ids);
    if let Some(viewer_id) = viewer_id {
        push_shared_with(query, "id", viewer_id);
    }
}
