//! Replacements of recovery codes.

use chrono::{DateTime, Utc};

use crate::domain::{AuditContext, FreshSession, SecurityEventKind, UserId};
use crate::store::account::notice::NewNotice;
use crate::store::database::{Committed, Query, Statement, Store, StoreError, Transaction};
use crate::store::session::freshness::FreshnessError;

/// Also deletes the codes of the set.
pub const DELETE_RECOVERY_CODES: Statement =
    Statement::new("DELETE FROM recovery_code_sets WHERE user_id = $1");

const INSERT_SET: Statement = Statement::new(
    "INSERT INTO recovery_code_sets (user_id, parameters, created_at) VALUES ($1, $2, $3)",
);

const HAS_SECOND_FACTOR: Statement = Statement::new(
    "SELECT EXISTS (SELECT 1 FROM users WHERE id = $1 AND second_factor_since IS NOT NULL) AS found",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("DELETE_RECOVERY_CODES", DELETE_RECOVERY_CODES),
    ("INSERT_SET", INSERT_SET),
    ("HAS_SECOND_FACTOR", HAS_SECOND_FACTOR),
];

/// A set of recovery codes, hashed.
#[derive(Clone, Debug)]
pub struct NewRecoveryCodes {
    /// The algorithm, its cost, and the salt of all codes, as a PHC string.
    pub parameters: String,
    /// The hash of each code.
    pub outputs: Vec<Vec<u8>>,
}

/// The reasons why recovery codes are not replaced.
#[derive(Debug, thiserror::Error)]
pub enum RenewalError {
    #[error("the account has no second factor")]
    NoSecondFactor,
    #[error(transparent)]
    Freshness(#[from] FreshnessError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Transaction {
    /// Replaces the recovery codes of a locked user.
    pub(super) async fn replace_recovery_codes(
        &mut self,
        user_id: UserId,
        codes: &NewRecoveryCodes,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.query(&DELETE_RECOVERY_CODES)
            .bind(user_id)
            .execute()
            .await?;
        self.query(&INSERT_SET)
            .bind(user_id)
            .bind(codes.parameters.as_str())
            .bind(now)
            .execute()
            .await?;
        let mut query = self.empty_query();
        push_recovery_codes(&mut query, user_id, &codes.outputs);
        query.remembered().execute().await?;
        Ok(())
    }
}

impl Store {
    /// Replaces the recovery codes of a user who has a second factor, and writes a notice.
    pub async fn renew_recovery_codes(
        &self,
        session: &FreshSession,
        codes: &NewRecoveryCodes,
        audit: &AuditContext,
        notice: &NewNotice,
    ) -> Result<Committed<()>, RenewalError> {
        let user_id = session.user_id;
        let mut tx = self.begin().await?;
        tx.lock_user(user_id).await?;
        tx.require_fresh(session, audit.at).await?;
        let is_on: bool = tx.query(&HAS_SECOND_FACTOR).bind(user_id).scalar().await?;
        if !is_on {
            return Err(RenewalError::NoSecondFactor);
        }
        tx.replace_recovery_codes(user_id, codes, audit.at).await?;
        let event = audit.event(user_id, SecurityEventKind::RecoveryCodesRenewed);
        tx.insert_events(vec![event]).await?;
        tx.insert_notice(notice, user_id).await?;
        Ok(tx.commit(()).await?)
    }
}

/// Appends the statement that inserts recovery codes.
pub fn push_recovery_codes(query: &mut Query<'_>, user_id: UserId, outputs: &[Vec<u8>]) {
    query
        .push("INSERT INTO recovery_codes (user_id, output) VALUES ")
        .push_list(outputs, |query, output| {
            query
                .open_tuple()
                .bind(user_id)
                .bind(output.as_slice())
                .close();
        });
}
