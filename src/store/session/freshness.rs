//! Freshness: whether the user of a session proved recently who they are.

use chrono::{DateTime, Utc};
use constcat::concat;

use super::row::{IS_LIVE_AT, SECOND_FACTOR_AT};
use crate::domain::FreshSession;
use crate::store::database::{Statement, StoreError, Transaction};

/// Asks for a second factor if the account has one, as [`crate::domain::Viewer::fresh_session`] does.
const IS_FRESH: Statement = Statement::new(concat!(
    "SELECT EXISTS (SELECT 1 FROM sessions JOIN users ON users.id = sessions.user_id \
         WHERE sessions.id = $1 AND sessions.user_id = $2 AND ",
    IS_LIVE_AT,
    "$3 AND CASE WHEN users.second_factor_since IS NULL \
             THEN COALESCE(sessions.authenticated_at, sessions.created_at) ELSE ",
    SECOND_FACTOR_AT,
    " END > $4) AS is_fresh",
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("IS_FRESH", IS_FRESH)];

/// The reasons why a session does not confirm a change.
#[derive(Debug, thiserror::Error)]
pub enum FreshnessError {
    #[error("the session has ended since it was read, or is no longer fresh")]
    Stale,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Transaction {
    /// Checks that a session of a locked user is live and fresh: a request that was on its way while the owner ended the
    /// session must not change the account.
    pub async fn require_fresh(
        &mut self,
        fresh: &FreshSession,
        now: DateTime<Utc>,
    ) -> Result<(), FreshnessError> {
        let is_fresh: bool = self
            .query(&IS_FRESH)
            .bind(fresh.session_id)
            .bind(fresh.user_id)
            .bind(now)
            .bind(fresh.proven_after)
            .scalar()
            .await?;
        if is_fresh {
            return Ok(());
        }
        Err(FreshnessError::Stale)
    }
}
