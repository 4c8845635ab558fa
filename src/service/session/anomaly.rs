//! Sessions that are not as a token says: they are gone, a token of theirs was copied, or the database has lost what
//! happened to them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Sessions;
use crate::domain::{Client, Deed, EndReason, SecurityEventKind, Session, SessionEnd};
use crate::service::audit::log;
use crate::service::error::AuthError;
use crate::service::mail::Template;

impl Sessions {
    /// Finds out why a session is not there: its account is gone, the database has lost it, or it
    /// ended so long ago that it is no longer on record.
    pub(super) async fn absent_session(
        &self,
        id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<AuthError, AuthError> {
        Ok(match self.store.find_tombstone(id).await? {
            None if self.ttl.is_on_record(id, now) => AuthError::SessionLost,
            end => AuthError::SessionEnded(end),
        })
    }

    /// Finds out what else ended a session, which is the truth to tell.
    pub(super) async fn ended_meanwhile(
        &self,
        id: Uuid,
        user_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<AuthError, AuthError> {
        let found = self.store.find_session_of_user(id, user_id).await?;
        let end = found.and_then(|session| session.end(now));
        Ok(AuthError::SessionEnded(end))
    }

    /// Ends a session of which a token of this generation was copied, and tells its owner.
    pub(super) async fn end_reused(
        &self,
        session: &Session,
        username: &str,
        shown: i64,
        client: &Client,
    ) -> Result<AuthError, AuthError> {
        let notice = self
            .notices
            .compose(Template::RefreshTokenReused, username, client)?;
        let deed = self.events.deed(client);
        let ended = self
            .store
            .end_reused_session(session, &deed, &notice.new)
            .await?;
        let Some(notified) = ended else {
            return self
                .ended_meanwhile(session.id, session.user_id, deed.at)
                .await;
        };
        self.notices.announce(&notice, &notified);
        let kind = SecurityEventKind::RefreshTokenReused;
        log::event(&deed.session_event(session.user_id, kind, session.id));
        let reason = EndReason::RefreshTokenReused;
        log::ends(&deed, session.user_id, &[session.id], reason);
        tracing::warn!(
            session = %session.id,
            shown,
            newest = session.generation,
            "a copy of a token was used: the session is ended"
        );
        Ok(AuthError::SessionEnded(Some(SessionEnd {
            at: deed.at,
            reason,
        })))
    }
}

/// Tells the operator that the database has lost what happened to a session.
pub fn log_recovered(deed: &Deed, session: &Session, generation: i64) {
    let kind = SecurityEventKind::SessionRecovered;
    log::event(&deed.session_event(session.user_id, kind, session.id));
    tracing::warn!(
        session = %session.id,
        shown = generation,
        newest = session.generation,
        "a token is ahead of the database, which was restored or has lost commits: the session goes on"
    );
}
