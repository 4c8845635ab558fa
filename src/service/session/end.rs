//! The ways in which users end sessions: logging out, and revoking one or all others.

use uuid::Uuid;

use super::Sessions;
use crate::domain::{Client, EndReason, Session, Viewer};
use crate::service::audit::log;
use crate::service::error::AuthError;
use crate::store::{EndedSessions, Store};

/// The sessions that a logout ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoke {
    Current,
    Named(Uuid),
    All,
}

impl Sessions {
    /// Ends the current session, one that is named, or all. Returns how many ended.
    ///
    /// # Errors
    /// `SessionNotFound` when the named one is not the viewer's.
    pub async fn logout(
        &self,
        viewer: &Viewer,
        client: &Client,
        which: Revoke,
    ) -> Result<u64, AuthError> {
        let user = viewer.user.id;
        let id = match which {
            Revoke::All => {
                let reason = EndReason::LogoutAll;
                return self.end_several(user, client, None, reason).await;
            }
            Revoke::Current => viewer.session.id,
            Revoke::Named(id) => id,
        };
        let (_, ended) = self.end(user, client, id, EndReason::Logout).await?;
        Ok(u64::from(ended))
    }

    /// Ends one of the viewer's sessions and returns it; one that is over already is returned as it is.
    ///
    /// # Errors
    /// `SessionNotFound` when it is not the viewer's.
    pub async fn revoke(
        &self,
        viewer: &Viewer,
        client: &Client,
        id: Uuid,
    ) -> Result<Session, AuthError> {
        let reason = EndReason::Revoked;
        let (session, _) = self.end(viewer.user.id, client, id, reason).await?;
        Ok(session)
    }

    /// Ends all of the viewer's sessions but the current one. Returns how many ended.
    pub async fn revoke_others(&self, viewer: &Viewer, client: &Client) -> Result<u64, AuthError> {
        let (user, kept) = (viewer.user.id, Some(viewer.session.id));
        self.end_several(user, client, kept, EndReason::Revoked)
            .await
    }

    /// Ends all sessions of a user, but for one if it is named. Returns how many ended.
    async fn end_several(
        &self,
        user: Uuid,
        client: &Client,
        all_but: Option<Uuid>,
        reason: EndReason,
    ) -> Result<u64, AuthError> {
        let deed = self.events.deed(client);
        let ended = self
            .store
            .end_sessions(user, all_but, reason, &deed)
            .await?;
        log::ends(&deed, user, &ended.newest, reason);
        Ok(count_ended(&self.store, &ended).await)
    }

    /// Ends a session of a user. Returns it, and whether it was this that ended it.
    async fn end(
        &self,
        user: Uuid,
        client: &Client,
        id: Uuid,
        reason: EndReason,
    ) -> Result<(Session, bool), AuthError> {
        let deed = self.events.deed(client);
        if let Some(ended) = self.store.end_session(id, user, reason, &deed).await? {
            log::ends(&deed, user, &[id], reason);
            return Ok((ended, true));
        }
        let over = self.store.find_session_of_user(id, user).await?;
        Ok((over.ok_or(AuthError::SessionNotFound)?, false))
    }
}

/// Counts the sessions that an operation ended; if the database cannot count them, at least so many. They are over in any
/// case.
pub async fn count_ended(store: &Store, ended: &EndedSessions) -> u64 {
    match store.count_ended(ended).await {
        Ok(count) => count,
        Err(error) => {
            tracing::warn!(%error, "the sessions that ended were not all counted");
            ended.newest.len() as u64
        }
    }
}
