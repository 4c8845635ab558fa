//! Switches of a session to another active organization.

use chrono::{DateTime, Utc};
use constcat::concat;

use super::row::{
    ACTIVE_ORGANIZATION_COLUMNS, ActiveOrganizationRow, IS_LIVE_AT, OF_VERIFIED_MEMBER_IN,
};
use crate::domain::{ActiveOrganization, OrganizationId, SessionId};
use crate::store::database::{Statement, Store, StoreError};

/// Changes nothing unless the session is live and the user is a verified member of the organization.
const SWITCH_ORGANIZATION: Statement = Statement::new(concat!(
    "UPDATE sessions SET organization_id = $2 WHERE id = $1 AND ",
    IS_LIVE_AT,
    "$3 AND (EXISTS (SELECT 1",
    OF_VERIFIED_MEMBER_IN,
    "$2) OR $2 IS NULL) RETURNING ",
    ACTIVE_ORGANIZATION_COLUMNS,
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("SWITCH_ORGANIZATION", SWITCH_ORGANIZATION)];

/// The reasons why a session is not switched to an organization.
#[derive(Debug, thiserror::Error)]
pub enum SwitchOrganizationError {
    #[error("the session has ended, or its user is not a verified member of the organization")]
    Refused,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Switches a live session to another organization of its user, or to none.
    pub async fn switch_organization(
        &self,
        session_id: SessionId,
        organization_id: Option<OrganizationId>,
        now: DateTime<Utc>,
    ) -> Result<Option<ActiveOrganization>, SwitchOrganizationError> {
        let row: Option<ActiveOrganizationRow> = self
            .write
            .query(&SWITCH_ORGANIZATION)
            .bind(session_id)
            .bind(organization_id)
            .bind(now)
            .optional()
            .await?;
        let row = row.ok_or(SwitchOrganizationError::Refused)?;
        Ok(row.active_organization()?)
    }
}
