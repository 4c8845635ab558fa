//! Organizations: founded, found, renamed, deleted.

use chrono::{DateTime, Utc};
use sqlx::{Database, Encode, FromRow, QueryBuilder, Type};
use uuid::Uuid;

use super::StoreError;
use super::membership_changes::{LIST_USERS, role_in};
use super::memberships::push_shared_with;
use super::pool::{Store, on, push_ids, statements, transaction};
use super::told::{NewLetter, Told, tell};
use super::users::lock_user;
use crate::domain::{
    Actor, Deed, Denied, Organization, OrganizationName, Role, SecurityEventKind, Slug,
};

/// The columns of an [`OrganizationRow`].
macro_rules! organization_columns {
    () => {
        "id, name, slug, created_at"
    };
}
pub(super) use organization_columns;

statements! {
    /// A slug that is taken makes no row.
    INSERT = concat!(
        "INSERT INTO organizations (id, name, slug, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT DO NOTHING RETURNING ", organization_columns!(),
    );
    FIND = concat!("SELECT ", organization_columns!(), " FROM organizations WHERE id = $1");
    UPDATE = concat!(
        "UPDATE organizations SET name = COALESCE($2, name), slug = COALESCE($3, slug) \
         WHERE id = $1 RETURNING ", organization_columns!(),
    );
    /// Its memberships and invitations go with it.
    DELETE = "DELETE FROM organizations WHERE id = $1";
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

/// What became of a wish to change an organization.
#[derive(Clone, Debug)]
pub enum OrganizationChanged {
    Done(Organization, Told),
    Denied(Denied),
    /// Another organization has the slug.
    SlugTaken,
}

/// Founds an organization inside the caller's transaction, owned by one user.
macro_rules! insert_organization {
    ($tx:ident, $new:expr, $owner:expr, $at:expr) => {{
        let new: &$crate::store::NewOrganization = $new;
        let mut made: Option<$crate::store::organizations::OrganizationRow> = None;
        for slug in &new.slugs {
            made = sqlx::query_as($crate::store::organizations::INSERT)
                .bind(new.id)
                .bind(new.name.as_str())
                .bind(slug.as_str())
                .bind($at)
                .fetch_optional(&mut *$tx)
                .await?;
            if made.is_some() {
                break;
            }
        }
        let role = $crate::domain::Role::Owner;
        $crate::store::membership_changes::insert_membership!(
            $tx,
            new.membership_id,
            $owner,
            new.id,
            role,
            $at
        );
        made
    }};
}

/// Reads an organization that is there, inside the caller's transaction.
macro_rules! find_organization {
    ($tx:ident, $id:expr) => {{
        let row: $crate::store::organizations::OrganizationRow =
            sqlx::query_as($crate::store::organizations::FIND)
                .bind($id)
                .fetch_one(&mut *$tx)
                .await?;
        $crate::domain::Organization::from(row)
    }};
}
pub(super) use {find_organization, insert_organization};

impl Store {
    /// The organizations with these ids, in no particular order; only those that `seen_by` belongs to,
    /// if it names anybody.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_organizations(
        &self,
        ids: &[Uuid],
        seen_by: Option<Uuid>,
    ) -> Result<Vec<Organization>, StoreError> {
        let rows: Vec<OrganizationRow> = on!(&self.read, |db| {
            let mut query = by_ids(ids, seen_by);
            query.build_query_as().persistent(false).fetch_all(db).await
        })?;
        Ok(rows.into_iter().map(Organization::from).collect())
    }

    /// Founds an organization, owned by whoever founds it; `None` if they are gone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_organization(
        &self,
        founder: Uuid,
        new: &NewOrganization,
        deed: &Deed,
    ) -> Result<Option<(Organization, Told)>, StoreError> {
        transaction!(&self.write, |tx| {
            if lock_user!(self, tx, founder).is_none() {
                return Ok(None);
            }
            let Some(row) = insert_organization!(tx, new, founder, deed.at) else {
                return Ok(None);
            };
            let kind = SecurityEventKind::OrganizationCreated;
            let event = deed.organization_event(founder, kind, new.id);
            let told = tell!(self, tx, vec![event], &[]);
            Some((row.into(), told))
        })
    }

    /// Gives an organization another name or slug, or both. With neither, nobody is told anything.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn update_organization(
        &self,
        actor: &Actor,
        id: Uuid,
        name: Option<&OrganizationName>,
        slug: Option<&Slug>,
        deed: &Deed,
    ) -> Result<OrganizationChanged, StoreError> {
        transaction!(&self.write, |tx| {
            if let Err(denied) = role_in!(self, tx, actor, id, is_owner) {
                return Ok(OrganizationChanged::Denied(denied));
            }
            let row: Result<OrganizationRow, sqlx::Error> = sqlx::query_as(UPDATE)
                .bind(id)
                .bind(name.map(OrganizationName::as_str))
                .bind(slug.map(Slug::as_str))
                .fetch_one(&mut *tx)
                .await;
            let row = match row {
                Ok(row) => row,
                // The statement writes one unique column, so there is one thing this can mean.
                Err(sqlx::Error::Database(refusal)) if refusal.is_unique_violation() => {
                    return Ok(OrganizationChanged::SlugTaken);
                }
                Err(error) => return Err(error.into()),
            };
            let told = if name.is_none() && slug.is_none() {
                Told::default()
            } else {
                let kind = SecurityEventKind::OrganizationUpdated;
                let event = deed.organization_event(actor.user_id, kind, id);
                tell!(self, tx, vec![event], &[])
            };
            OrganizationChanged::Done(row.into(), told)
        })
    }

    /// Deletes an organization with its memberships and invitations; each member has an event of that.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_organization(
        &self,
        actor: &Actor,
        id: Uuid,
        deed: &Deed,
        letters: &[NewLetter],
    ) -> Result<Result<Told, Denied>, StoreError> {
        transaction!(&self.write, |tx| {
            if let Err(denied) = role_in!(self, tx, actor, id, is_owner) {
                return Ok(Err(denied));
            }
            let mut members: Vec<Uuid> = sqlx::query_scalar(LIST_USERS)
                .bind(id)
                .fetch_all(&mut *tx)
                .await?;
            members.retain(|member| *member != actor.user_id);
            let kind = SecurityEventKind::OrganizationDeleted;
            let mut events = vec![deed.organization_event(actor.user_id, kind, id)];
            events.extend(deed.organization_events_of_others(&members, kind, id));
            let told = tell!(self, tx, events, letters);
            sqlx::query(DELETE).bind(id).execute(&mut *tx).await?;
            Ok(told)
        })
    }
}

fn is_owner(role: Role) -> bool {
    role == Role::Owner
}

pub(super) fn by_ids<DB: Database>(ids: &[Uuid], seen_by: Option<Uuid>) -> QueryBuilder<DB>
where
    Uuid: for<'q> Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new(concat!(
        "SELECT ",
        organization_columns!(),
        " FROM organizations WHERE id IN "
    ));
    push_ids(&mut query, ids);
    if let Some(seen_by) = seen_by {
        push_shared_with(&mut query, "id", seen_by);
    }
    query
}
