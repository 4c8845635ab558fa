//! Proofs that the user of a session still is who they are. The session and its tokens stay as they are.

use constcat::concat;

use super::row::{IS_LIVE_AT, SESSION_COLUMNS, SessionRow};
use crate::domain::{
    AuditContext, AuthenticationMethods, SecurityEventKind, Session, SessionId, UserId,
};
use crate::store::database::{Committed, Statement, Store, StoreError};
use crate::store::second_factor::{FactorProof, SpendError};

/// Changes nothing if the session has ended.
const MARK_PROVEN: Statement = Statement::new(concat!(
    "UPDATE sessions SET authenticated_at = $3, second_factor_at = COALESCE($4, second_factor_at), \
         methods = $5, factor_epoch = CASE WHEN $4 IS NULL THEN factor_epoch ELSE \
             (SELECT users.factor_epoch FROM users WHERE users.id = sessions.user_id) END \
     WHERE id = $1 AND user_id = $2 AND ",
    IS_LIVE_AT,
    "$3 RETURNING ",
    SESSION_COLUMNS,
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("MARK_PROVEN", MARK_PROVEN)];

/// A proof that the user of a session still is who they are.
#[derive(Clone, Debug)]
pub struct NewProof {
    pub session_id: SessionId,
    pub user_id: UserId,
    pub proof: ProofOfUser,
    /// The methods of the session from now on.
    pub methods: AuthenticationMethods,
    pub audit: AuditContext,
}

/// The proof that a user gave.
#[derive(Clone, Debug)]
pub enum ProofOfUser {
    /// A password, by its version.
    Password {
        version: i64,
    },
    SecondFactor(Box<FactorProof>),
}

/// The reasons why a proof is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum ReauthenticationError {
    #[error("the password has changed since it was checked")]
    Outdated,
    #[error(transparent)]
    Factor(#[from] SpendError),
    #[error("the session has ended")]
    SessionEnded,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Records a proof in a live session, and uses up a second factor. Returns the session.
    pub async fn record_proof(
        &self,
        new: &NewProof,
    ) -> Result<Committed<Session>, ReauthenticationError> {
        let (user_id, now) = (new.user_id, new.audit.at);
        let mut tx = self.begin().await?;
        let version_now = tx.lock_user(user_id).await?;
        let second_factor_at = match &new.proof {
            ProofOfUser::Password { version } if version_now != Some(*version) => {
                return Err(ReauthenticationError::Outdated);
            }
            ProofOfUser::Password { .. } => None,
            ProofOfUser::SecondFactor(proof) => {
                tx.use_factor(user_id, proof, &new.audit).await?;
                Some(now)
            }
        };
        let row: Option<SessionRow> = tx
            .query(&MARK_PROVEN)
            .bind(new.session_id)
            .bind(user_id)
            .bind(now)
            .bind(second_factor_at)
            .bind(new.methods.to_string())
            .optional()
            .await?;
        let row = row.ok_or(ReauthenticationError::SessionEnded)?;
        let kind = SecurityEventKind::Reauthenticated;
        let event = new.audit.session_event(user_id, kind, new.session_id);
        tx.insert_events(vec![event]).await?;
        Ok(tx.commit(row.try_into()?).await?)
    }
}
