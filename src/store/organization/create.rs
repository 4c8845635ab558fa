//! Creation of organizations, each with its first owner.

use chrono::{DateTime, Utc};
use constcat::concat;

use super::row::{ORGANIZATION_COLUMNS, OrganizationRow};
use crate::domain::{
    AuditContext, MembershipId, Organization, OrganizationId, OrganizationName, Role,
    SecurityEventKind, Slug, UserId,
};
use crate::store::database::{Committed, Statement, Store, StoreError, Transaction};

/// Inserts no row if the slug is taken.
const INSERT: Statement = Statement::new(concat!(
    "INSERT INTO organizations (id, name, slug, created_at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT DO NOTHING RETURNING ",
    ORGANIZATION_COLUMNS,
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("INSERT", INSERT)];

/// A new organization.
#[derive(Clone, Debug)]
pub struct NewOrganization {
    pub id: OrganizationId,
    pub name: OrganizationName,
    /// The slugs to try in turn. The last one is random enough to be free.
    pub slugs: [Slug; 2],
    /// The id of its founder's membership.
    pub membership_id: MembershipId,
}

/// The reasons why no organization is founded.
#[derive(Debug, thiserror::Error)]
pub enum FoundingError {
    #[error("the founder's account is gone")]
    FounderGone,
    #[error("none of the slugs is free")]
    NoFreeSlug,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Transaction {
    /// Inserts an organization and the membership of its owner. Returns `None` if no slug is free.
    pub async fn insert_founded_organization(
        &mut self,
        new: &NewOrganization,
        owner: UserId,
        at: DateTime<Utc>,
    ) -> Result<Option<Organization>, StoreError> {
        let mut row: Option<OrganizationRow> = None;
        for slug in &new.slugs {
            row = self
                .query(&INSERT)
                .bind(new.id)
                .bind(new.name.as_str())
                .bind(slug.as_str())
                .bind(at)
                .optional()
                .await?;
            if row.is_some() {
                break;
            }
        }
        self.insert_membership(new.membership_id, owner, new.id, Role::Owner, at)
            .await?;
        Ok(row.map(Organization::from))
    }
}

impl Store {
    /// Inserts an organization that its founder owns, writes the event, and returns it.
    pub async fn insert_organization(
        &self,
        founder: UserId,
        new: &NewOrganization,
        audit: &AuditContext,
    ) -> Result<Committed<Organization>, FoundingError> {
        let mut tx = self.begin().await?;
        let founder_exists = tx.lock_user(founder).await?.is_some();
        if !founder_exists {
            return Err(FoundingError::FounderGone);
        }
        let organization = tx
            .insert_founded_organization(new, founder, audit.at)
            .await?;
        let organization = organization.ok_or(FoundingError::NoFreeSlug)?;
        let kind = SecurityEventKind::OrganizationCreated;
        let event = audit.organization_event(founder, kind, new.id);
        tx.insert_events(vec![event]).await?;
        Ok(tx.commit(organization).await?)
    }
}
