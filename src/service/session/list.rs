//! The sessions of a user, and the state of a session.

use super::Sessions;
use crate::domain::{Page, PageRequest, Session, SessionId, SessionState, UserId};
use crate::service::error::AuthError;

impl Sessions {
    /// Returns a page of a user's sessions, newest first; only live ones unless `include_ended`.
    pub async fn list(
        &self,
        user_id: UserId,
        include_ended: bool,
        page: &PageRequest,
    ) -> Result<Page<Session>, AuthError> {
        let now = self.core.clock.now();
        Ok(self
            .core
            .store
            .list_sessions(user_id, include_ended, page, now)
            .await?)
    }

    /// Counts the sessions that [`Sessions::list`] lists on all pages.
    pub async fn count(&self, user_id: UserId, include_ended: bool) -> Result<i64, AuthError> {
        let now = self.core.clock.now();
        Ok(self
            .core
            .store
            .count_sessions(user_id, include_ended, now)
            .await?)
    }

    /// Finds a session of this user, live or ended.
    pub async fn find(&self, user_id: UserId, id: SessionId) -> Result<Option<Session>, AuthError> {
        Ok(self.core.store.find_session_of_user(id, user_id).await?)
    }

    /// Returns the current state of a session.
    #[must_use]
    pub fn state(&self, session: &Session) -> SessionState {
        session.state(self.core.clock.now())
    }
}
