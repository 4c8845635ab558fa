//! The sessions of a user, and the state of one.

use uuid::Uuid;

use super::Sessions;
use crate::domain::{Page, PageRequest, Session, SessionEnd, SessionStatus};
use crate::service::error::AuthError;

impl Sessions {
    /// Returns a page of a user's sessions, newest first; only the live ones unless `include_expired`.
    pub async fn list(
        &self,
        user_id: Uuid,
        include_expired: bool,
        page: &PageRequest,
    ) -> Result<Page<Session>, AuthError> {
        let now = self.clock.now();
        Ok(self
            .store
            .list_sessions(user_id, include_expired, page, now)
            .await?)
    }

    /// Counts the sessions that [`Sessions::list`] lists in all.
    pub async fn count(&self, user_id: Uuid, include_expired: bool) -> Result<i64, AuthError> {
        let now = self.clock.now();
        Ok(self
            .store
            .count_sessions(user_id, include_expired, now)
            .await?)
    }

    /// Finds a session of this user, dead or alive.
    pub async fn find(&self, user_id: Uuid, id: Uuid) -> Result<Option<Session>, AuthError> {
        Ok(self.store.find_session_of_user(id, user_id).await?)
    }

    /// Returns whether a session lives now, and since when and why not.
    #[must_use]
    pub fn state(&self, session: &Session) -> (SessionStatus, Option<SessionEnd>) {
        let now = self.clock.now();
        (session.status(now), session.end(now))
    }
}
