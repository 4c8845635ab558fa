//! Changes of an organization's name and slug.

use constcat::concat;

use super::row::{ORGANIZATION_COLUMNS, OrganizationRow};
use crate::domain::{
    Actor, AuditContext, Denied, Organization, OrganizationId, OrganizationName, Role,
    SecurityEventKind, Slug,
};
use crate::store::database::{Committed, Statement, Store, StoreError};

const UPDATE: Statement = Statement::new(concat!(
    "UPDATE organizations SET name = COALESCE($2, name), slug = COALESCE($3, slug) \
     WHERE id = $1 RETURNING ",
    ORGANIZATION_COLUMNS,
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("UPDATE", UPDATE)];

/// The reasons why an organization is not changed or deleted.
#[derive(Debug, thiserror::Error)]
pub enum OrganizationError {
    #[error("the actor may not do this: {0:?}")]
    Denied(Denied),
    #[error("another organization has the slug")]
    SlugTaken,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Denied> for OrganizationError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl Store {
    /// Gives an organization another name, slug or both, and returns it. Writes an event unless both are `None`.
    pub async fn update_organization(
        &self,
        actor: &Actor,
        id: OrganizationId,
        name: Option<&OrganizationName>,
        slug: Option<&Slug>,
        audit: &AuditContext,
    ) -> Result<Committed<Organization>, OrganizationError> {
        let mut tx = self.begin().await?;
        tx.authorize::<OrganizationError>(actor, id, is_owner)
            .await?;
        let updated: Result<OrganizationRow, StoreError> = tx
            .query(&UPDATE)
            .bind(id)
            .bind(name.map(OrganizationName::as_str))
            .bind(slug.map(Slug::as_str))
            .one()
            .await;
        let row = match updated {
            Ok(row) => row,
            // The statement writes only one unique column, the slug.
            Err(error) if error.is_unique_violation() => return Err(OrganizationError::SlugTaken),
            Err(error) => return Err(error.into()),
        };
        if name.is_some() || slug.is_some() {
            let kind = SecurityEventKind::OrganizationUpdated;
            let event = audit.organization_event(actor.user_id, kind, id);
            tx.insert_events(vec![event]).await?;
        }
        Ok(tx.commit(Organization::from(row)).await?)
    }
}

pub(super) fn is_owner(role: Role) -> bool {
    role == Role::Owner
}
