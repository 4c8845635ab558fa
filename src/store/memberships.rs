//! Memberships: who belongs to an organization, and as what; read in batches, as far as one may see them.

use chrono::{DateTime, Utc};
use sqlx::{Database, Encode, FromRow, QueryBuilder, Type};
use uuid::Uuid;

use super::StoreError;
use super::pool::{Store, on, push_ids, statements};
use super::users::{UserRow, user_columns};
use crate::domain::{Membership, PageRequest, Role, User};

/// The columns of a [`MembershipRow`].
macro_rules! membership_columns {
    () => {
        "memberships.id, memberships.user_id, memberships.organization_id, memberships.role, \
         memberships.joined_at"
    };
}
pub(super) use membership_columns;

statements! {
    LIST_OTHER_OWNERS = concat!(
        "SELECT ", user_columns!(), " FROM memberships \
         JOIN users ON users.id = memberships.user_id \
         WHERE memberships.organization_id = $1 AND memberships.role = 'OWNER' \
             AND memberships.user_id <> $2 \
         ORDER BY memberships.id LIMIT $3",
    );
    FIND_MEMBER = concat!(
        "SELECT ", membership_columns!(), ", organizations.name AS organization_name, ",
        user_columns!(), " FROM memberships \
         JOIN users ON users.id = memberships.user_id \
         JOIN organizations ON organizations.id = memberships.organization_id \
         WHERE memberships.id = $1",
    );
}

#[derive(FromRow)]
pub(super) struct MembershipRow {
    id: Uuid,
    user_id: Uuid,
    organization_id: Uuid,
    role: String,
    joined_at: DateTime<Utc>,
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

#[derive(FromRow)]
struct MemberRow {
    #[sqlx(flatten)]
    membership: MembershipRow,
    organization_name: String,
    #[sqlx(flatten)]
    user: UserRow,
}

/// A membership, with whose it is.
#[derive(Clone, Debug)]
pub struct Member {
    pub membership: Membership,
    pub user: User,
    pub organization_name: String,
}

impl Store {
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

    /// One page of members for each of these organizations that `seen_by` belongs to: up to one more
    /// than the limit, from the end that the request names.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_members(
        &self,
        organization_ids: &[Uuid],
        seen_by: Uuid,
        page: &PageRequest,
    ) -> Result<Vec<Membership>, StoreError> {
        let rows: Vec<MembershipRow> = on!(&self.read, |db| {
            let mut query = members_of_organizations(organization_ids, seen_by, page);
            query.build_query_as().persistent(false).fetch_all(db).await
        })?;
        rows.into_iter().map(Membership::try_from).collect()
    }

    /// How many members each of these organizations has that `seen_by` belongs to.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_members(
        &self,
        organization_ids: &[Uuid],
        seen_by: Uuid,
    ) -> Result<Vec<(Uuid, i64)>, StoreError> {
        on!(&self.read, |db| {
            let mut query = member_counts(organization_ids, seen_by);
            query.build_query_as().persistent(false).fetch_all(db).await
        })
    }

    /// An organization's owners but for one user, so many at most, the longest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_other_owners(
        &self,
        organization_id: Uuid,
        user_id: Uuid,
        most: i64,
    ) -> Result<Vec<User>, StoreError> {
        let rows: Vec<UserRow> = on!(&self.read, |db| {
            sqlx::query_as(LIST_OTHER_OWNERS)
                .bind(organization_id)
                .bind(user_id)
                .bind(most)
                .fetch_all(db)
                .await
        })?;
        Ok(rows.into_iter().map(User::from).collect())
    }

    /// # Errors
    /// When the database fails.
    pub async fn find_member(&self, membership_id: Uuid) -> Result<Option<Member>, StoreError> {
        let row: Option<MemberRow> = on!(&self.read, |db| {
            sqlx::query_as(FIND_MEMBER)
                .bind(membership_id)
                .fetch_optional(db)
                .await
        })?;
        row.map(|row| {
            Ok(Member {
                membership: row.membership.try_into()?,
                user: row.user.into(),
                organization_name: row.organization_name,
            })
        })
        .transpose()
    }
}

pub(super) fn memberships_of_users<DB: Database>(
    user_ids: &[Uuid],
    seen_by: Uuid,
) -> QueryBuilder<DB>
where
    Uuid: for<'q> Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new(concat!(
        "SELECT ",
        membership_columns!(),
        " FROM memberships WHERE user_id IN "
    ));
    push_ids(&mut query, user_ids);
    push_shared_with(&mut query, "organization_id", seen_by);
    query.push(" ORDER BY id");
    query
}

/// Finds the last row of each organization's page by its place in the index, and then the page: an
/// organization with 10,000 members costs no more than one with a hundred.
pub(super) fn members_of_organizations<DB: Database>(
    organization_ids: &[Uuid],
    seen_by: Uuid,
    page: &PageRequest,
) -> QueryBuilder<DB>
where
    Uuid: for<'q> Encode<'q, DB> + Type<DB>,
    i64: for<'q> Encode<'q, DB> + Type<DB>,
{
    let after = page.after.unwrap_or(Uuid::nil());
    let before = page.before.unwrap_or(Uuid::max());
    let (order, beyond, start, within, end) = if page.from_end {
        ("DESC", "<", before, ">=", after)
    } else {
        ("ASC", ">", after, "<=", before)
    };
    let mut query = QueryBuilder::new(concat!(
        "SELECT ",
        membership_columns!(),
        " FROM (SELECT organizations.id AS organization_id, \
             (SELECT placed.id FROM memberships AS placed \
              WHERE placed.organization_id = organizations.id AND placed.id > ",
    ));
    query
        .push_bind(after)
        .push(" AND placed.id < ")
        .push_bind(before)
        .push(format!(" ORDER BY placed.id {order} LIMIT 1 OFFSET "))
        .push_bind(page.limit)
        .push(") AS last_id FROM organizations WHERE organizations.id IN ");
    push_ids(&mut query, organization_ids);
    push_shared_with(&mut query, "organizations.id", seen_by);
    query
        .push(
            ") AS pages JOIN memberships ON memberships.organization_id = pages.organization_id \
             AND memberships.id ",
        )
        .push(beyond)
        .push_bind(start)
        // Not as a bound: SQLite would look for it in the index, and for the last row each time.
        .push(" AND memberships.id <> ")
        .push_bind(end)
        .push(format!(
            " AND memberships.id {within} COALESCE(pages.last_id, "
        ))
        .push_bind(end)
        .push(format!(") ORDER BY memberships.id {order}"));
    query
}

pub(super) fn member_counts<DB: Database>(
    organization_ids: &[Uuid],
    seen_by: Uuid,
) -> QueryBuilder<DB>
where
    Uuid: for<'q> Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new(
        "SELECT organization_id, COUNT(*) AS count FROM memberships WHERE organization_id IN ",
    );
    push_ids(&mut query, organization_ids);
    push_shared_with(&mut query, "organization_id", seen_by);
    query.push(" GROUP BY organization_id");
    query
}

/// Of organizations that somebody belongs to, whose ids are in this column.
pub(super) fn push_shared_with<DB: Database>(
    query: &mut QueryBuilder<DB>,
    column: &'static str,
    seen_by: Uuid,
) where
    Uuid: for<'q> Encode<'q, DB> + Type<DB>,
{
    query
        .push(format!(
            " AND {column} IN (SELECT organization_id FROM memberships WHERE user_id = "
        ))
        .push_bind(seen_by)
        .push(")");
}

pub(super) fn parse_role(word: String) -> Result<Role, StoreError> {
    Role::parse(&word).ok_or(StoreError::Unknown(word))
}
