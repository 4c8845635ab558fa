//! The row of an organization.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use crate::domain::{Organization, OrganizationId};

/// The columns of an [`OrganizationRow`].
pub const ORGANIZATION_COLUMNS: &str = "id, name, slug, created_at";

#[derive(FromRow)]
pub struct OrganizationRow {
    id: OrganizationId,
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
