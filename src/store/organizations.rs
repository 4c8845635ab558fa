//! Organizations: founded, found, renamed, deleted.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;
use uuid::Uuid;

use super::StoreError;
use super::database::{Statement, Transaction};
use super::membership_changes::LIST_USERS;
use super::memberships::push_shared_with;
use super::open::Store;
use super::query::Query;
use super::told::{NewLetter, Told};
use crate::domain::{
    Actor, Deed, Denied, Organization, OrganizationName, Role, SecurityEventKind, Slug,
};

/// The columns of an [`OrganizationRow`].
pub(super) const ORGANIZATION_COLUMNS: &str = "id, name, slug, created_at";

/// A slug that is taken makes no row.
const INSERT: Statement = Statement::new(concat!(
    "INSERT INTO organizations (id, name, slug, created_at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT DO NOTHING RETURNING ",
    ORGANIZATION_COLUMNS,
));

const FIND: Statement = Statement::new(concat!(
    "SELECT ",
    ORGANIZATION_COLUMNS,
    " FROM organizations WHERE id = $1",
));

const UPDATE: Statement = Statement::new(concat!(
    "UPDATE organizations SET name = COALESCE($2, name), slug = COALESCE($3, slug) \
     WHERE id = $1 RETURNING ",
    ORGANIZATION_COLUMNS,
));

/// Its memberships and invitations go with it.
const DELETE: Statement = Statement::new("DELETE FROM organizations WHERE id = $1");

#[cfg(test)]
pub(super) const STATEMENTS: &[(&str, Statement)] = &[
    ("INSERT", INSERT),
    ("FIND", FIND),
    ("UPDATE", UPDATE),
    ("DELETE", DELETE),
];

/// An organization to be founded.
#[derive(Clone, Debug)]
pub struct NewOrganization {
    pub id: Uuid,
    pub name: OrganizationName,
    /// The slugs to try in turn. The last one is random enough to be free.
    pub slugs: [Slug; 2],
    /// Of its founder.
    pub membership_id: Uuid,
}

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

#[derive(FromRow)]
pub(super) struct OrganizationRow {
    id: Uuid,
    name: String,
    slug: String,
    created_at: DateTime<Utc>,
}

impl From<OrganizationRow> for Organization {
    fn from(row: OrganizationRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            slug: row.slug,
            created_at: row.created_at,
        }
    }
}

impl Transaction {
    /// Founds an organization that one user owns, and returns it.
    pub(super) async fn insert_founded_organization(
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

    /// Reads an organization that is there.
    pub(super) async fn find_organization(&mut self, id: Uuid) -> Result<Organization, StoreError> {
        let row: OrganizationRow = self.query(&FIND).bind(id).one().await?;
        Ok(row.into())
    }
}

impl Store {
    /// Returns the organizations with these ids, in no particular order; only those that `seen_by` belongs to, if it
    /// names anybody.
    pub async fn list_organizations(
        &self,
        ids: &[Uuid],
        seen_by: Option<Uuid>,
    ) -> Result<Vec<Organization>, StoreError> {
        let mut query = self.read.empty_query();
        push_organizations(&mut query, ids, seen_by);
        let rows: Vec<OrganizationRow> = query.all().await?;
        Ok(rows.into_iter().map(Organization::from).collect())
    }

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

    /// Gives an organization another name or slug, or both, and returns it. With neither, nobody is told anything.
    pub async fn update_organization(
        &self,
        actor: &Actor,
        id: Uuid,
        name: Option<&OrganizationName>,
        slug: Option<&Slug>,
        deed: &Deed,
    ) -> Result<(Organization, Told), OrganizationError> {
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
            // The statement writes one unique column, so there is one thing that this can mean.
            Err(error) if error.is_unique_violation() => return Err(OrganizationError::SlugTaken),
            Err(error) => return Err(error.into()),
        };
        let told = if name.is_none() && slug.is_none() {
            Told::default()
        } else {
            let kind = SecurityEventKind::OrganizationUpdated;
            let event = deed.organization_event(actor.user_id, kind, id);
            tx.record(vec![event], &[]).await?
        };
        Ok(tx.commit((Organization::from(row), told)).await?)
    }

    /// Deletes an organization with its memberships and invitations. Each member has an event of that.
    pub async fn delete_organization(
        &self,
        actor: &Actor,
        id: Uuid,
        deed: &Deed,
        letters: &[NewLetter],
    ) -> Result<Told, OrganizationError> {
        let mut tx = self.begin().await?;
        tx.authorize::<OrganizationError>(actor, id, is_owner)
            .await?;
        let mut members: Vec<Uuid> = tx.query(&LIST_USERS).bind(id).all_scalars().await?;
        members.retain(|member| *member != actor.user_id);
        let kind = SecurityEventKind::OrganizationDeleted;
        let mut events = vec![deed.organization_event(actor.user_id, kind, id)];
        events.extend(deed.organization_events_of_others(&members, kind, id));
        let told = tx.record(events, letters).await?;
        tx.query(&DELETE).bind(id).execute().await?;
        Ok(tx.commit(told).await?)
    }
}

fn is_owner(role: Role) -> bool {
    role == Role::Owner
}

/// Appends the statement of [`Store::list_organizations`].
pub(super) fn push_organizations(query: &mut Query<'_>, ids: &[Uuid], seen_by: Option<Uuid>) {
    query
        .push("SELECT ")
        .push(ORGANIZATION_COLUMNS)
        .push(" FROM organizations WHERE id IN ")
        .push_ids(ids);
    if let Some(seen_by) = seen_by {
        push_shared_with(query, "id", seen_by);
    }
}
