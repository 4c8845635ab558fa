//! New organizations, each with its owner.

use chrono::{DateTime, Utc};
use constcat::concat;
use uuid::Uuid;

use super::row::{ORGANIZATION_COLUMNS, OrganizationRow};
use crate::domain::{Deed, Organization, OrganizationName, Role, SecurityEventKind, Slug};
use crate::store::audit::record::Told;
use crate::store::database::{Statement, Store, StoreError, Transaction};

/// A slug that is taken makes no row.
const INSERT: Statement = Statement::new(concat!(
    "INSERT INTO organizations (id, name, slug, created_at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT DO NOTHING RETURNING ",
    ORGANIZATION_COLUMNS,
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("INSERT", INSERT)];

/// An organization to be founded.
#[derive(Clone, Debug)]
pub struct NewOrganization {
    pub id: Uuid,
    pub name: OrganizationName,
    /// The slugs to try in turn. The last one is random enough to be free.
    pub slugs: [Slug; 2],
    /// The id of its founder's membership.
    pub membership_id: Uuid,
}

impl Transaction {
    /// Founds an organization that one user owns, and returns it.
    pub async fn insert_founded_organization(
        &mut self,
        new: &NewOrganization,
        owner: Uuid,
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
    /// Founds an organization that its founder owns, and returns it; `None` if the founder is gone.
    pub async fn insert_organization(
        &self,
        founder: Uuid,
        new: &NewOrganization,
        deed: &Deed,
    ) -> Result<Option<(Organization, Told)>, StoreError> {
        let mut tx = self.begin().await?;
        if tx.lock_user(founder).await?.is_none() {
            return Ok(None);
        }
        let organization = tx
            .insert_founded_organization(new, founder, deed.at)
            .await?;
        let Some(organization) = organization else {
            return Ok(None);
        };
        let kind = SecurityEventKind::OrganizationCreated;
        let event = deed.organization_event(founder, kind, new.id);
        let told = tx.record(vec![event], &[]).await?;
        tx.commit(Some((organization, told))).await
    }
}
