//! First passwords of accounts that have none.

use constcat::concat;

use super::reset_link::DELETE_RESET_LINK;
use crate::domain::{AuditContext, FreshSession, SecurityEventKind};
use crate::store::account::notice::NewNotice;
use crate::store::account::sign_in_methods::HAS_PASSWORD;
use crate::store::database::{Committed, Statement, Store, StoreError};
use crate::store::session::freshness::FreshnessError;

/// Changes nothing if the account has a password.
const SET: Statement = Statement::new(concat!(
    "UPDATE users SET password_hash = $2, password_version = password_version + 1 \
     WHERE id = $1 AND NOT (",
    HAS_PASSWORD,
    ")",
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("SET", SET)];

/// The reasons why no password is set.
#[derive(Debug, thiserror::Error)]
pub enum PasswordSettingError {
    #[error("the account has a password")]
    HasPassword,
    #[error(transparent)]
    Freshness(#[from] FreshnessError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Gives a password to an account without one, voids the link that would set another, and writes a notice.
    pub async fn set_password(
        &self,
        session: &FreshSession,
        password_hash: &str,
        audit: &AuditContext,
        notice: &NewNotice,
    ) -> Result<Committed<()>, PasswordSettingError> {
        let user_id = session.user_id;
        let mut tx = self.begin().await?;
        tx.lock_user(user_id).await?;
        tx.require_fresh(session, audit.at).await?;
        let set = tx.query(&SET).bind(user_id).bind(password_hash);
        if set.execute().await? == 0 {
            return Err(PasswordSettingError::HasPassword);
        }
        tx.query(&DELETE_RESET_LINK).bind(user_id).execute().await?;
        let event = audit.event(user_id, SecurityEventKind::PasswordSet);
        tx.insert_events(vec![event]).await?;
        tx.insert_notice(notice, user_id).await?;
        Ok(tx.commit(()).await?)
    }
}
