//! Ends of sessions by their users: logging out, and revoking one session or all others.

use super::Sessions;
use crate::domain::{Client, EndReason, Session, SessionId, UserId, Viewer};
use crate::service::error::AuthError;
use crate::store::{EndedSessions, Store};

/// The sessions that a logout ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoutScope {
    Current,
    Named(SessionId),
    All,
}

/// The result of a logout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoggedOut {
    /// The session that the client logs out of: the named one, else the current one.
    pub session_id: SessionId,
    /// The number of sessions that ended. A named session may have ended before.
    pub revoked_sessions: u64,
}

impl Sessions {
    /// Ends the current session, a named one, or all.
    ///
    /// # Errors
    /// `SessionNotFound` when the named session is not the viewer's.
    pub async fn logout(
        &self,
        viewer: &Viewer,
        client: &Client,
        scope: LogoutScope,
    ) -> Result<LoggedOut, AuthError> {
        let user = viewer.user.id;
        let session_id = match scope {
            LogoutScope::Named(id) => id,
            LogoutScope::Current | LogoutScope::All => viewer.session.id,
        };
        let revoked_sessions = if scope == LogoutScope::All {
            let reason = EndReason::LogoutAll;
            self.end_several(user, client, None, reason).await?
        } else {
            let reason = EndReason::Logout;
            let (_, ended) = self.end(user, client, session_id, reason).await?;
            u64::from(ended)
        };
        Ok(LoggedOut {
            session_id,
            revoked_sessions,
        })
    }

    /// Ends one of the viewer's sessions and returns it. A session that has already ended is returned as it is.
    ///
    /// # Errors
    /// `SessionNotFound` when the session is not the viewer's.
    pub async fn revoke(
        &self,
        viewer: &Viewer,
        client: &Client,
        id: SessionId,
    ) -> Result<Session, AuthError> {
        let reason = EndReason::Revoked;
        let (session, _) = self.end(viewer.user.id, client, id, reason).await?;
        Ok(session)
    }

    /// Ends all of the viewer's sessions except the current one. Returns the number of sessions that ended.
    pub async fn revoke_others(&self, viewer: &Viewer, client: &Client) -> Result<u64, AuthError> {
        let (user, kept) = (viewer.user.id, Some(viewer.session.id));
        self.end_several(user, client, kept, EndReason::Revoked)
            .await
    }

    /// Ends all sessions of a user, except the one in `all_but`. Returns the number of sessions that ended.
    async fn end_several(
        &self,
        user: UserId,
        client: &Client,
        all_but: Option<SessionId>,
        reason: EndReason,
    ) -> Result<u64, AuthError> {
        let audit = self.core.audit.begin(client);
        let store = &self.core.store;
        let ended = store.end_sessions(user, all_but, reason, &audit).await?;
        let ended = self.core.audit.publish(ended);
        Ok(count_ended(store, &ended).await)
    }

    /// Ends a session of a user. Returns the session, and whether this call ended it.
    async fn end(
        &self,
        user: UserId,
        client: &Client,
        id: SessionId,
        reason: EndReason,
    ) -> Result<(Session, bool), AuthError> {
        let audit = self.core.audit.begin(client);
        let store = &self.core.store;
        let ended = store.end_session(id, user, reason, &audit).await?;
        if let Some(session) = self.core.audit.publish(ended) {
            return Ok((session, true));
        }
        let ended_before = store.find_session_of_user(id, user).await?;
        Ok((ended_before.ok_or(AuthError::SessionNotFound)?, false))
    }
}

/// Counts the sessions that an operation ended. If the database cannot count them, returns a lower bound: they have
/// ended in any case.
pub async fn count_ended(store: &Store, ended: &EndedSessions) -> u64 {
    match store.count_ended(ended).await {
        Ok(count) => count,
        Err(error) => {
            tracing::warn!(%error, "the sessions that ended were not all counted");
            ended.newest.len() as u64
        }
    }
}
