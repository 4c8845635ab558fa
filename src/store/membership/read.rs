//! Memberships, read in batches as far as the viewer may see them.

use constcat::concat;
use sqlx::FromRow;

use super::row::{MEMBERSHIP_COLUMNS, MembershipRow};
use crate::domain::{Member, Membership, MembershipId, OrganizationId, PageRequest, User, UserId};
use crate::store::account::row::{USER_COLUMNS, UserRow};
use crate::store::database::{Query, Statement, Store, StoreError};

const LIST_OTHER_OWNERS: Statement = Statement::new(concat!(
    "SELECT ",
    USER_COLUMNS,
    " FROM memberships JOIN users ON users.id = memberships.user_id \
     WHERE memberships.organization_id = $1 AND memberships.role = 'OWNER' \
         AND memberships.user_id <> $2 \
     ORDER BY memberships.id LIMIT $3",
));

const FIND_MEMBER: Statement = Statement::new(concat!(
    "SELECT ",
    MEMBERSHIP_COLUMNS,
    ", organizations.name AS organization_name, ",
    USER_COLUMNS,
    " FROM memberships \
     JOIN users ON users.id = memberships.user_id \
     JOIN organizations ON organizations.id = memberships.organization_id \
     WHERE memberships.id = $1",
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("LIST_OTHER_OWNERS", LIST_OTHER_OWNERS),
    ("FIND_MEMBER", FIND_MEMBER),
];

#[derive(FromRow)]
struct MemberRow {
    #[sqlx(flatten)]
    membership: MembershipRow,
    organization_name: String,
    #[sqlx(flatten)]
    user: UserRow,
}

impl TryFrom<MemberRow> for Member {
    type Error = StoreError;

    fn try_from(row: MemberRow) -> Result<Self, StoreError> {
        Ok(Self {
            membership: row.membership.try_into()?,
            user: row.user.into(),
            organization_name: row.organization_name,
        })
    }
}

impl Store {
    /// Lists the memberships of these users, oldest first, as far as the viewer may see them: all of their own, and
    /// those of others in shared organizations.
    pub async fn list_memberships(
        &self,
        user_ids: &[UserId],
        viewer_id: UserId,
    ) -> Result<Vec<Membership>, StoreError> {
        let mut query = self.read.empty_query();
        push_memberships_of_users(&mut query, user_ids, viewer_id);
        let rows: Vec<MembershipRow> = query.all().await?;
        rows.into_iter().map(Membership::try_from).collect()
    }

    /// Lists a page of members for each of these organizations that the viewer belongs to: up to one more than the
    /// limit, from the end that the request names.
    pub async fn list_members(
        &self,
        organization_ids: &[OrganizationId],
        viewer_id: UserId,
        page: &PageRequest,
    ) -> Result<Vec<Membership>, StoreError> {
        let mut query = self.read.empty_query();
        push_members(&mut query, organization_ids, viewer_id, page);
        let rows: Vec<MembershipRow> = query.all().await?;
        rows.into_iter().map(Membership::try_from).collect()
    }

    /// Counts the members of each of these organizations that the viewer belongs to.
    pub async fn count_members(
        &self,
        organization_ids: &[OrganizationId],
        viewer_id: UserId,
    ) -> Result<Vec<(OrganizationId, i64)>, StoreError> {
        let mut query = self.read.empty_query();
        push_member_counts(&mut query, organization_ids, viewer_id);
        query.all().await
    }

    /// Lists the owners of an organization other than this user, up to a limit, the longest-standing first.
    pub async fn list_other_owners(
        &self,
        organization_id: OrganizationId,
        user_id: UserId,
        limit: i64,
    ) -> Result<Vec<User>, StoreError> {
        let rows: Vec<UserRow> = self
            .read
            .query(&LIST_OTHER_OWNERS)
            .bind(organization_id)
            .bind(user_id)
            .bind(limit)
            .all()
            .await?;
        Ok(rows.into_iter().map(User::from).collect())
    }

    pub async fn find_member(
        &self,
        membership_id: MembershipId,
    ) -> Result<Option<Member>, StoreError> {
        let query = self.read.query(&FIND_MEMBER).bind(membership_id);
        let row: Option<MemberRow> = query.optional().await?;
        row.map(Member::try_from).transpose()
    }
}

/// Appends the statement of [`Store::list_memberships`].
pub fn push_memberships_of_users(query: &mut Query<'_>, user_ids: &[UserId], viewer_id: UserId) {
    query
        .push("SELECT ")
        .push(MEMBERSHIP_COLUMNS)
        .push(" FROM memberships WHERE user_id IN ")
        .push_ids(user_ids);
    push_shared_with(query, "organization_id", viewer_id);
    query.push(" ORDER BY id");
}

/// Appends the statement of [`Store::list_members`]. It finds the last row of each organization's page in the index,
/// and then the page, so an organization with 10,000 members costs no more than one with a hundred.
pub fn push_members(
    query: &mut Query<'_>,
    organization_ids: &[OrganizationId],
    viewer_id: UserId,
    page: &PageRequest,
) {
    let (after, before) = page.bounds();
    let (order, beyond, start, within, end) = if page.from_end {
        ("DESC", "<", before, ">=", after)
    } else {
        ("ASC", ">", after, "<=", before)
    };
    query
        .push("SELECT ")
        .push(MEMBERSHIP_COLUMNS)
        .push(
            " FROM (SELECT organizations.id AS organization_id, \
                 (SELECT bounded.id FROM memberships AS bounded \
                  WHERE bounded.organization_id = organizations.id AND bounded.id > ",
        )
        .push_bind(after)
        .push(" AND bounded.id < ")
        .push_bind(before)
        .push(" ORDER BY bounded.id ")
        .push(order)
        .push(" LIMIT 1 OFFSET ")
        .push_bind(page.limit)
        .push(") AS last_id FROM organizations WHERE organizations.id IN ")
        .push_ids(organization_ids);
    push_shared_with(query, "organizations.id", viewer_id);
    query
        .push(
            ") AS pages JOIN memberships ON memberships.organization_id = pages.organization_id \
             AND memberships.id ",
        )
        .push(beyond)
        .push_bind(start)
        // Not as a bound of the range: SQLite would search the index for it, and for the last row each time.
        .push(" AND memberships.id <> ")
        .push_bind(end)
        .push(" AND memberships.id ")
        .push(within)
        .push(" COALESCE(pages.last_id, ")
        .push_bind(end)
        .push(") ORDER BY memberships.id ")
        .push(order);
}

/// Appends the statement of [`Store::count_members`].
pub fn push_member_counts(
    query: &mut Query<'_>,
    organization_ids: &[OrganizationId],
    viewer_id: UserId,
) {
    query
        .push("SELECT organization_id, COUNT(*) AS count FROM memberships ")
        .push("WHERE organization_id IN ")
        .push_ids(organization_ids);
    push_shared_with(query, "organization_id", viewer_id);
    query.push(" GROUP BY organization_id");
}

/// Appends the condition that a column has the id of an organization that the viewer belongs to.
pub fn push_shared_with(query: &mut Query<'_>, column: &'static str, viewer_id: UserId) {
    query
        .push(" AND ")
        .push(column)
        .push(" IN (SELECT organization_id FROM memberships WHERE user_id = ")
        .push_bind(viewer_id)
        .push(")");
}
