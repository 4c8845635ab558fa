//! Removals of the password of an account with a passkey.

use constcat::concat;

use super::hash::NO_PASSWORD;
use super::reset_link::DELETE_RESET_LINK;
use crate::domain::{AuditContext, FreshSession, RelyingPartyId, SecurityEventKind};
use crate::store::account::notice::NewNotice;
use crate::store::account::sign_in_methods::HAS_PASSWORD;
use crate::store::database::{Committed, Statement, Store, StoreError};
use crate::store::session::freshness::FreshnessError;

/// Changes nothing if the account has no password.
const REMOVE: Statement = Statement::new(concat!(
    "UPDATE users SET password_hash = $2, password_version = password_version + 1 \
     WHERE id = $1 AND ",
    HAS_PASSWORD,
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("REMOVE", REMOVE)];

/// The reasons why a password is not removed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordRemovalError {
    #[error("the account could no longer be signed in to")]
    LastMethod,
    #[error(transparent)]
    Freshness(#[from] FreshnessError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Removes the password of a user who has a passkey of this relying party that signs in alone, voids the link that would set another one, and
    /// writes a notice. Returns `false` if there was no password.
    pub async fn remove_password(
        &self,
        session: &FreshSession,
        relying_party: &RelyingPartyId,
        audit: &AuditContext,
        notice: &NewNotice,
    ) -> Result<Committed<bool>, PasswordRemovalError> {
        let user_id = session.user_id;
        let mut tx = self.begin().await?;
        tx.lock_user(user_id).await?;
        tx.require_fresh(session, audit.at).await?;
        tx.keep_password(audit.id, user_id, notice.link.expires_at)
            .await?;
        let remove = tx.query(&REMOVE).bind(user_id).bind(NO_PASSWORD);
        if remove.execute().await? == 0 {
            return Ok(Committed::unwritten(false));
        }
        if !tx.can_sign_in(user_id, relying_party).await? {
            return Err(PasswordRemovalError::LastMethod);
        }
        tx.query(&DELETE_RESET_LINK).bind(user_id).execute().await?;
        let event = audit.event(user_id, SecurityEventKind::PasswordRemoved);
        tx.insert_events(vec![event]).await?;
        tx.insert_notice(notice, user_id).await?;
        Ok(tx.commit(true).await?)
    }
}
