//! Removal of the authenticator app, which turns the second factor off.

use super::renew::DELETE_RECOVERY_CODES;
use crate::domain::{AuditContext, ChallengeKind, FreshSession, SecurityEventKind};
use crate::store::account::notice::NewNotice;
use crate::store::database::{Committed, Statement, Store};
use crate::store::session::freshness::FreshnessError;

const DELETE: Statement = Statement::new("DELETE FROM totps WHERE user_id = $1");

/// Begins another epoch of the factor: its proofs no longer count, in any session (see `SECOND_FACTOR_AT`).
const TURN_OFF: Statement = Statement::new(
    "UPDATE users SET second_factor_since = NULL, factor_epoch = factor_epoch + 1 WHERE id = $1",
);

/// Deletes the challenges that ask for the factor.
const DELETE_CHALLENGES: Statement =
    Statement::new("DELETE FROM challenges WHERE user_id = $1 AND kind = $2");

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("DELETE", DELETE),
    ("TURN_OFF", TURN_OFF),
    ("DELETE_CHALLENGES", DELETE_CHALLENGES),
];

impl Store {
    /// Removes the authenticator app and the recovery codes of a user, and writes a notice. Returns `false` if there was no
    /// app.
    pub async fn remove_totp(
        &self,
        session: &FreshSession,
        audit: &AuditContext,
        notice: &NewNotice,
    ) -> Result<Committed<bool>, FreshnessError> {
        let user_id = session.user_id;
        let mut tx = self.begin().await?;
        tx.lock_user(user_id).await?;
        tx.require_fresh(session, audit.at).await?;
        let removed = tx.query(&DELETE).bind(user_id).execute().await?;
        if removed == 0 {
            return Ok(Committed::unwritten(false));
        }
        tx.query(&DELETE_RECOVERY_CODES)
            .bind(user_id)
            .execute()
            .await?;
        tx.query(&TURN_OFF).bind(user_id).execute().await?;
        tx.query(&DELETE_CHALLENGES)
            .bind(user_id)
            .bind(ChallengeKind::Login.as_str())
            .execute()
            .await?;
        let event = audit.event(user_id, SecurityEventKind::TotpRemoved);
        tx.insert_events(vec![event]).await?;
        tx.insert_notice(notice, user_id).await?;
        Ok(tx.commit(true).await?)
    }
}
