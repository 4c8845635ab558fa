//! The events of an account.

use super::Audit;
use crate::domain::{Page, PageRequest, SecurityEvent, UserId};
use crate::service::error::AuthError;

impl Audit {
    /// Returns a page of a user's security events, the latest first.
    pub async fn list(
        &self,
        user_id: UserId,
        page: &PageRequest,
    ) -> Result<Page<SecurityEvent>, AuthError> {
        Ok(self.store.list_security_events(user_id, page).await?)
    }

    /// Counts the events that [`Audit::list`] lists on all pages.
    pub async fn count(&self, user_id: UserId) -> Result<i64, AuthError> {
        Ok(self.store.count_security_events(user_id).await?)
    }
}
