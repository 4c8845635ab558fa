//! Refreshing a session: the next tokens, the same again after a lost answer, or the end of a copied one.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::limits::Subject;
use super::mail::Template;
use super::{Attempt, AuthError, Sessions, TokenPair, security_events};
use crate::domain::{
    Client, Deed, EndReason, RefreshClaims, RefreshVerdict, Replay, SecurityEventKind, Session,
    SessionEnd,
};
use crate::store::{ActForError, RefreshedSession, Rotation};

/// How often a refresh is judged anew, since another request has changed the session meanwhile.
const MAX_TRIES: usize = 4;

/// A session with its next tokens.
pub struct Refreshed {
    pub tokens: TokenPair,
    pub session: Session,
}

impl Sessions {
    /// Exchanges a refresh token for the next one. A client that lost the answer may ask again; a
    /// token that somebody copied ends its session (RFC 9700 section 4.14.2). The session acts for the
    /// organization that is named from now on, or else for the same as before, as long as its user
    /// belongs to it.
    ///
    /// # Errors
    /// `RefreshTokenInvalid`, `SessionEnded`, `SessionLost`; `OrganizationNotFound` or `EmailNotVerified`, and nothing is
    /// rotated, when the user may not act for the organization that is named.
    pub async fn refresh(
        &self,
        token: &str,
        organization_id: Option<Uuid>,
        client: Client,
    ) -> Result<Refreshed, AuthError> {
        // What counts is when a request arrives, not how long it then has to wait.
        let now = self.clock.now();
        let claims = self.open(token, &client).await?;
        let rotation = Rotation {
            session_id: claims.session_id,
            generation: claims.generation,
            client,
            now,
            expires_at: now + self.ttl.idle,
            organization_id,
        };
        for _ in 0..MAX_TRIES {
            if let Some(refreshed) = self.exchange(claims, &rotation).await? {
                let language = refreshed.language.as_deref();
                self.keep_language(refreshed.session.user_id, language, &rotation.client)
                    .await;
                return self.issue(refreshed);
            }
        }
        // Others refresh the same session again and again.
        Err(AuthError::Overloaded { retry_after: 1 })
    }

    /// Reads a token, and charges it to its session; one that is none of ours, to the network that it comes from. Where there is
    /// none, nothing is tried: pages ask so whether anybody is signed in.
    async fn open(&self, token: &str, client: &Client) -> Result<RefreshClaims, AuthError> {
        let claims = self.tokens.verify_refresh(token);
        match &claims {
            Ok(claims) => {
                let session = claims.session_id.to_string();
                let subject = (Subject::Session, session.as_str());
                let attempt = Attempt::Refresh;
                self.limits
                    .charge(attempt, client, &[subject], None)
                    .await?;
            }
            Err(_) if token.trim().is_empty() => {}
            Err(_) => {
                let attempt = Attempt::RefreshForged;
                self.limits.charge(attempt, client, &[], None).await?;
            }
        }
        claims
    }

    fn issue(&self, refreshed: RefreshedSession) -> Result<Refreshed, AuthError> {
        let (session, acting) = (refreshed.session, refreshed.acting);
        let tokens = self
            .tokens
            .issue(&session, &refreshed.username, acting.as_ref())?;
        Ok(Refreshed { tokens, session })
    }

    /// Rotates a session, or does what its state asks for instead. `None` if that has changed meanwhile.
    async fn exchange(
        &self,
        claims: RefreshClaims,
        rotation: &Rotation,
    ) -> Result<Option<RefreshedSession>, AuthError> {
        let rotated = self.store.rotate_session(rotation).await?;
        if rotated.is_some() {
            return Ok(rotated);
        }
        let (client, now) = (&rotation.client, rotation.now);
        let Some(found) = self.store.find_refreshed_session(claims.session_id).await? else {
            return Err(self.absent_session(claims.session_id, now).await?);
        };
        let session = &found.session;
        if let Some(end) = session.end(now) {
            return Err(AuthError::SessionEnded(Some(end)));
        }
        match session.judge_refresh(claims.generation, &client.device, now) {
            RefreshVerdict::Rotate => self.retry(session.user_id, rotation).await,
            RefreshVerdict::Recover => self.recover(session, rotation).await,
            RefreshVerdict::Replay(replay) => self.replay(found, replay, rotation).await,
            RefreshVerdict::Reuse => {
                let (username, shown) = (&found.username, claims.generation);
                Err(self.end_reused(session, username, shown, client).await?)
            }
        }
    }

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

    /// Lets a rotation be tried again, unless its user may not act for the organization.
    async fn retry(
        &self,
        user_id: Uuid,
        rotation: &Rotation,
    ) -> Result<Option<RefreshedSession>, AuthError> {
        let Some(id) = rotation.organization_id else {
            return Ok(None);
        };
        let refusal = self.refusal_to_act(user_id, id).await?;
        refusal.map_or(Ok(None), Err)
    }

    /// Goes on from a token that is ahead of the database, which has lost what came between.
    async fn recover(
        &self,
        session: &Session,
        rotation: &Rotation,
    ) -> Result<Option<RefreshedSession>, AuthError> {
        let deed = self.events.deed(&rotation.client);
        let user_id = session.user_id;
        let recovered = self
            .store
            .rotate_from_ahead(rotation, user_id, &deed)
            .await?;
        if recovered.is_none() {
            return self.retry(user_id, rotation).await;
        }
        log_recovered(&deed, session, rotation.generation);
        Ok(recovered)
    }

    /// Answers what a rotation gave, once more; for the organization that is named now.
    async fn replay(
        &self,
        found: RefreshedSession,
        replay: Replay,
        rotation: &Rotation,
    ) -> Result<Option<RefreshedSession>, AuthError> {
        let (session, now) = (&found.session, rotation.now);
        if replay == Replay::Late {
            let (id, generation) = (session.id, session.generation);
            let marked = self.store.mark_session_replayed(id, generation, now);
            if !marked.await? {
                return Ok(None);
            }
        }
        let Some(id) = rotation.organization_id else {
            return Ok(Some(found));
        };
        match self.store.act_for(session.id, Some(id), now).await {
            Ok(acting) => return Ok(Some(RefreshedSession { acting, ..found })),
            Err(ActForError::NotAMember) => {}
            Err(ActForError::Store(error)) => return Err(error.into()),
        }
        let (session, user) = (session.id, session.user_id);
        if let Some(refusal) = self.refusal_to_act(user, id).await? {
            return Err(refusal);
        }
        // They belong to it, so it is the session that does not live any more.
        Err(self.ended_meanwhile(session, user, now).await?)
    }

    /// What else ended a session, which is the truth to tell.
    async fn ended_meanwhile(
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
        security_events::log(&deed.session_event(session.user_id, kind, session.id));
        let reason = EndReason::RefreshTokenReused;
        security_events::log_ends(&deed, session.user_id, &[session.id], reason);
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
pub(super) fn log_recovered(deed: &Deed, session: &Session, generation: i64) {
    let kind = SecurityEventKind::SessionRecovered;
    security_events::log(&deed.session_event(session.user_id, kind, session.id));
    tracing::warn!(
        session = %session.id,
        shown = generation,
        newest = session.generation,
        "a token is ahead of the database, which was restored or has lost commits: the session goes on"
    );
}
