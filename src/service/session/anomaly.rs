//! Sessions that contradict a token: they are gone, a token was copied, or the database has lost commits.

use chrono::{DateTime, Utc};

use super::Sessions;
use crate::domain::{Client, EndReason, Session, SessionEnd, SessionId, UserId};
use crate::service::account::notice;
use crate::service::error::AuthError;
use crate::service::mail::Template;

impl Sessions {
    /// Returns the error for a session that does not exist: its account was deleted, the database has lost it, or it
    /// ended so long ago that it is no longer on record.
    pub(super) async fn absent_session(
        &self,
        id: SessionId,
        now: DateTime<Utc>,
    ) -> Result<AuthError, AuthError> {
        Ok(match self.core.store.find_tombstone(id).await? {
            None if self.core.policy.session_ttl.is_on_record(id, now) => AuthError::SessionLost,
            end => AuthError::SessionEnded(end),
        })
    }

    /// Finds the end of a session that another operation ended; `None` if it is no longer on record.
    async fn find_end(
        &self,
        id: SessionId,
        user_id: UserId,
        now: DateTime<Utc>,
    ) -> Result<Option<SessionEnd>, AuthError> {
        let session = self.core.store.find_session_of_user(id, user_id).await?;
        Ok(session.and_then(|session| session.state(now).end()))
    }

    /// Ends a session whose token of this generation was copied, and mails its owner. Returns the end of the session.
    pub(super) async fn end_reused(
        &self,
        session: &Session,
        username: &str,
        presented: i64,
        client: &Client,
    ) -> Result<Option<SessionEnd>, AuthError> {
        let notice = notice::compose(&self.core, Template::RefreshTokenReused, username, client)?;
        let audit = self.core.audit.begin(client);
        let store = &self.core.store;
        let ended = store.end_reused_session(session, &audit, &notice).await?;
        let was_live = self.core.audit.publish(ended);
        if !was_live {
            return self.find_end(session.id, session.user_id, audit.at).await;
        }
        tracing::warn!(
            session = %session.id,
            shown = presented,
            newest = session.generation,
            "a copy of a token was used: the session is ended"
        );
        Ok(Some(SessionEnd {
            at: audit.at,
            reason: EndReason::RefreshTokenReused,
        }))
    }
}

/// Warns the operator that the database has lost commits of a session.
pub fn warn_recovered(session: &Session, generation: i64) {
    tracing::warn!(
        session = %session.id,
        shown = generation,
        newest = session.generation,
        "a token is ahead of the database, which was restored or has lost commits: the session goes on"
    );
}
