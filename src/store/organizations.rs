//! Organizations and memberships, read in batches: one statement however many are asked for.

use chrono::{DateTime, Utc};
use sqlx::{Database, Encode, FromRow, QueryBuilder, Type};
use uuid::Uuid;

use super::StoreError;
use super::pool::{Store, on, push_ids};
use crate::domain::{Membership, Organization, PageRequest, Role};

const MEMBERSHIP_COLUMNS: &str = "id, user_id, organization_id, role, joined_at";

/// The columns of an [`OrganizationRow`].
macro_rules! organization_columns {
    () => {
        "id, name, slug, created_at"
    };
}
pub(super) use organization_columns;

#[derive(FromRow)]
pub(super) struct OrganizationRow {
    id: Uuid,
    name: String,
    slug: String,
    created_at: DateTime<Utc>,
}

#[derive(FromRow)]
struct MembershipRow {
    id: Uuid,
    user_id: Uuid,
    organization_id: Uuid,
    role: String,
    joined_at: DateTime<Utc>,
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

impl TryFrom<MembershipRow> for Membership {
    type Error = StoreError;

    fn try_from(row: MembershipRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            user_id: row.user_id,
            organization_id: row.organization_id,
            role: parse_role(row.role)?,
            joined_at: row.joined_at,
        })
    }
}

impl Store {
    /// The organizations with these ids, in no particular order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_organizations(&self, ids: &[Uuid]) -> Result<Vec<Organization>, StoreError> {
        let rows: Vec<OrganizationRow> = on!(&self.read, |db| {
            let mut query = organizations_by_ids(ids);
            query.build_query_as().persistent(false).fetch_all(db).await
        })?;
        Ok(rows.into_iter().map(Organization::from).collect())
    }

    /// The memberships of these users, oldest first, as far as `seen_by` may know of them: a user
    /// sees all of their own, and of others those in organizations that they share.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_memberships(
        &self,
        user_ids: &[Uuid],
        seen_by: Uuid,
    ) -> Result<Vec<Membership>, StoreError> {
        let rows: Vec<MembershipRow> = on!(&self.read, |db| {
            let mut query = memberships_of_users(user_ids, seen_by);
            query.build_query_as().persistent(false).fetch_all(db).await
        })?;
        rows.into_iter().map(Membership::try_from).collect()
    }

    /// One page of members for each of these organizations: up to one more than the limit, from the
    /// end that the request names.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_members(
        &self,
        organization_ids: &[Uuid],
        page: &PageRequest,
    ) -> Result<Vec<Membership>, StoreError> {
        let rows: Vec<MembershipRow> = on!(&self.read, |db| {
            let mut query = members_of_organizations(organization_ids, page);
            query.build_query_as().persistent(false).fetch_all(db).await
        })?;
        rows.into_iter().map(Membership::try_from).collect()
    }

    /// How many members each of these organizations has.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_members(
        &self,
        organization_ids: &[Uuid],
    ) -> Result<Vec<(Uuid, i64)>, StoreError> {
        Ok(on!(&self.read, |db| {
            let mut query = member_counts(organization_ids);
            query.build_query_as().persistent(false).fetch_all(db).await
        })?)
    }
}

pub(super) fn organizations_by_ids<DB: Database>(ids: &[Uuid]) -> QueryBuilder<DB>
where
    Uuid: for<'q> Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new(concat!(
        "SELECT ",
        organization_columns!(),
        " FROM organizations WHERE id IN "
    ));
    push_ids(&mut query, ids);
    query
}

pub(super) fn memberships_of_users<DB: Database>(
    user_ids: &[Uuid],
    seen_by: Uuid,
) -> QueryBuilder<DB>
where
    Uuid: for<'q> Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new(format!(
        "SELECT {MEMBERSHIP_COLUMNS} FROM memberships WHERE user_id IN "
    ));
    push_ids(&mut query, user_ids);
    query
        .push(" AND organization_id IN (SELECT organization_id FROM memberships WHERE user_id = ")
        .push_bind(seen_by)
        .push(") ORDER BY id");
    query
}

pub(super) fn members_of_organizations<DB: Database>(
    organization_ids: &[Uuid],
    page: &PageRequest,
) -> QueryBuilder<DB>
where
    Uuid: for<'q> Encode<'q, DB> + Type<DB>,
    i64: for<'q> Encode<'q, DB> + Type<DB>,
{
    let order = if page.from_end { "DESC" } else { "ASC" };
    let mut query = QueryBuilder::new(format!(
        "SELECT {MEMBERSHIP_COLUMNS} FROM (\
           SELECT {MEMBERSHIP_COLUMNS}, \
             ROW_NUMBER() OVER (PARTITION BY organization_id ORDER BY id {order}) AS place \
           FROM memberships WHERE organization_id IN "
    ));
    push_ids(&mut query, organization_ids);
    query
        .push(" AND id > ")
        .push_bind(page.after.unwrap_or(Uuid::nil()))
        .push(" AND id < ")
        .push_bind(page.before.unwrap_or(Uuid::max()))
        .push(") AS placed WHERE place <= ")
        .push_bind(page.limit_and_one())
        .push(format!(" ORDER BY id {order}"));
    query
}

pub(super) fn member_counts<DB: Database>(organization_ids: &[Uuid]) -> QueryBuilder<DB>
where
    Uuid: for<'q> Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new(
        "SELECT organization_id, COUNT(*) AS count FROM memberships WHERE organization_id IN ",
    );
    push_ids(&mut query, organization_ids);
    query.push(" GROUP BY organization_id");
    query
}

/// The word under which a role is stored: its name in the API.
pub(super) fn role_word(role: Role) -> &'static str {
    match role {
        Role::Owner => "OWNER",
        Role::Admin => "ADMIN",
        Role::Member => "MEMBER",
    }
}

fn parse_role(word: String) -> Result<Role, StoreError> {
    [Role::Owner, Role::Admin, Role::Member]
        .into_iter()
        .find(|role| role_word(*role) == word)
        .ok_or(StoreError::Unknown(word))
}
