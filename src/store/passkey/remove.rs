//! Removals of passkeys.

use chrono::{DateTime, Utc};

use crate::domain::{
    AuditContext, FreshSession, PasskeyId, RelyingPartyId, SecurityEventKind, UserId,
};
use crate::store::account::notice::NewNotice;
use crate::store::database::{Committed, Statement, Store, StoreError, Transaction};
use crate::store::session::freshness::FreshnessError;

const DELETE: Statement = Statement::new("DELETE FROM passkeys WHERE id = $1 AND user_id = $2");

/// Deletes the passkeys that were registered at a moment or later.
const DELETE_SINCE: Statement =
    Statement::new("DELETE FROM passkeys WHERE user_id = $1 AND created_at >= $2");

/// Begins another epoch of the factors: no session counts a proof by the passkey any more (see `SECOND_FACTOR_AT`).
const BEGIN_EPOCH: Statement =
    Statement::new("UPDATE users SET factor_epoch = factor_epoch + 1 WHERE id = $1");

/// Takes the proof of one session over into the new epoch.
const KEEP_PROOF: Statement = Statement::new(
    "UPDATE sessions SET factor_epoch = factor_epoch + 1 WHERE id = $1 AND factor_epoch + 1 = \
         (SELECT users.factor_epoch FROM users WHERE users.id = sessions.user_id)",
);

/// Dates back the latest proof in other sessions that a passkey was used in, so that they are not fresh any more, also if the
/// account has no second factor.
const MAKE_STALE: Statement = Statement::new(
    "UPDATE sessions SET authenticated_at = $3 WHERE user_id = $1 AND id <> $2 \
         AND authenticated_at > $3 AND ' ' || methods || ' ' LIKE '% hwk %'",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("DELETE", DELETE),
    ("DELETE_SINCE", DELETE_SINCE),
    ("BEGIN_EPOCH", BEGIN_EPOCH),
    ("KEEP_PROOF", KEEP_PROOF),
    ("MAKE_STALE", MAKE_STALE),
];

/// A removal that a fresh session asks for.
#[derive(Clone, Debug)]
pub struct PasskeyRemoval {
    pub id: PasskeyId,
    pub session: FreshSession,
    /// The relying party whose passkeys sign in.
    pub relying_party: RelyingPartyId,
    pub notice: NewNotice,
    pub audit: AuditContext,
}

/// The reasons why a passkey is not removed.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyRemovalError {
    #[error("the user has no such passkey")]
    NotFound,
    #[error("the account could no longer be signed in to")]
    LastMethod,
    #[error(transparent)]
    Freshness(#[from] FreshnessError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Transaction {
    /// Removes the passkeys of a locked user that were registered at a moment or later.
    pub(in crate::store) async fn remove_passkeys_since(
        &mut self,
        user_id: UserId,
        moment: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let delete = self.query(&DELETE_SINCE).bind(user_id).bind(moment);
        if delete.execute().await? > 0 {
            self.query(&BEGIN_EPOCH).bind(user_id).execute().await?;
        }
        Ok(())
    }

    /// Voids the proofs by second factors and by passkeys in all sessions but one.
    async fn void_other_proofs(&mut self, kept: &FreshSession) -> Result<(), StoreError> {
        let user_id = kept.user_id;
        self.query(&BEGIN_EPOCH).bind(user_id).execute().await?;
        self.query(&KEEP_PROOF)
            .bind(kept.session_id)
            .execute()
            .await?;
        self.query(&MAKE_STALE)
            .bind(user_id)
            .bind(kept.session_id)
            .bind(kept.proven_after)
            .execute()
            .await?;
        Ok(())
    }
}

impl Store {
    /// Removes a passkey unless it is the last way to sign in, and writes a notice.
    pub async fn remove_passkey(
        &self,
        removal: &PasskeyRemoval,
    ) -> Result<Committed<()>, PasskeyRemovalError> {
        let (user_id, audit) = (removal.session.user_id, &removal.audit);
        let mut tx = self.begin().await?;
        tx.lock_user(user_id).await?;
        tx.require_fresh(&removal.session, audit.at).await?;
        let delete = tx.query(&DELETE).bind(removal.id).bind(user_id);
        if delete.execute().await? == 0 {
            return Err(PasskeyRemovalError::NotFound);
        }
        if !tx.can_sign_in(user_id, &removal.relying_party).await? {
            return Err(PasskeyRemovalError::LastMethod);
        }
        tx.void_other_proofs(&removal.session).await?;
        let event = audit.event(user_id, SecurityEventKind::PasskeyRemoved);
        tx.insert_events(vec![event]).await?;
        tx.insert_notice(&removal.notice, user_id).await?;
        Ok(tx.commit(()).await?)
    }
}
