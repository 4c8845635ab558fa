//! Uses of a second factor. Each answer is used up by one conditional statement, so that simultaneous uses have one winner.

use constcat::concat;

use super::row::{FACTOR_COLUMNS, FactorsRow};
use crate::domain::{
    AuditContext, ChallengeKind, HashedToken, MatchedFactor, SecurityEventKind, StoredFactors,
    UserId,
};
use crate::store::account::notice::NewNotice;
use crate::store::database::{Statement, Store, StoreError, Transaction};

/// Also refuses the codes of all earlier time steps, and those of an app that was replaced since the code was checked.
const SPEND_TOTP: Statement = Statement::new(
    "UPDATE totps SET last_step = $2 WHERE user_id = $1 AND last_step < $2 AND confirmed_at = $3",
);

const SPEND_RECOVERY_CODE: Statement =
    Statement::new("DELETE FROM recovery_codes WHERE user_id = $1 AND output = $2");

const FIND: Statement = Statement::new(concat!(
    "SELECT ",
    FACTOR_COLUMNS,
    " FROM users WHERE users.id = $1"
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("SPEND_TOTP", SPEND_TOTP),
    ("SPEND_RECOVERY_CODE", SPEND_RECOVERY_CODE),
    ("FIND", FIND),
];

/// A right answer of a user, with all that is used up with it.
#[derive(Clone, Debug)]
pub struct FactorProof {
    pub factor: MatchedFactor,
    /// The challenges that it answers.
    pub challenges: Vec<(HashedToken, ChallengeKind)>,
    /// The notice of the use, if it is worth one.
    pub notice: Option<NewNotice>,
}

/// The reasons why a right answer is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum SpendError {
    #[error("a challenge is unknown, used up or expired")]
    ChallengeVoid,
    #[error("the code was used, or its factor is gone")]
    Used,
    #[error("the passkey was removed")]
    PasskeyGone,
    #[error("the counter of the passkey did not grow")]
    CounterWentBack,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Transaction {
    /// Uses up a right answer of a locked user with its challenges, and records what is to be announced of it.
    pub async fn use_factor(
        &mut self,
        user_id: UserId,
        proof: &FactorProof,
        audit: &AuditContext,
    ) -> Result<(), SpendError> {
        for (token, kind) in &proof.challenges {
            if !self.consume_challenge(token, *kind, audit.at).await? {
                return Err(SpendError::ChallengeVoid);
            }
        }
        self.spend_factor(user_id, &proof.factor, audit).await?;
        // The use of a recovery code is rare enough to be announced. Other factors leave no record of their own.
        if let MatchedFactor::RecoveryCode { .. } = proof.factor {
            let event = audit.event_before(user_id, SecurityEventKind::RecoveryCodeUsed);
            self.insert_events(vec![event]).await?;
        }
        if let Some(notice) = &proof.notice {
            self.insert_notice(notice, user_id).await?;
        }
        Ok(())
    }

    async fn spend_factor(
        &mut self,
        user_id: UserId,
        factor: &MatchedFactor,
        audit: &AuditContext,
    ) -> Result<(), SpendError> {
        let spend = match factor {
            MatchedFactor::Totp { step, confirmed_at } => self
                .query(&SPEND_TOTP)
                .bind(user_id)
                .bind(step.number())
                .bind(*confirmed_at),
            MatchedFactor::RecoveryCode { output } => self
                .query(&SPEND_RECOVERY_CODE)
                .bind(user_id)
                .bind(output.as_slice()),
            MatchedFactor::Passkey(used) => {
                return self.record_passkey_use(user_id, used, audit.at).await;
            }
        };
        if spend.execute().await? == 0 {
            return Err(SpendError::Used);
        }
        Ok(())
    }
}

impl Store {
    /// Finds the second factors of a user.
    pub async fn find_factors(&self, user_id: UserId) -> Result<StoredFactors, StoreError> {
        let query = self.read.query(&FIND).bind(user_id);
        let row: Option<FactorsRow> = query.optional().await?;
        Ok(row.map(StoredFactors::from).unwrap_or_default())
    }
}
