//! The switch of a session to another organization.

use chrono::{DateTime, Utc};
use constcat::concat;
use uuid::Uuid;

use super::row::{ACTING_COLUMNS, ActingRow, IS_LIVE_AT, OF_VERIFIED_MEMBER_IN};
use crate::domain::Acting;
use crate::store::database::{Statement, Store, StoreError};

/// Changes nothing unless the session is live and the user belongs to the organization.
const SWITCH_ORGANIZATION: Statement = Statement::new(concat!(
    "UPDATE sessions SET organization_id = $2 WHERE id = $1 AND ",
    IS_LIVE_AT,
    "$3 AND (EXISTS (SELECT 1",
    OF_VERIFIED_MEMBER_IN,
    "$2) OR $2 IS NULL) RETURNING ",
    ACTING_COLUMNS,
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("SWITCH_ORGANIZATION", SWITCH_ORGANIZATION)];

/// The reasons why a session does not act for an organization.
#[derive(Debug, thiserror::Error)]
pub enum SwitchOrganizationError {
    /// The session is over, or its user does not belong to the organization.
    #[error("the session cannot act for this organization")]
    NotAMember,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Lets a live session act for another organization of its user, or for none.
    pub async fn switch_organization(
        &self,
        session_id: Uuid,
        organization_id: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Result<Option<Acting>, SwitchOrganizationError> {
        let row: Option<ActingRow> = self
            .write
            .query(&SWITCH_ORGANIZATION)
            .bind(session_id)
            .bind(organization_id)
            .bind(now)
            .optional()
            .await?;
        let row = row.ok_or(SwitchOrganizationError::NotAMember)?;
        Ok(row.acting()?)
    }
}
