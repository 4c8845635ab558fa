//! Sessions: login, refresh, who is calling, and every way to end one.

use std::sync::Arc;

use uuid::Uuid;

use super::{AuthError, Limits, Notices, Passwords, SecurityEvents, Tokens, security_events};
use crate::clock::Clock;
use crate::domain::{
    Client, EndReason, Page, PageRequest, Session, SessionEnd, SessionStatus, SessionTtl, Viewer,
};
use crate::random::Random;
use crate::store::Store;

/// The rules about sessions. Cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) passwords: Passwords,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) notices: Notices,
    pub(crate) limits: Limits,
    pub(crate) events: SecurityEvents,
    pub(crate) ttl: SessionTtl,
    /// Whether nobody may learn that an address has an account: then a login that would tell an
    /// account from one that only looks like it must wait for the proof of its address.
    pub(crate) conceal_accounts: bool,
}

/// Which sessions a logout ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoke {
    Current,
    Named(Uuid),
    All,
}

impl Sessions {
    /// Finds out who is calling: the token's signature costs no I/O, its session one statement.
    ///
    /// # Errors
    /// `Unauthenticated`, `TokenExpired`, `SessionEnded`, `SessionLost`.
    pub async fn authenticate(
        &self,
        access_token: &str,
        client: &Client,
    ) -> Result<Viewer, AuthError> {
        let claims = self.tokens.verify_access(access_token)?;
        let now = self.clock.now();
        let Some((user, mut session)) = self.store.find_viewer(claims.sid).await? else {
            return Err(match self.absent_session(claims.sid, now).await? {
                AuthError::SessionEnded(None) => AuthError::Unauthenticated,
                told => told,
            });
        };
        if user.id != claims.sub {
            return Err(AuthError::Unauthenticated);
        }
        if let Some(end) = session.end(now) {
            return Err(AuthError::SessionEnded(Some(end)));
        }
        self.note_access(&user, &mut session, &claims, client, now)
            .await?;
        Ok(Viewer {
            generation: claims.generation,
            acting: claims.acting(),
            user,
            session,
        })
    }

    /// Notes in which language to write to a user, if their own client now names another than is on record. What
    /// they asked for does not fail with it.
    pub(super) async fn keep_language(
        &self,
        user_id: Uuid,
        on_record: Option<&str>,
        client: &Client,
    ) {
        let named = self.notices.mail.language(client);
        let Some(language) = named.filter(|_| named != on_record) else {
            return;
        };
        if let Err(error) = self.store.set_language(user_id, language).await {
            tracing::warn!(%error, user = %user_id, "the new language of a user's mail was not stored");
        }
    }

    /// Ends the current session, one that is named, or all. Answers how many ended.
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

    /// Ends one of the viewer's sessions; one that is over already is answered as it is.
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

    /// Ends all of the viewer's sessions but the current one. Answers how many ended.
    pub async fn revoke_others(&self, viewer: &Viewer, client: &Client) -> Result<u64, AuthError> {
        let (user, kept) = (viewer.user.id, Some(viewer.session.id));
        self.end_several(user, client, kept, EndReason::Revoked)
            .await
    }

    /// How many sessions it ended: all, but for one if it is named.
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
        security_events::log_ends(&deed, user, &ended.newest, reason);
        Ok(security_events::count_ended(&self.store, &ended).await)
    }

    /// A session of the user, which is over now, and whether it was this that ended it.
    async fn end(
        &self,
        user: Uuid,
        client: &Client,
        id: Uuid,
        reason: EndReason,
    ) -> Result<(Session, bool), AuthError> {
        let deed = self.events.deed(client);
        if let Some(ended) = self.store.end_session(id, user, reason, &deed).await? {
            security_events::log_ends(&deed, user, &[id], reason);
            return Ok((ended, true));
        }
        let over = self.store.find_session_of_user(id, user).await?;
        Ok((over.ok_or(AuthError::SessionNotFound)?, false))
    }

    /// A page of a user's sessions, newest first; only the live ones unless `include_expired`.
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

    /// A session of this user, dead or alive.
    pub async fn find(&self, user_id: Uuid, id: Uuid) -> Result<Option<Session>, AuthError> {
        Ok(self.store.find_session_of_user(id, user_id).await?)
    }

    /// How many sessions [`Sessions::list`] lists in all.
    pub async fn count(&self, user_id: Uuid, include_expired: bool) -> Result<i64, AuthError> {
        let now = self.clock.now();
        Ok(self
            .store
            .count_sessions(user_id, include_expired, now)
            .await?)
    }

    /// Whether a session lives now, and since when and why not.
    #[must_use]
    pub fn state(&self, session: &Session) -> (SessionStatus, Option<SessionEnd>) {
        let now = self.clock.now();
        (session.status(now), session.end(now))
    }
}
